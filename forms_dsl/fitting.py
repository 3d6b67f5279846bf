"""Computed and default values as their column keeps them, so that what is shown at once is what is read later."""

from __future__ import annotations

from decimal import Decimal

from forms_dsl.expr.numbers import fit
from forms_dsl.storage import DecimalStorage, IntegerStorage, Storage

_WHOLE_DIGITS = 15


def fit_value(storage: Storage, value: object) -> object:
    """The value rounded to the column's decimals; missing when the column could not hold it."""
    if not isinstance(value, Decimal):
        return value
    match storage:
        case DecimalStorage(scale):
            return fit(value, scale)
        case IntegerStorage():
            return fit(value, 0, _WHOLE_DIGITS)
        case _:
            return value


def is_empty(value: object) -> bool:
    """Whether nothing is entered: missing, no codes, no rows."""
    return value is None or value in ("", (), [])
