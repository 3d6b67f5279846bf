"""Entries as canonical lines: blocks by two spaces, small collections without comments on one line."""

from __future__ import annotations

import unicodedata

from forms_dsl.edit.lines import line_start, shift
from forms_dsl.edit.tree import Map, Scalar, Sequence
from forms_dsl.format.entries import Entry
from forms_dsl.format.scalars import canonical_key, canonical_scalar

#: Columns that a line with an inline collection may have; a Chinese character takes two.
WIDTH = 120
#: Collections within an inline map: `{type: money, label: {zh: 金额, en: Amount}}`.
INLINE_DEPTH = 2


def lines_of(text: str, top: Entry) -> list[str]:
    """The lines of a whole file."""
    lines = _comments(top.lead, 0) + _collection(text, top, 0) + _comments(top.tail, 0)
    while lines and not lines[0]:
        del lines[0]
    return [line for at, line in enumerate(lines) if line or lines[at - 1]]


def _collection(text: str, holder: Entry, column: int) -> list[str]:
    lines: list[str] = []
    for at, entry in enumerate(holder.children):
        above = [*entry.lead]
        below = _pair(text, entry, column) if entry.key else _item(text, entry, column, above)
        lead = _comments(above, column)
        lines += (lead[1:] if at == 0 and lead and not lead[0] and column else lead) + below
    return lines


def _pair(text: str, entry: Entry, column: int) -> list[str]:
    head = " " * column + canonical_key(entry.key or Scalar(0, 0, ""), inline=False) + ":"
    if isinstance(entry.node, Scalar) and entry.node.style in ("|", ">"):
        return _block_text(text, entry, head + " ", column) + _comments(entry.tail, column + 2)
    inline = _inline(entry, _width(head) + 1)
    if inline is not None:
        return [_with_trail(f"{head} {inline}".rstrip(), entry.trail), *_comments(entry.tail, column + 2)]
    return [_with_trail(head, entry.trail), *_collection(text, entry, column + 2), *_comments(entry.tail, column + 2)]


def _item(text: str, entry: Entry, column: int, above: list[str]) -> list[str]:
    """An item; comments that have no place beside or below its dash go to the lines `above`."""
    dash = " " * column + "-"
    below = _comments(entry.tail, column + 2)
    if isinstance(entry.node, Scalar) and entry.node.style in ("|", ">"):
        return _block_text(text, entry, dash + " ", column) + below
    inline = _inline(entry, column + 2)
    if inline is not None:
        return [_with_trail(f"{dash} {inline}".rstrip(), entry.trail), *below]
    if entry.trail:
        above.append(entry.trail)
    if isinstance(entry.node, Sequence):
        return [dash, *_collection(text, entry, column + 2), *below]
    first = entry.children[0]
    above.extend(words for words in first.lead if words)
    first.lead = []
    lines = _collection(text, entry, column + 2)
    return [f"{dash} {lines[0][column + 2 :]}", *lines[1:], *below]


def _block_text(text: str, entry: Entry, head: str, column: int) -> list[str]:
    """A literal or folded text: its lines as they are, moved with their key."""
    node = entry.node
    first, _, rest = text[node.start : node.end].partition("\n")
    holder = entry.parent
    start = entry.column if holder is not None else 0
    if not entry.key:
        start = node.start - line_start(text, node.start)
        column += 2
    lines = shift(rest, column - start).split("\n") if rest else []
    if lines and not lines[-1]:
        del lines[-1]
    header, _, comment = first.partition("#")
    return [_with_trail(head + header.strip(), f"#{comment}" if comment else entry.trail), *lines]


def _inline(entry: Entry, used: int) -> str | None:
    """The value on one line, or None where it needs lines of its own."""
    node = entry.node
    if isinstance(node, Scalar):
        return canonical_scalar(node, inline=False)
    if not entry.children:
        return "{}" if isinstance(node, Map) else "[]"
    if entry.has_comments_inside() or _depth(entry) > (INLINE_DEPTH if isinstance(node, Map) else 1):
        return None
    printed = _flow(entry)
    return printed if printed is not None and used + _width(printed) <= WIDTH else None


def _depth(entry: Entry) -> int:
    return 1 + max((_depth(child) for child in entry.children if child.children), default=0)


def _flow(entry: Entry) -> str | None:
    node = entry.node
    if isinstance(node, Scalar):
        if node.is_empty or node.style in ("|", ">") or "\n" in node.value:
            return None
        return canonical_scalar(node, inline=True)
    parts = []
    for child in entry.children:
        value = _flow(child)
        if value is None:
            return None
        parts.append(f"{canonical_key(child.key, inline=True)}: {value}" if child.key else value)
    inside = ", ".join(parts)
    return "{" + inside + "}" if isinstance(node, Map) else f"[{inside}]"


def _with_trail(line: str, trail: str) -> str:
    return f"{line}  {trail}" if trail else line


def _comments(comments: list[str], column: int) -> list[str]:
    return [" " * column + words if words else "" for words in comments]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
