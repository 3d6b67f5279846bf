"""What theirs changed, done on the text of ours step by step; of a large flat map only the piece around each step is read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from forms_dsl.edit.commit import edit
from forms_dsl.edit.lines import depth, is_comment, line_start
from forms_dsl.edit.operations import InsertItem, InsertKey, MoveItem, MoveKey, Operation, RemoveItem, RemoveKey, SetKey, SetValue
from forms_dsl.edit.pieces import piece_at
from forms_dsl.edit.tree import Map, Node, UnreadableText, data_of, parse_tree
from forms_dsl.merge.changes import Conflict, Step, names_at, resolve

#: Maps of more keys than this are taken apart, into pieces of so many.
_KEYS, _PIECE = 40, 8
#: Each step reads the text, or the piece, once more: so many characters are read in about two seconds.
_CHARACTERS_READ = 1_600_000


@dataclass(slots=True)
class _Piece:
    """Some neighbouring keys of a map: where their lines stand, what is written above them, and the steps that concern them."""

    start: int
    end: int
    head: str
    steps: list[Step] = field(default_factory=list)


def taken(text: str, theirs: str, tree: Node, steps: Sequence[Step]) -> tuple[str, list[Conflict]] | None:
    """The text after the steps, and those that its layout did not allow; None when it would take too long."""
    pieces, rest = _apart(text, steps)
    if len(rest) * len(text) + sum(map(_read_for, pieces)) > _CHARACTERS_READ:
        return None
    left: list[Conflict] = []
    for piece in sorted(pieces, key=lambda each: -each.start):
        after, more = _each(piece.head + text[piece.start : piece.end], theirs, tree, piece.steps)
        if after.startswith(piece.head) and _is_block(after):
            text = text[: piece.start] + after.removeprefix(piece.head) + text[piece.end :]
            left += more
        else:  # nothing of the piece is left: then on the whole text
            rest += piece.steps
    text, more = _each(text, theirs, tree, rest)
    return text, [*left, *more]


def _read_for(piece: _Piece) -> int:
    """How many characters the steps of a piece read, which grows with each thing that is added."""
    size, added = piece.end - piece.start, sum(step.kind == "add" for step in piece.steps)
    return len(piece.steps) * (size + added * size // (2 * _PIECE))


def _is_block(text: str) -> bool:
    try:
        root = parse_tree(text)
    except UnreadableText:
        return False
    inner = root.pairs[0].value if isinstance(root, Map) and len(root.pairs) == 1 else root
    return isinstance(root, Map) and not root.flow and not (isinstance(inner, Map) and inner.flow and not inner.pairs)


def _apart(text: str, steps: Sequence[Step]) -> tuple[list[_Piece], list[Step]]:
    """The pieces that have steps, and the steps that need the whole text."""
    root = parse_tree(text)
    known: dict[str, dict[str, _Piece]] = {}
    above = 1
    if isinstance(root, Map) and not root.flow and len(root.pairs) > _KEYS:
        known[""] = _pieces(text, root, "")
        above = 0
    for pair in root.pairs if isinstance(root, Map) and not root.flow and above else ():
        if isinstance(pair.value, Map) and not pair.value.flow and len(pair.value.pairs) > _KEYS and pair.key.style == "":
            known[pair.key.value] = _pieces(text, pair.value, f"{pair.key.value}:\n")
    rest: list[Step] = []
    for step in steps:
        holders = known.get(str(step.path[0]) if above else "")
        piece = None if holders is None or step.kind == "move" else _piece_of(holders, step, above)
        (piece.steps if piece is not None else rest).append(step)
    found = {id(piece): piece for holders in known.values() for piece in holders.values() if piece.steps}
    return list(found.values()), rest


def _piece_of(holders: dict[str, _Piece], step: Step, above: int) -> _Piece | None:
    """The piece with the key that a step is about, or with what it comes behind."""
    if len(step.path) <= above or not all(isinstance(part, str) for part in step.path[: above + 1]):
        return None
    name = str(step.path[above])
    is_key = len(step.path) == above + 1
    found = next((holders[each] for each in (name, *(step.after if is_key else ())) if each in holders), None)
    found = found or next(iter(holders.values()))
    if is_key and step.kind == "add":
        holders[name] = found  # others may stand behind it
    return found


def _pieces(text: str, holder: Map, head: str) -> dict[str, _Piece]:
    """The piece of each key."""
    keys = holder.pairs[::_PIECE]
    starts = [_lead_start(text, pair.key.start) for pair in keys]
    ends = [*starts[1:], _end_of(text, holder)]
    made = [_Piece(start, end, head) for start, end in zip(starts, ends, strict=True)]
    return {pair.key.value: made[at // _PIECE] for at, pair in enumerate(holder.pairs)}


def _lead_start(text: str, at: int) -> int:
    """Where the lines of a key begin, with the comments directly above it in its column."""
    start = line_start(text, at)
    column = at - start
    while start > 0:
        above = line_start(text, start - 1)
        line = text[above : start - 1]
        if not is_comment(line) or depth(line) != column:
            break
        start = above
    return start


def _end_of(text: str, holder: Map) -> int:
    found = text.find("\n", max(holder.pairs[-1].end - 1, 0))
    return len(text) if found < 0 else found + 1


def _each(text: str, theirs: str, tree: Node, steps: Iterable[Step]) -> tuple[str, list[Conflict]]:
    left: list[Conflict] = []
    for step in steps:
        value = piece_at(theirs, tree, step.theirs) if step.kind in ("set", "add") else None
        operation = operation_on(data_of(parse_tree(text)), step, value)
        if operation is None:
            continue
        after = edit(text, [operation], rearrange=True)
        if isinstance(after, str):
            text = after
        elif not isinstance(operation, MoveKey):  # a key on a dash's line keeps its place
            left.append(Conflict("layout", step.path, None, step.theirs or None, step))
    return text, left


def operation_on(data: object, step: Step, value: Any) -> Operation | None:
    """The operation that does a step on data as they are now, with the value of theirs; None when nothing is left to do."""
    holder = resolve(data, step.path[:-1])
    if holder is None or not step.path:
        return None
    last = step.path[-1]
    names = list(names_at(data, holder))
    pointer = resolve(data, step.path)
    if step.kind == "add" and pointer is None:
        index = _place(names, step)
        return InsertKey(holder, last, value, index) if isinstance(last, str) else InsertItem(holder, index, value)
    if pointer is None:
        return None
    if step.kind in ("set", "add"):
        return SetKey(holder, last, value) if isinstance(last, str) else SetValue(pointer, value)
    if step.kind == "remove":
        return RemoveKey(pointer, leaves_empty=True) if isinstance(last, str) else RemoveItem(pointer)
    own = last if isinstance(last, str) else last[0]
    rest = [name for name in names if name != own]
    index = _place(rest, step)
    return MoveKey(pointer, index) if isinstance(last, str) else MoveItem(pointer, (*holder, index))


def _place(names: list[str], step: Step) -> int:
    """The index behind the nearest name that is there; new things of both sides at one place stand in the order of their names."""
    anchor = next((names.index(name) for name in step.after if name in names), -1)
    index = anchor + 1
    if index < len(names) and names[index] in step.new_here and names[index] < step.group:
        while index < len(names) and names[index] in step.new_here:
            index += 1
    return index
