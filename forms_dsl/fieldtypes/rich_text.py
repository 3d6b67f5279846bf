"""Text with a little Markdown: headings, bold, italics, lists and links; never HTML, so nothing in it can run."""

from __future__ import annotations

from forms_dsl.expr.tree import ValueType
from forms_dsl.fieldtypes import reading, refusals
from forms_dsl.fieldtypes.protocol import FieldType
from forms_dsl.model import FieldOptions, Label
from forms_dsl.storage import TextStorage

_LONGEST = 65_536


class _RichText:
    name = "rich_text"
    label: Label = {"zh": "富文本", "en": "Formatted text"}
    icon = "¶"
    widget = "rich_text"
    option_keys = frozenset({"max", "lines"})

    def widget_for(self, options: FieldOptions) -> str:
        return self.widget

    def storage(self, options: FieldOptions) -> TextStorage:
        return TextStorage(int(options.max) if options.max else None)

    def value_type(self, options: FieldOptions) -> ValueType:
        return ValueType("text")

    def parse(self, raw: object, options: FieldOptions) -> str | None:
        if reading.is_missing(raw):
            return None
        text = reading.read_text(raw)
        longest = int(options.max) if options.max is not None else _LONGEST
        if len(text) > longest:
            raise refusals.too_long(len(text), str(longest))
        return text

    def json_schema(self, options: FieldOptions) -> dict[str, object]:
        longest = int(options.max) if options.max is not None else _LONGEST
        return {"type": "string", "maxLength": longest, "contentMediaType": "text/markdown"}


TYPE: FieldType = _RichText()
