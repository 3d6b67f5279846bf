"""Exact numbers with a fixed number of decimals."""

from __future__ import annotations

from decimal import Decimal

from forms_dsl.expr.tree import ValueType
from forms_dsl.fieldtypes import exact
from forms_dsl.fieldtypes.protocol import FieldType
from forms_dsl.model import FieldOptions, Label
from forms_dsl.storage import DecimalStorage


class _Decimal:
    name = "decimal"
    label: Label = {"zh": "小数", "en": "Decimal number"}
    icon = ".0"
    widget = "decimal"
    option_keys = frozenset({"scale", "min", "max", "percent"})

    def widget_for(self, options: FieldOptions) -> str:
        return "percent" if options.percent else self.widget

    def storage(self, options: FieldOptions) -> DecimalStorage:
        return exact.storage(options)

    def value_type(self, options: FieldOptions) -> ValueType:
        return exact.value_type(options)

    def parse(self, raw: object, options: FieldOptions) -> Decimal | None:
        return exact.parse(raw, options)

    def json_schema(self, options: FieldOptions) -> dict[str, object]:
        return exact.json_schema(options)


TYPE: FieldType = _Decimal()
