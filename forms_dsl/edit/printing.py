"""How a new value is written: plain where every reading of YAML takes it as text, quoted elsewhere (ui.md 4.4)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

INLINE_WIDTH = 60

_SPECIAL_WORD = re.compile(r"(y|yes|n|no|on|off|true|false|null|~|<<|=)\Z", re.IGNORECASE)
_SPECIAL_NUMBER = re.compile(r"([-+]?[0-9.][0-9_.:eExXoO+-]*|[-+]?0b[01_]+|[-+]?\.(inf|nan)|[-+]?0x[0-9a-f_]+)\Z", re.IGNORECASE)
_TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
_INLINE_MARK = re.compile(r"[,\[\]{}]")
_BREAKS_PLAIN = re.compile(r": |:\Z| #|\A[-?:] |\A[-?:]\Z|\A[,\[\]{}#&*!|>'\"%@`]|\A(---|\.\.\.)")
_ESCAPED = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A value as it stands in another text: its lines from `column` on with key or dash, or its inline text; `data` is what it means."""

    data: object
    lines: str | None = None
    column: int = 0
    inline: str | None = None


#: Numbers and booleans are written plain; a text is quoted where a reader could take it for something else.
Value = str | int | bool | Sequence["Value"] | Mapping[str, "Value"] | Piece


def is_special(text: str) -> bool:
    """Whether a plain reading would give something else than this text."""
    return bool(
        not text
        or text != text.strip()
        or _SPECIAL_WORD.match(text)
        or _SPECIAL_NUMBER.match(text)
        or _TIMESTAMP.match(text)
        or _CONTROL.search(text)
    )


def breaks_plain(text: str, *, inline: bool) -> bool:
    """Whether the text cannot stand without quotes at all."""
    return bool((inline and (_INLINE_MARK.search(text) or _inline_colon(text))) or _BREAKS_PLAIN.search(text))


def _inline_colon(text: str) -> bool:
    return text.startswith(":")


def double_quoted(text: str) -> str:
    """The text in double quotes, with everything escaped that does not stand for itself."""
    return _ESCAPED.sub(lambda match: f"\\u{ord(match.group()):04x}", json.dumps(text, ensure_ascii=False))


def print_scalar(value: str | int | bool, *, inline: bool) -> str:
    """One value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return double_quoted(value) if is_special(value) or breaks_plain(value, inline=inline) else value


def print_inline(value: Value) -> str:
    """A value on one line, collections in brackets."""
    if isinstance(value, Piece):
        return value.inline if value.inline is not None else print_inline(as_value(value.data))
    if isinstance(value, str | int):
        return print_scalar(value, inline=True)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{print_scalar(key, inline=True)}: {print_inline(item)}" for key, item in value.items()) + "}"
    return "[" + ", ".join(print_inline(item) for item in value) + "]"


def print_item(value: Value, column: int, end: str) -> str:
    """A list's item as lines behind a dash in a column (the lines of a piece are moved there)."""
    lead = " " * column
    if isinstance(value, Piece):
        return f"{lead}- {print_inline(value)}{end}"
    if isinstance(value, str | int):
        return f"{lead}- {print_scalar(value, inline=False)}{end}"
    if not isinstance(value, Mapping) or _is_small(value):
        return f"{lead}- {print_inline(value)}{end}"
    pairs = "".join(print_pair(key, item, column + 2, end) for key, item in value.items())
    return f"{lead}- {pairs.lstrip()}"


def print_pair(key: str, value: Value, column: int, end: str) -> str:
    """A pair as lines in a column: small values on one line, lists of objects item by item."""
    lead = " " * column + print_scalar(key, inline=False) + ":"
    if isinstance(value, Sequence) and not isinstance(value, str) and value:
        if any(not isinstance(item, str | int) for item in value) or not _is_small(value):
            return lead + end + "".join(print_item(item, column + 2, end) for item in value)
    if isinstance(value, str | int):
        return f"{lead} {print_scalar(value, inline=False)}{end}"
    return f"{lead} {print_inline(value)}{end}"


def as_value(data: object) -> Value:
    """Data as it was read, to be written again."""
    if isinstance(data, dict):
        return {str(key): as_value(item) for key, item in data.items()}
    if isinstance(data, list):
        return [as_value(item) for item in data]
    return str(data)


def as_data(value: Value) -> object:
    """What a value means once it was written and read: every scalar is text."""
    if isinstance(value, Piece):
        return value.data
    if isinstance(value, Mapping):
        return {key: as_data(item) for key, item in value.items()}
    if isinstance(value, str | int):
        return print_scalar(value, inline=False) if not isinstance(value, str) else value
    return [as_data(item) for item in value]


def _is_small(value: Value) -> bool:
    return len(print_inline(value)) <= INLINE_WIDTH
