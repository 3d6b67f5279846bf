"""Whole numbers of at most 15 digits."""

from __future__ import annotations

from decimal import Decimal

from forms_dsl.expr.tree import ValueType
from forms_dsl.fieldtypes import reading
from forms_dsl.fieldtypes.protocol import FieldType
from forms_dsl.model import FieldOptions, Label
from forms_dsl.storage import IntegerStorage

_LARGEST = 10**reading.WHOLE_DIGITS - 1


class _Integer:
    name = "integer"
    label: Label = {"zh": "整数", "en": "Whole number"}
    icon = "#"
    widget = "integer"
    option_keys = frozenset({"min", "max"})

    def widget_for(self, options: FieldOptions) -> str:
        return self.widget

    def storage(self, options: FieldOptions) -> IntegerStorage:
        return IntegerStorage()

    def value_type(self, options: FieldOptions) -> ValueType:
        return ValueType("number", scale=0, limit=Decimal(_LARGEST))

    def parse(self, raw: object, options: FieldOptions) -> Decimal | None:
        if reading.is_missing(raw):
            return None
        return reading.within(reading.read_number(raw, 0, reading.WHOLE_DIGITS), options)

    def json_schema(self, options: FieldOptions) -> dict[str, object]:
        least = int(Decimal(options.min)) if options.min is not None else -_LARGEST
        most = int(Decimal(options.max)) if options.max is not None else _LARGEST
        return {"type": "integer", "minimum": least, "maximum": most}


TYPE: FieldType = _Integer()
