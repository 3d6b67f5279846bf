"""Each operation as splices of the text before it; None when the layout does not allow it."""

from __future__ import annotations

import re
from typing import assert_never

from forms_dsl.edit.inline import insert_inline, remove_inline
from forms_dsl.edit.lines import Edit, line_end, newline, shift, whole_lines
from forms_dsl.edit.moves import move_item, move_key
from forms_dsl.edit.operations import (
    InsertItem,
    InsertKey,
    MoveItem,
    MoveKey,
    Operation,
    RemoveItem,
    RemoveKey,
    RenameKey,
    SetKey,
    SetValue,
    place_of_key,
)
from forms_dsl.edit.ownership import item_lines, pair_lines
from forms_dsl.edit.printing import Piece, Value, double_quoted, print_inline, print_item, print_pair, print_scalar
from forms_dsl.edit.slots import leave_empty, pair_at, slot_in
from forms_dsl.edit.tree import Map, Node, Scalar, Sequence, is_inside_flow, node_at
from forms_dsl.source import Pointer


def splices(text: str, root: Node, operation: Operation) -> list[Edit] | None:
    """The edits of one operation; None when the text's layout does not allow it."""
    match operation:
        case InsertItem(path, index, value):
            return _insert_item(text, root, path, index, value)
        case RemoveItem(path):
            return _remove_item(text, root, path)
        case MoveItem(path, to):
            return move_item(text, root, path, to)
        case SetValue(path, value):
            return _set_value(text, root, path, value)
        case SetKey(path, key, value, order):
            holder = node_at(root, path)
            if not isinstance(holder, Map):
                return None
            if holder.pair(key):
                return _replace_key(text, root, (*path, key), value)
            index = place_of_key([pair.key.value for pair in holder.pairs], key, order) + 1
            return _insert_key(text, holder, key, value, index)
        case InsertKey(path, key, value, index):
            holder = node_at(root, path)
            return _insert_key(text, holder, key, value, index) if isinstance(holder, Map) and not holder.pair(key) else None
        case RemoveKey(path, leaves_empty):
            return _remove_key(text, root, path, leaves_empty=leaves_empty)
        case MoveKey(path, index):
            return move_key(text, root, path, index)
        case RenameKey(path, name):
            return _rename_key(root, path, name)
        case _:
            assert_never(operation)


def _insert_item(text: str, root: Node, path: Pointer, index: int, value: Value) -> list[Edit] | None:
    node = node_at(root, path)
    if isinstance(node, Sequence) and node.flow and node.items:
        return insert_inline(text, node, index, print_inline(value))
    slot = slot_in(text, root, path, index, -1)
    if slot is None:
        return None
    if isinstance(value, Piece) and value.lines is not None:
        lines = shift(value.lines, slot.column - value.column)
    else:
        lines = print_item(value, slot.column, newline(text))
    return [(slot.at, slot.at, whole_lines(text, slot.at, lines)), *slot.opening]


def _remove_item(text: str, root: Node, path: Pointer) -> list[Edit] | None:
    holder, index = node_at(root, path[:-1]), path[-1]
    if not isinstance(holder, Sequence) or not isinstance(index, int) or not 0 <= index < len(holder.items):
        return None
    if holder.flow:
        return remove_inline(text, holder, index)
    lines = item_lines(text, holder, index)
    if lines is None:
        return None
    left = leave_empty(root, path[:-1], holder)
    return None if left is None else [(lines.start, lines.end, ""), *left]


def _set_value(text: str, root: Node, path: Pointer, value: Value) -> list[Edit] | None:
    node = node_at(root, path)
    if node is None:
        return None
    if node.end <= node.start:
        found = pair_at(root, path)
        return [(found[1].colon + 1, found[1].colon + 1, f" {print_inline(value)}")] if found and found[1].colon >= 0 else None
    if isinstance(node, Map | Sequence) and (not node.flow or "\n" in text[node.start : node.end]):
        return None
    if isinstance(node, Scalar) and node.style in ("|", ">"):
        return _set_block_text(text, root, path, node, value)
    return [(node.start, node.end, _rewritten(node, value, inline=is_inside_flow(root, path)))]


