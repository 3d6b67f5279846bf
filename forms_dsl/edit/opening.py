"""Inline collections opened to blocks, one level at a time, so that lines can be put between their elements."""

from __future__ import annotations

import re

from forms_dsl.edit.lines import apply_edits, line_start, newline
from forms_dsl.edit.operations import InsertItem, InsertKey, MoveItem, Operation, SetKey
from forms_dsl.edit.tree import Item, Map, Node, Pair, Sequence, data_of, node_at, parse_tree
from forms_dsl.source import Pointer

_BREAK = re.compile(r"\s*\n\s*")


def opened(text: str, root: Node, operation: Operation) -> tuple[str, Node]:
    """The text with the collections opened that hold what the operation is about, as far as that is possible."""
    for path in _holders(operation):
        for depth in range(len(path) + 1):
            node = node_at(root, path[:depth])
            if isinstance(node, Map | Sequence) and node.flow and (path[:depth] or isinstance(node, Map)):
                after = open_block(text, root, path[:depth])
                if after is None or data_of(made := parse_tree(after)) != data_of(root):
                    break
                text, root = after, made
    return text, root


def _holders(operation: Operation) -> tuple[Pointer, ...]:
    if isinstance(operation, InsertItem):
        return (operation.list,)
    if isinstance(operation, SetKey | InsertKey):
        return (operation.map,)
    if isinstance(operation, MoveItem):
        return (operation.path[:-1], operation.to[:-1])
    return (operation.path[:-1],)


def open_block(text: str, root: Node, path: Pointer) -> str | None:
    """The text with one inline collection as lines, its elements as they are; None where comments or the layout forbid it."""
    node = node_at(root, path)
    if not isinstance(node, Map | Sequence) or not node.flow or (isinstance(node, Map) and not node.pairs):
        return None
    if isinstance(node, Sequence) and not node.items:
        return None
    inside = text[node.start : node.end]
    if "#" in inside:
        return None
    column, start, is_dash = _column(text, root, path)
    if column is None:
        return None
    end = newline(text)
    rows = [_row(text, element) for element in (node.pairs if isinstance(node, Map) else node.items)]
    lead = " " * column
    if is_dash:
        return apply_edits(text, [(node.start, node.end, (end + lead).join(rows))])
    behind = text.find("\n", node.end)
    rest = text[node.end : behind if behind >= 0 else len(text)].rstrip("\r")
    lines = "".join(f"{end}{lead}{row}" for row in rows)
    stop = node.end + len(rest)
    return apply_edits(text, [(start, stop, rest.rstrip() + lines)])


def _column(text: str, root: Node, path: Pointer) -> tuple[int | None, int, bool]:
    """The column of the elements, where the value begins with the space before it, and whether it stands behind a dash."""
    if not path:
        return None, 0, False
    holder = node_at(root, path[:-1])
    if isinstance(holder, Map) and not holder.flow:
        pair = holder.pair(str(path[-1]))
        if pair is None or "#" in text[pair.colon : pair.value.start] or "\n" in text[pair.colon : pair.value.start]:
            return None, 0, False
        return pair.key.start - line_start(text, pair.key.start) + 2, pair.colon + 1, False
    if isinstance(holder, Sequence) and not holder.flow and isinstance(path[-1], int):
        item = holder.items[path[-1]]
        if "\n" in text[item.dash : item.value.start]:
            return None, 0, False
        return item.value.start - line_start(text, item.dash), item.value.start, True
    return None, 0, False


def _row(text: str, element: Pair | Item) -> str:
    """One element as a line; what stood on several lines comes onto one."""
    value = _BREAK.sub(" ", text[element.value.start : element.value.end])
    lead = f"{text[element.key.start : element.key.end]}:" if isinstance(element, Pair) else "-"
    return f"{lead} {value}".rstrip()
