"""Moves of items and keys as splices."""

from __future__ import annotations

import re

from forms_dsl.edit.inline import insert_inline, move_inline, remove_inline
from forms_dsl.edit.lines import Edit, shift, whole_lines
from forms_dsl.edit.ownership import item_lines, pair_lines
from forms_dsl.edit.printing import print_scalar
from forms_dsl.edit.slots import leave_empty, pair_at, slot_in
from forms_dsl.edit.tree import Node, Scalar, Sequence, node_at
from forms_dsl.source import Pointer

_DASH = re.compile(r"- +")


def move_item(text: str, root: Node, path: Pointer, to: Pointer) -> list[Edit] | None:
    """The edits that put an item of a list at another place, of this list or another."""
    if len(to) > len(path) and to[: len(path)] == path:
        return None
    holder, index, place = node_at(root, path[:-1]), path[-1], to[-1]
    if not isinstance(holder, Sequence) or not isinstance(index, int) or not isinstance(place, int):
        return None
    if not 0 <= index < len(holder.items):
        return None
    same = path[:-1] == to[:-1]
    if same and (len(holder.items) == 1 or index == place):
        return []
    if holder.flow:
        return _move_inline_item(text, root, (holder, index), to, same=same)
    lines = item_lines(text, holder, index)
    left = [] if same else leave_empty(root, path[:-1], holder)
    if lines is None or left is None:
        return None
    target = node_at(root, to[:-1])
    if isinstance(target, Sequence) and target.flow and target.items:
        body = _DASH.sub("", text[lines.start : lines.end].strip(), count=1)
        value = holder.items[index].value
        if "\n" in body or "#" in body:
            return None
        plain = isinstance(value, Scalar) and not value.style
        inserted = insert_inline(text, target, place, print_scalar(body, inline=True) if plain else body)
        return None if inserted is None else [(lines.start, lines.end, ""), *inserted, *left]
    slot = slot_in(text, root, to[:-1], place, index if same else -1)
    if slot is None:
        return None
    body = whole_lines(text, slot.at, shift(text[lines.start : lines.end], slot.column - lines.column))
    return [(lines.start, lines.end, ""), (slot.at, slot.at, body), *slot.opening, *left]


def _move_inline_item(text: str, root: Node, source: tuple[Sequence, int], to: Pointer, *, same: bool) -> list[Edit] | None:
    holder, index = source
    place = int(to[-1])
    if same:
        return move_inline(text, holder, index, place)
    removed = remove_inline(text, holder, index)
    value = holder.items[index].value
    moved = text[value.start : value.end]
    target = node_at(root, to[:-1])
    if removed is None:
        return None
    if isinstance(target, Sequence) and target.flow and target.items:
        inserted = insert_inline(text, target, place, moved)
        return None if inserted is None else [*removed, *inserted]
    slot = slot_in(text, root, to[:-1], place, -1)
    if slot is None:
        return None
    return [*removed, (slot.at, slot.at, whole_lines(text, slot.at, f"{' ' * slot.column}- {moved}")), *slot.opening]


def move_key(text: str, root: Node, path: Pointer, index: int) -> list[Edit] | None:
    """The edits that put a key at another index of its map."""
    found = pair_at(root, path)
    if found is None:
        return None
    holder = found[0]
    start = holder.index(str(path[-1]))
    if start == index or len(holder.pairs) == 1:
        return []
    if holder.flow:
        return move_inline(text, holder, start, index)
    lines = pair_lines(text, holder, start)
    rest = [at for at in range(len(holder.pairs)) if at != start]
    is_last = index >= len(rest)
    near = pair_lines(text, holder, rest[-1] if is_last else rest[index])
    # A key on a dash's line keeps its place.
    if lines is None or near is None or lines.on_dash or (near.on_dash and not is_last):
        return None
    at = near.end if is_last else near.start
    return [(lines.start, lines.end, ""), (at, at, whole_lines(text, at, text[lines.start : lines.end]))]
