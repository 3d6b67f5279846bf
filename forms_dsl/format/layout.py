"""Entries as canonical lines: blocks by two spaces; inline where the writer wrote inline, or where a text made from data may be."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from forms_dsl.edit.lines import line_start, shift
from forms_dsl.edit.tree import Map, Scalar, Sequence
from forms_dsl.format.entries import Entry
from forms_dsl.format.scalars import canonical_key, canonical_scalar, keeps_quotes

#: Columns that a line with an inline collection may have; a Chinese character takes two.
WIDTH = 120
#: The same where a person wrote it on one line.
WRITTEN_WIDTH = 200
#: Collections within an inline map: `{type: money, label: {zh: 金额, en: Amount}}`.
INLINE_DEPTH = 2
_INDENT = 2


@dataclass(frozen=True, slots=True)
class Source:
    """The text that is laid out; `by_hand`: what its writer chose (inline or block, quotes, columns) is kept."""

    text: str
    by_hand: bool


def lines_of(source: Source, top: Entry) -> list[str]:
    """The lines of a whole file."""
    lines = _comments(top.lead, 0) + _collection(source, top, 0) + _comments(top.tail, 0)
    while lines and not lines[0]:
        del lines[0]
    return [line for at, line in enumerate(lines) if line or lines[at - 1]]


def _collection(source: Source, holder: Entry, column: int) -> list[str]:
    lines: list[str] = []
    aligned = _aligned(source, holder, column)
    for at, entry in enumerate(holder.children):
        above = [*entry.lead]
        below = _pair(source, entry, column, aligned=at in aligned) if entry.key else _item(source, entry, column, above)
        lead = _comments(above, column)
        lines += (lead[1:] if at == 0 and lead and not lead[0] and column else lead) + below
    return lines


def _pair(source: Source, entry: Entry, column: int, *, aligned: bool) -> list[str]:
    head = _head(entry, column)
    gap = _gap(source, entry, len(head), column) if aligned else " "
    if isinstance(entry.node, Scalar) and entry.node.style in ("|", ">"):
        return _block_text(source, entry, head + " ", column) + _comments(entry.tail, column + 2)
    inline = _inline(source, entry, _width(head) + len(gap))
    if inline is not None:
        return [_with_trail(f"{head}{gap}{inline}".rstrip(), entry), *_comments(entry.tail, column + 2)]
    return [_with_trail(head, entry), *_collection(source, entry, column + 2), *_comments(entry.tail, column + 2)]


def _item(source: Source, entry: Entry, column: int, above: list[str]) -> list[str]:
    """An item; comments that have no place beside or below its dash go to the lines `above`."""
    dash = " " * column + "-"
    below = _comments(entry.tail, column + 2)
    if isinstance(entry.node, Scalar) and entry.node.style in ("|", ">"):
        return _block_text(source, entry, dash + " ", column) + below
    inline = _inline(source, entry, column + 2)
    if inline is not None:
        return [_with_trail(f"{dash} {inline}".rstrip(), entry), *below]
    if entry.trail:
        above.append(entry.trail)
    if isinstance(entry.node, Sequence):
        return [dash, *_collection(source, entry, column + 2), *below]
    first = entry.children[0]
    above.extend(words for words in first.lead if words)
    first.lead = []
    lines = _collection(source, entry, column + 2)
    return [f"{dash} {lines[0][column + 2 :]}", *lines[1:], *below]


def _block_text(source: Source, entry: Entry, head: str, column: int) -> list[str]:
    """A literal or folded text: its lines as they are, moved with their key."""
    node = entry.node
    end = node.end
    while source.text[end : end + 1] == " ":  # at the end of its last line: a part of the text
        end += 1
    first, _, rest = source.text[node.start : end].partition("\n")
    holder = entry.parent
    start = entry.column if holder is not None else 0
    if not entry.key:
        start = node.start - line_start(source.text, node.start)
        column += 2
    lines = shift(rest, column - start).split("\n") if rest else []
    if lines and not lines[-1]:
        del lines[-1]
    header, _, comment = first.partition("#")
    if comment:
        entry.trail = f"#{comment}"
        entry.trail_column = node.start - line_start(source.text, node.start) + len(header) if source.by_hand else 0
    return [_with_trail(head + header.strip(), entry), *lines]


def _aligned(source: Source, holder: Entry, column: int) -> frozenset[int]:
    """Which children have their value below that of the child before or after; what needs lines of its own is passed over."""
    found: list[tuple[int, int]] = []
    for number, entry in enumerate(holder.children if source.by_hand else ()):
        at = _value_column(source, entry)
        if at is None or (isinstance(entry.node, Scalar) and entry.node.style in ("|", ">")):
            continue
        head = _head(entry, column)
        gap = at - entry.column + column - len(head)
        if gap > 0 and _inline(source, entry, _width(head) + gap) is not None:
            found.append((number, at))
    pairs = pairwise(found)
    return frozenset(number for one, other in pairs if one[1] == other[1] for number in (one[0], other[0]))


def _gap(source: Source, entry: Entry, used: int, column: int) -> str:
    """The spaces behind a key's colon that keep its value in its column."""
    at = _value_column(source, entry) or 0
    return " " * max(1, at - entry.column + column - used)


