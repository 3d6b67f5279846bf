"""Amounts: an exact number and a currency, fixed or in another field."""

from __future__ import annotations

from decimal import Decimal

from forms_dsl.currencies import DECIMALS
from forms_dsl.expr.tree import ValueType
from forms_dsl.fieldtypes import exact
from forms_dsl.fieldtypes.protocol import FieldType
from forms_dsl.model import FieldOptions, Label
from forms_dsl.storage import DecimalStorage


def decimals_of(currency: str | None) -> int:
    """The decimals of an amount in `currency`."""
    return DECIMALS.get(currency or "", exact.DEFAULT_SCALE)


class _Money:
    name = "money"
    label: Label = {"zh": "金额", "en": "Amount"}
    icon = "¥"
    widget = "money"
    option_keys = frozenset({"scale", "min", "max", "currency"})

    def widget_for(self, options: FieldOptions) -> str:
        return self.widget

    def storage(self, options: FieldOptions) -> DecimalStorage:
        return exact.storage(options)

    def value_type(self, options: FieldOptions) -> ValueType:
        return exact.value_type(options, options.currency)

    def parse(self, raw: object, options: FieldOptions) -> Decimal | None:
        return exact.parse(raw, options)

    def json_schema(self, options: FieldOptions) -> dict[str, object]:
        return exact.json_schema(options)


TYPE: FieldType = _Money()
