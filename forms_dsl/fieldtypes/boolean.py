"""True, false or missing."""

from __future__ import annotations

from forms_dsl.expr.tree import ValueType
from forms_dsl.fieldtypes import reading, refusals
from forms_dsl.fieldtypes.protocol import FieldType
from forms_dsl.model import FieldOptions, Label
from forms_dsl.storage import BooleanStorage

_WORDS = {"true": True, "false": False}


class _Boolean:
    name = "boolean"
    label: Label = {"zh": "是/否", "en": "Yes or no"}
    icon = "✓"
    widget = "boolean"
    option_keys: frozenset[str] = frozenset()

    def widget_for(self, options: FieldOptions) -> str:
        return self.widget

    def storage(self, options: FieldOptions) -> BooleanStorage:
        return BooleanStorage()

    def value_type(self, options: FieldOptions) -> ValueType:
        return ValueType("boolean")

    def parse(self, raw: object, options: FieldOptions) -> bool | None:
        if isinstance(raw, bool):
            return raw
        if reading.is_missing(raw):
            return None
        word = reading.read_text(raw) if isinstance(raw, str) else ""
        if word not in _WORDS:
            raise refusals.wrong_kind("true or false", " true 或 false")
        return _WORDS[word]

    def json_schema(self, options: FieldOptions) -> dict[str, object]:
        return {"type": "boolean"}


TYPE: FieldType = _Boolean()
