"""One code of a closed list."""

from __future__ import annotations

from forms_dsl.expr.tree import ValueType
from forms_dsl.fieldtypes import reading
from forms_dsl.fieldtypes.protocol import FieldType
from forms_dsl.model import FieldOptions, Label
from forms_dsl.names import CODE_LENGTH
from forms_dsl.storage import TextStorage


class _Choice:
    name = "choice"
    label: Label = {"zh": "单选", "en": "Choice"}
    icon = "◉"
    widget = "choice"
    option_keys = frozenset({"choices", "choices_from", "choices_where", "ordered"})

    def widget_for(self, options: FieldOptions) -> str:
        return self.widget

    def storage(self, options: FieldOptions) -> TextStorage:
        return TextStorage(CODE_LENGTH)

    def value_type(self, options: FieldOptions) -> ValueType:
        return ValueType("choice", codes=tuple(choice.code for choice in options.choices), ordered=options.ordered)

    def parse(self, raw: object, options: FieldOptions) -> str | None:
        return None if reading.is_missing(raw) else reading.read_code(raw, options)

    def json_schema(self, options: FieldOptions) -> dict[str, object]:
        return reading.choices_schema(options)


TYPE: FieldType = _Choice()
