"""A business number beside the entity's own: text with date parts and a counter, given by the platform when a record is made."""

from __future__ import annotations

from forms_dsl.expr.tree import ValueType
from forms_dsl.fieldtypes import reading
from forms_dsl.fieldtypes.protocol import FieldType
from forms_dsl.model import FieldOptions, Label
from forms_dsl.storage import TextStorage


class _Sequence:
    name = "sequence"
    label: Label = {"zh": "流水编号", "en": "Sequence number"}
    icon = "№"
    widget = "text"
    option_keys = frozenset({"pattern"})

    def widget_for(self, options: FieldOptions) -> str:
        return self.widget

    def storage(self, options: FieldOptions) -> TextStorage:
        return TextStorage(80)

    def value_type(self, options: FieldOptions) -> ValueType:
        return ValueType("text")

    def parse(self, raw: object, options: FieldOptions) -> str | None:
        return None if reading.is_missing(raw) else reading.read_text(raw)

    def json_schema(self, options: FieldOptions) -> dict[str, object]:
        return {"type": "string", "maxLength": 80, "readOnly": True}


TYPE: FieldType = _Sequence()
