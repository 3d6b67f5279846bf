"""Exact numbers with a fixed scale: the common part of decimal and money."""

from __future__ import annotations

from decimal import Decimal

from forms_dsl.expr.tree import ValueType
from forms_dsl.fieldtypes import reading
from forms_dsl.model import FieldOptions
from forms_dsl.storage import DecimalStorage

DEFAULT_SCALE = 2


def scale_of(options: FieldOptions) -> int:
    """Its decimals; two where nothing is said."""
    return DEFAULT_SCALE if options.scale is None else options.scale


def storage(options: FieldOptions) -> DecimalStorage:
    """The column of an exact number."""
    return DecimalStorage(scale_of(options))


def value_type(options: FieldOptions, currency: str | None = None) -> ValueType:
    """Its type in expressions, with the largest value that its digits can write."""
    scale = scale_of(options)
    return ValueType("number", scale=scale, limit=Decimal(10 ** (reading.DIGITS - scale)), currency=currency)


def parse(raw: object, options: FieldOptions) -> Decimal | None:
    """The number with exactly its scale."""
    if reading.is_missing(raw):
        return None
    scale = scale_of(options)
    return reading.within(reading.read_number(raw, scale, reading.DIGITS - scale), options)


def json_schema(options: FieldOptions) -> dict[str, object]:
    """Numbers travel as text, so that no client makes them binary."""
    scale = scale_of(options)
    whole = f"-?[0-9]{{1,{reading.DIGITS - scale}}}"
    return {"type": "string", "format": "decimal", "pattern": f"^{whole}(\\.[0-9]{{1,{scale}}})?$" if scale else f"^{whole}$"}
