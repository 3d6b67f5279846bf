"""Text in NFC, trimmed; an empty text is missing."""

from __future__ import annotations

from forms_dsl.expr.tree import ValueType
from forms_dsl.fieldtypes import reading, refusals
from forms_dsl.fieldtypes.protocol import FieldType
from forms_dsl.model import FieldOptions, Label
from forms_dsl.patterns import NAMED, matches, regex_of
from forms_dsl.storage import TextStorage


class _Text:
    name = "text"
    label: Label = {"zh": "文本", "en": "Text"}
    icon = "文"
    widget = "text"
    option_keys = frozenset({"min", "max", "lines", "pattern"})

    def widget_for(self, options: FieldOptions) -> str:
        return "textarea" if (options.lines or 1) > 1 else self.widget

    def storage(self, options: FieldOptions) -> TextStorage:
        return TextStorage(int(options.max) if options.max else None)

    def value_type(self, options: FieldOptions) -> ValueType:
        return ValueType("text")

    def parse(self, raw: object, options: FieldOptions) -> str | None:
        if reading.is_missing(raw):
            return None
        text = reading.read_text(raw)
        if options.max is not None and len(text) > int(options.max):
            raise refusals.too_long(len(text), options.max)
        if options.min is not None and len(text) < int(options.min):
            raise refusals.too_short(len(text), options.min)
        if options.pattern is not None and not matches(text, options.pattern):
            named = NAMED.get(options.pattern)
            en, zh = named.label if named else (f"of the form {options.pattern}", f"“{options.pattern}”格式的文本")
            raise refusals.wrong_pattern(en, zh)
        return text

    def json_schema(self, options: FieldOptions) -> dict[str, object]:
        schema: dict[str, object] = {"type": "string"}
        if options.max is not None:
            schema["maxLength"] = int(options.max)
        if options.min is not None:
            schema["minLength"] = int(options.min)
        if options.pattern is not None:
            schema["pattern"] = regex_of(options.pattern)
        return schema


TYPE: FieldType = _Text()
