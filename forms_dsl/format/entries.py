"""The entries of a text (pairs and list items) with the comments and blank lines that belong to each."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from forms_dsl.edit.comments import comments_in
from forms_dsl.edit.lines import line_start
from forms_dsl.edit.tree import Item, Map, Node, Pair, Scalar, Sequence


@dataclass(slots=True)
class Entry:
    """A pair or an item; the entry of the whole file has neither key nor dash."""

    node: Node
    key: Scalar | None = None
    column: int = 0
    start: int = 0
    #: Whether it stands within an inline collection, where columns say nothing.
    flow: bool = False
    parent: Entry | None = None
    children: list[Entry] = field(default_factory=list)
    #: Comments above it; an empty text is a blank line.
    lead: list[str] = field(default_factory=list)
    trail: str = ""
    #: Where that stood on its line; 0 where nobody chose a place.
    trail_column: int = 0
    #: Comments below its content.
    tail: list[str] = field(default_factory=list)

    def has_comments_inside(self) -> bool:
        """Whether anything within its value has a comment."""
        return bool(self.tail) or any(
            child.lead != [""] * len(child.lead) or child.trail or child.has_comments_inside() for child in self.children
        )


def entries_of(text: str, root: Node) -> Entry:
    """The entry of the file, with every comment of the text attached somewhere below."""
    top = Entry(root, column=-1)
    _grow(text, top)
    entries = list(_all(top))
    marks = sorted(_marks(top), key=lambda mark: mark[0])
    offsets, starts = [mark[0] for mark in marks], [entry.start for entry in entries]
    for offset, comment in comments_in(text, root):
        before = text[line_start(text, offset) : offset]
        last = marks[bisect_right(offsets, offset) - 1][1] if offsets and offsets[0] <= offset else top
        if _is_within_scalar(last.node, offset):
            continue  # the header of a block text keeps its own
        if before.strip() and not last.trail:
            last.trail, last.trail_column = comment, 0 if last.flow else len(before)
            continue
        follower = bisect_right(starts, offset)
        _attach(text, top, last, entries[follower] if follower < len(entries) else None, offset, comment)
    for entry in entries:
        if not entry.flow and _is_after_blank(text, entry.start):
            entry.lead.append("")
    _set_header(top)
    return top


def _grow(text: str, entry: Entry) -> None:
    node = entry.node
    if isinstance(node, Scalar):
        return
    for part in _parts(node):
        start = part.key.start if isinstance(part, Pair) else part.dash if part.dash >= 0 else part.value.start
        key = part.key if isinstance(part, Pair) else None
        child = Entry(part.value, key, start - line_start(text, start), start, node.flow or entry.flow, entry)
        entry.children.append(child)
        _grow(text, child)


def _parts(node: Node) -> tuple[Pair | Item, ...]:
    return node.pairs if isinstance(node, Map) else node.items if isinstance(node, Sequence) else ()


def _all(entry: Entry) -> Iterator[Entry]:
    for child in entry.children:
        yield child
        yield from _all(child)


def _marks(entry: Entry) -> Iterator[tuple[int, Entry]]:
    """The offsets behind which a comment on the same line is about an entry."""
    node = entry.node
    if isinstance(node, Map | Sequence) and node.flow:
        yield node.start, entry
    for part, child in zip(_parts(node), entry.children, strict=True):
        yield child.start, child
        yield from _marks(child)
        if not isinstance(child.node, Map | Sequence) or child.node.flow:
            yield part.end, child


def _is_within_scalar(node: Node, offset: int) -> bool:
    return isinstance(node, Scalar) and node.start < offset < node.end


def _attach(text: str, top: Entry, last: Entry, after: Entry | None, offset: int, comment: str) -> None:
    """A comment on a line of its own: above what follows in its column, below what it is deeper than, at the end of the file."""
    words = ["", comment] if _is_after_blank(text, offset) else [comment]
    column = offset - line_start(text, offset)
    holder = next(
        (
            entry
            for entry in _upwards(last)
            if isinstance(entry.node, Map | Sequence) and entry.node.flow and offset < entry.node.end
        ),
        None,
    )
    if holder is not None:
        inside = after is not None and after.start < holder.node.end
        (after.lead if inside and after is not None else holder.tail).extend(words)
    elif after is not None and column <= after.column:
        after.lead.extend(words)
    else:
        owner = next((entry for entry in _upwards(last) if not entry.flow and entry.column < column), top)
        owner.tail.extend(words)


def _upwards(entry: Entry) -> Iterator[Entry]:
    found: Entry | None = entry
    while found is not None:
        yield found
        found = found.parent


def _is_after_blank(text: str, offset: int) -> bool:
    """Whether the line above is empty and nothing stands before the offset on its own line."""
    start = line_start(text, offset)
    if text[start:offset].strip() or start == 0:
        return False
    return not text[line_start(text, start - 1) : start].strip()


def _set_header(top: Entry) -> None:
    """A banner with a blank line behind it belongs to the file, not to its first key."""
    if not top.children:
        return
    first = top.children[0]
    cut = max((at for at, words in enumerate(first.lead) if not words), default=-1) + 1
    top.lead, first.lead = first.lead[:cut], first.lead[cut:]
