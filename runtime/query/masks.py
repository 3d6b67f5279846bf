"""Masks in SQL and over stored values: a masked value is shortened before it leaves the database."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from forms_dsl.masks import DEFAULT_MASK, masked, parse_mask
from forms_dsl.model import Field


def masked_value(field: Field, value: object) -> str | None:
    """The masked form of a value as Python holds it; missing stays missing."""
    return masked(None if value is None else str(value), _mask(field))


def masked_sql(field: Field, value: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """The masked form of a column."""
    mask = parse_mask(_mask(field))
    stars = sa.literal(mask.stars, sa.Text)
    if mask.head + mask.tail == 0:
        return sa.case((value.is_not(None), stars), else_=sa.null())
    shown: sa.ColumnElement[str] = stars
    if mask.head:
        shown = sa.func.substr(value, 1, mask.head, type_=sa.Text).concat(shown)
    if mask.tail:
        shown = shown.concat(sa.func.substr(value, sa.func.length(value) - (mask.tail - 1), mask.tail, type_=sa.Text))
    # A value that would be shown whole is not shown at all.
    return sa.case((value.is_(None), sa.null()), (sa.func.length(value) > mask.head + mask.tail, shown), else_=stars)


def _mask(field: Field) -> str | None:
    # Head and tail are of a text; of a figure or a day each would tell most of it.
    return field.mask if field.value_type.name == "text" else DEFAULT_MASK
