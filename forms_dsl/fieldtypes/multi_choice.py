"""A set of codes of a closed list, kept in the list's order."""

from __future__ import annotations

from forms_dsl.expr.tree import ValueType
from forms_dsl.fieldtypes import reading, refusals
from forms_dsl.fieldtypes.protocol import FieldType
from forms_dsl.model import FieldOptions, Label
from forms_dsl.storage import JsonStorage


class _MultiChoice:
    name = "multi_choice"
    label: Label = {"zh": "多选", "en": "Several choices"}
    icon = "☑"
    widget = "multi_choice"
    option_keys = frozenset({"choices", "choices_from", "choices_where"})

    def widget_for(self, options: FieldOptions) -> str:
        return self.widget

    def storage(self, options: FieldOptions) -> JsonStorage:
        return JsonStorage()

    def value_type(self, options: FieldOptions) -> ValueType:
        return ValueType("multi_choice", codes=tuple(choice.code for choice in options.choices))

    def parse(self, raw: object, options: FieldOptions) -> tuple[str, ...] | None:
        """A list of codes, or in a file one text with commas between them; no code is missing."""
        if reading.is_missing(raw):
            return None
        parts = raw.split(",") if isinstance(raw, str) else raw
        if not isinstance(parts, list | tuple):
            raise refusals.wrong_kind("a list of codes", "代码列表")
        chosen = {reading.read_code(part, options) for part in parts}
        return tuple(choice.code for choice in options.choices if choice.code in chosen) or None

    def json_schema(self, options: FieldOptions) -> dict[str, object]:
        return {"type": "array", "items": reading.choices_schema(options), "uniqueItems": True}


TYPE: FieldType = _MultiChoice()
