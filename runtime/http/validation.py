"""The faults that pydantic finds in a fixed route's body or query, in our words and with our pointers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forms_dsl.model import Label
from forms_dsl.source import escape_pointer
from runtime.failures import Fault

#: pydantic's kind → sentence; `{…}` are its own particulars.
_SENTENCES: Mapping[str, Label] = {
    "missing": {"zh": "缺少该项。", "en": "This is required."},
    "extra_forbidden": {"zh": "没有名为此的项。", "en": "There is no such name here."},
    "string_type": {"zh": "应为文本。", "en": "This must be a text."},
    "string_too_short": {"zh": "至少 {min_length} 个字符。", "en": "At least {min_length} characters."},
    "string_too_long": {"zh": "最多 {max_length} 个字符。", "en": "At most {max_length} characters."},
    "int_type": {"zh": "应为整数。", "en": "This must be a whole number."},
    "int_parsing": {"zh": "应为整数。", "en": "This must be a whole number."},
    "int_from_float": {"zh": "应为整数。", "en": "This must be a whole number."},
    "bool_type": {"zh": "应为 true 或 false。", "en": "This must be true or false."},
    "bool_parsing": {"zh": "应为 true 或 false。", "en": "This must be true or false."},
    "greater_than_equal": {"zh": "不得小于 {ge}。", "en": "This must be at least {ge}."},
    "less_than_equal": {"zh": "不得大于 {le}。", "en": "This must be at most {le}."},
    "literal_error": {"zh": "应为以下之一：{expected}。", "en": "This must be one of {expected}."},
    "list_type": {"zh": "应为列表。", "en": "This must be a list."},
    "dict_type": {"zh": "应为对象。", "en": "This must be an object."},
    "model_attributes_type": {"zh": "应为对象。", "en": "This must be an object."},
}
_OTHER: Label = {"zh": "该值不符合要求。", "en": "This value cannot be accepted."}


def fault_of(error: Mapping[str, Any]) -> Fault:
    """One fault of pydantic as ours; the value itself is not repeated."""
    source, *path = error["loc"]
    sentence = _SENTENCES.get(error["type"], _OTHER)
    message = {locale: text.format_map(error.get("ctx") or {}) for locale, text in sentence.items()}
    if source == "body":
        return Fault("Q422", message, pointer="".join(f"/{escape_pointer(str(part))}" for part in path))
    return Fault("Q400", message, parameter=".".join(str(part) for part in path) or str(source))
