"""From an offset inside a value to its place in the file, whatever quotes, escapes and line folding stand between."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from functools import lru_cache

from forms_dsl.source import Document, Pointer, Span

_WIDE_ESCAPES = {"x": 2, "u": 4, "U": 8}
_BREAKS = " \n"


def spans_within(document: Document, pointer: Pointer, value: str) -> Callable[[int, int], Span]:
    """A function from start and end offset in `value`, the text at `pointer` or its key, to the place in the file."""
    whole = document.key_span(pointer) if _is_key(document.data, pointer, value) else document.span(pointer)
    if whole.line == whole.end_line and whole.end_column - whole.column == len(value):
        return lambda start, end: Span(whole.file, whole.line, whole.column + start, whole.line, whole.column + end)
    text = document.sources.get(whole.file, document.text)
    starts = _line_starts(text)
    first = starts[whole.line - 1] + whole.column - 1
    last = starts[min(whole.end_line, len(starts)) - 1] + whole.end_column - 1
    raw = text[first:last]
    offsets = _offsets(raw, value)

    def span_of(start: int, end: int) -> Span:
        begin = first + offsets[min(start, len(value))]
        # The end is the place behind the last character, not the place of the next one (a folded line may lie between).
        finish = first + offsets[min(end, len(value)) - 1] + 1 if end > start else begin
        line, column = _place(starts, begin)
        end_line, end_column = _place(starts, max(finish, begin))
        return Span(whole.file, line, column, end_line, end_column)

    return span_of


def _is_key(data: object, pointer: Pointer, value: str) -> bool:
    """Whether the text is the key at `pointer`, and not what stands under it."""
    if not pointer or pointer[-1] != value:
        return False
    for part in pointer:
        data = data[part] if isinstance(data, dict) and part in data else data[part] if isinstance(data, list) else None  # type: ignore[index]
    return data != value


@lru_cache(maxsize=64)
def _line_starts(text: str) -> list[int]:
    starts = [0]
    at = text.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    return starts


def _place(starts: list[int], offset: int) -> tuple[int, int]:
    line = bisect_right(starts, offset)
    return line, offset - starts[line - 1] + 1


def _offsets(raw: str, value: str) -> list[int]:
    """The offset in `raw` of each character of `value`, and of its end."""
    if raw.startswith('"'):
        return _double_quoted(raw, value)
    if raw.startswith(("|", ">")):
        return _aligned(raw, value, raw.find("\n") + 1)
    if raw.startswith("'"):
        return _aligned(raw, value, 1)
    return _aligned(raw, value, 0)


def _aligned(raw: str, value: str, at: int) -> list[int]:
    """Folding changes white space only: every other character is found by looking forward.

    In single quotes a quote stands twice; the second one is passed over by the search for what follows.
    """
    offsets = []
    single = raw.startswith("'")
    for character in value:
        if character in _BREAKS:
            offsets.append(at)
            at += 1 if at < len(raw) and raw[at] in _BREAKS else 0
            continue
        while at < len(raw) and raw[at] != character and raw[at].isspace():
            at += 1
        offsets.append(min(at, max(len(raw) - 1, 0)))
        at += 2 if single and character == "'" else 1
    return [*offsets, min(at, len(raw))]


def _double_quoted(raw: str, value: str) -> list[int]:
    offsets = []
    at = 1
    for character in value:
        while at < len(raw) and raw[at] in " \n" and character not in _BREAKS:
            at += 1
        if raw.startswith("\\\n", at):
            at += 2
            while at < len(raw) and raw[at] == " ":
                at += 1
        offsets.append(min(at, len(raw) - 1))
        if raw.startswith("\\", at):
            kind = raw[at + 1 : at + 2]
            at += 2 + _WIDE_ESCAPES.get(kind, 0)
        else:
            at += 1
    return [*offsets, min(at, max(len(raw) - 1, 0))]
