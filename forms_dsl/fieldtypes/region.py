"""An administrative division of China, as the code of GB/T 2260 of its province, prefecture or county."""

from __future__ import annotations

from forms_dsl.expr.tree import ValueType
from forms_dsl.fieldtypes import reading, refusals
from forms_dsl.fieldtypes.protocol import FieldType
from forms_dsl.fieldtypes.regions import regions
from forms_dsl.model import FieldOptions, Label
from forms_dsl.storage import TextStorage


class _Region:
    name = "region"
    label: Label = {"zh": "行政区划", "en": "Region of China"}
    icon = "区"
    widget = "region"
    option_keys: frozenset[str] = frozenset()

    def widget_for(self, options: FieldOptions) -> str:
        return self.widget

    def storage(self, options: FieldOptions) -> TextStorage:
        return TextStorage(6)

    def value_type(self, options: FieldOptions) -> ValueType:
        return ValueType("text")

    def parse(self, raw: object, options: FieldOptions) -> str | None:
        if reading.is_missing(raw):
            return None
        text = reading.read_text(raw)
        if text not in regions():
            raise refusals.wrong_pattern("the code of a province, city or county", "省、市、县的行政区划代码")
        return text

    def json_schema(self, options: FieldOptions) -> dict[str, object]:
        return {"type": "string", "pattern": "^[1-9][0-9]{5}$"}


TYPE: FieldType = _Region()
