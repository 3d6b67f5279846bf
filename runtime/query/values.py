"""Values between the database's columns and the language: every number a Decimal, every set a tuple."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from forms_dsl.model import Field
from runtime.store.sealing import seal, unseal

#: Types that are kept as whole numbers.
_WHOLE = frozenset({"integer", "duration"})


def from_column(field: Field, value: object) -> object:
    """The value of the language for what a typed column gave."""
    read = reader_of(field)
    return value if value is None or read is None else read(value)


def reader_of(field: Field) -> Callable[[object], object] | None:
    """What makes a value of the language of what a typed column gave that was there; None where that is the value."""
    if field.encrypted:
        return lambda value: unseal(field.id, str(value))
    match field.value_type.name:
        case "number":
            return lambda value: value if isinstance(value, Decimal) else Decimal(str(value))
        case "multi_choice":
            return lambda value: tuple(value) if isinstance(value, list) else None
        case "boolean":
            return bool
        case _:
            return None


def to_column(field: Field, value: object) -> object:
    """What a typed column takes for a value of the language."""
    if value is None:
        return None
    if field.encrypted:
        return seal(field.id, str(value))
    match field.value_type.name:
        case "number":
            number = value if isinstance(value, Decimal) else Decimal(str(value))
            return int(number) if field.value_type.scale == 0 and field.type in _WHOLE else number
        case "multi_choice":
            return list(value) if isinstance(value, tuple) else value
        case _:
            return value