def _rewritten(node: Node, value: Value, *, inline: bool) -> str:
    """A quoted value stays quoted in its style."""
    if isinstance(value, str) and isinstance(node, Scalar):
        if node.style == '"':
            return double_quoted(value)
        if node.style == "'" and not re.search(r"[\r\n]", value):
            return "'" + value.replace("'", "''") + "'"
    return print_scalar(value, inline=inline) if isinstance(value, str | int) else print_inline(value)


def _set_block_text(text: str, root: Node, path: Pointer, node: Scalar, value: Value) -> list[Edit] | None:
    found = pair_at(root, path)
    if not isinstance(value, str) or found is None or re.search(r"[\r\n]", value):
        return None
    colon = found[1].colon
    if "#" in text[colon + 1 : line_end(text, node.start)]:
        return None
    return [(colon + 1, node.end, f" {print_scalar(value, inline=False)}")]


def _insert_key(text: str, holder: Map, key: str, value: Value, index: int) -> list[Edit] | None:
    inline = f"{print_scalar(key, inline=True)}: {print_inline(value)}"
    if not holder.pairs:
        return [(holder.start, holder.end, "{" + inline + "}")]
    if holder.flow:
        return insert_inline(text, holder, index, inline)
    near = pair_lines(text, holder, max(index - 1, 0))
    if near is None:
        return None
    if isinstance(value, Piece) and value.lines is not None:
        lines = shift(value.lines, near.column - value.column)
    elif isinstance(value, Piece):
        lines = f"{' ' * near.column}{print_scalar(key, inline=False)}: {print_inline(value)}{newline(text)}"
    else:
        lines = print_pair(key, value, near.column, newline(text))
    if index > 0:
        return [(near.end, near.end, whole_lines(text, near.end, lines))]
    if near.on_dash:
        # The new first key takes the place behind the dash; a comment above it has none there.
        return None if "#" in lines else [(near.start, near.start, lines.lstrip() + " " * near.column)]
    return [(near.start, near.start, whole_lines(text, near.start, lines))]


def _replace_key(text: str, root: Node, path: Pointer, value: Value) -> list[Edit] | None:
    """The value of a key that is there, also one that is a whole block; a block with comments stays."""
    if not (isinstance(value, Piece) and value.lines is not None):
        direct = _set_value(text, root, path, value)
        if direct is not None:
            return direct
    found = pair_at(root, path)
    lines = pair_lines(text, found[0], found[0].index(str(path[-1]))) if found else None
    if found is None or lines is None:
        return None
    pair = found[1]
    if isinstance(value, Piece) and value.lines is not None:
        printed = shift(value.lines, lines.column - value.column)
        start = pair.key.start if printed.lstrip().startswith(text[pair.key.start : pair.key.end]) else lines.start
        return [(start, lines.end, printed.lstrip() if start == pair.key.start else printed)]
    if "#" in text[pair.colon : lines.end]:
        return None
    return [(pair.key.start, lines.end, print_pair(str(path[-1]), value, lines.column, newline(text)).lstrip())]


def _remove_key(text: str, root: Node, path: Pointer, *, leaves_empty: bool) -> list[Edit] | None:
    found = pair_at(root, path)
    if found is None:
        return None
    holder, _ = found
    index = holder.index(str(path[-1]))
    if holder.flow:
        return remove_inline(text, holder, index)
    lines = pair_lines(text, holder, index)
    if lines is None:
        return None
    if len(holder.pairs) == 1:
        above = pair_at(root, path[:-1]) if leaves_empty and len(path) > 1 else None
        return [(lines.start, lines.end, ""), (above[1].colon + 1, above[1].colon + 1, " {}")] if above else None
    if not lines.on_dash:
        return [(lines.start, lines.end, "")]
    return [(lines.start, holder.pairs[index + 1].key.start, "")] if index + 1 < len(holder.pairs) else None


def _rename_key(root: Node, path: Pointer, name: str) -> list[Edit] | None:
    found = pair_at(root, path)
    if found is None or found[0].pair(name):
        return None
    key = found[1].key
    return [(key.start, key.end, print_scalar(name, inline=found[0].flow))]