def _head(entry: Entry, column: int) -> str:
    return " " * column + canonical_key(entry.key or Scalar(0, 0, ""), inline=False) + ":"


def _value_column(source: Source, entry: Entry) -> int | None:
    """The column of a value on the line of its key in a block; None where it stands elsewhere."""
    if entry.key is None or entry.flow or (isinstance(entry.node, Scalar) and entry.node.is_empty):
        return None
    start = line_start(source.text, entry.node.start)
    return entry.node.start - start if start <= entry.key.start else None


def _inline(source: Source, entry: Entry, used: int) -> str | None:
    """The value on one line, or None where it needs lines of its own."""
    node = entry.node
    if isinstance(node, Scalar):
        return _scalar(source, node, inline=False)
    if not entry.children:
        return "{}" if isinstance(node, Map) else "[]"
    if entry.has_comments_inside():
        return None
    if source.by_hand:
        if not node.flow:
            return None
        width = WIDTH if "\n" in source.text[node.start : node.end] else WRITTEN_WIDTH
    elif _depth(entry) > (INLINE_DEPTH if isinstance(node, Map) else 1):
        return None
    else:
        width = WIDTH
    printed = _flow(source, entry)
    return printed if printed is not None and used + _width(printed) <= width else None


def _scalar(source: Source, node: Scalar, *, inline: bool) -> str:
    written = source.text[node.start : node.end]
    return written if source.by_hand and keeps_quotes(node, written) else canonical_scalar(node, inline=inline)


def _depth(entry: Entry) -> int:
    return 1 + max((_depth(child) for child in entry.children if child.children), default=0)


def _flow(source: Source, entry: Entry) -> str | None:
    node = entry.node
    if isinstance(node, Scalar):
        if node.is_empty or node.style in ("|", ">") or "\n" in node.value:
            return None
        return _scalar(source, node, inline=True)
    parts = []
    for child in entry.children:
        value = _flow(source, child)
        if value is None:
            return None
        parts.append(f"{canonical_key(child.key, inline=True)}: {value}" if child.key else value)
    inside = ", ".join(parts)
    return "{" + inside + "}" if isinstance(node, Map) else f"[{inside}]"


def _with_trail(line: str, entry: Entry) -> str:
    """A comment beside a line, in the column where it was written if there is room."""
    if not entry.trail:
        return line
    return line + " " * max(_INDENT, entry.trail_column - len(line)) + entry.trail


def _comments(comments: list[str], column: int) -> list[str]:
    return [" " * column + words if words else "" for words in comments]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
