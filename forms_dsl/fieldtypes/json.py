"""A piece of JSON that another system gave and people only look at; kept and sent as its text."""

from __future__ import annotations

import json

from forms_dsl.expr.tree import ValueType
from forms_dsl.fieldtypes import reading, refusals
from forms_dsl.fieldtypes.protocol import FieldType
from forms_dsl.model import FieldOptions, Label
from forms_dsl.storage import TextStorage

_LONGEST = 65_536


class _Json:
    name = "json"
    label: Label = {"zh": "JSON 数据", "en": "JSON data"}
    icon = "{}"
    widget = "textarea"
    option_keys: frozenset[str] = frozenset({"lines"})

    def widget_for(self, options: FieldOptions) -> str:
        return self.widget

    def storage(self, options: FieldOptions) -> TextStorage:
        return TextStorage()

    def value_type(self, options: FieldOptions) -> ValueType:
        return ValueType("text")

    def parse(self, raw: object, options: FieldOptions) -> str | None:
        """The text, when it is JSON; it is kept as it was written, so that no number in it is rounded."""
        if reading.is_missing(raw):
            return None
        text = reading.read_text(raw)
        if len(text) > _LONGEST:
            raise refusals.too_long(len(text), str(_LONGEST))
        try:
            json.loads(text, parse_float=str, parse_int=str, parse_constant=_refuse)
        except (ValueError, RecursionError):
            raise refusals.wrong_kind("JSON", "JSON 文本") from None
        return text

    def json_schema(self, options: FieldOptions) -> dict[str, object]:
        return {"type": "string", "maxLength": _LONGEST, "contentMediaType": "application/json"}


def _refuse(word: str) -> None:
    """NaN and Infinity are no JSON."""
    raise ValueError(word)


TYPE: FieldType = _Json()
