"""What existing records get when a field is added: its default where that is a constant, else nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from forms_dsl.expr.tree import Constant
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.model import Field
from runtime.publish import ddl
from runtime.publish.types import AFTER, Step
from runtime.publish.words import say

#: Rows of one batch: locked together, for a few milliseconds.
_BATCH = 1000


def fills_existing(field: Field) -> bool:
    """Whether the field's default says what the records that exist already get."""
    return field.default is not None and isinstance(field.default.tree, Constant) and field.default.tree.value is not None


def constant_default(field: Field, column: sa.Column[Any], dialect: Dialect) -> str | None:
    """The default as it stands in a statement, or None when it depends on who creates the record and when."""
    if field.default is None or not isinstance(field.default.tree, Constant) or field.default.tree.value is None:
        return None
    value = FIELD_TYPES[field.type].parse(str(field.default.tree.value), field.options)
    return ddl.literal(value, column, dialect)
