"""Whether a column holds one of many values: on PostgreSQL by one value, an array, so that the statement is the same for all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Dialect

#: Values of one question.
AT_ONCE = 5_000


def among(dialect: Dialect, column: sa.ColumnElement[Any], values: Sequence[object]) -> sa.ColumnElement[bool]:
    """The condition that a column holds one of these values, `AT_ONCE` at most."""
    if dialect.name != "postgresql":
        return column.in_(values)
    given: sa.BindParameter[Any] = sa.bindparam(None, list(values), type_=ARRAY(column.type), unique=True)
    return column == sa.any_(given)
