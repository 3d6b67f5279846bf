"""Values taken from one text to another as they are written there, with their comments."""

from __future__ import annotations

from forms_dsl.edit.lines import newline
from forms_dsl.edit.ownership import item_lines, pair_lines
from forms_dsl.edit.printing import Piece, Value, double_quoted, is_special, print_scalar
from forms_dsl.edit.tree import Map, Node, Scalar, Sequence, data_of, node_at
from forms_dsl.source import Pointer


def piece_at(text: str, root: Node, pointer: Pointer) -> Value:
    """The value at a place: its lines with key or dash where it is a block, and how it is written on one line."""
    node, holder = node_at(root, pointer), node_at(root, pointer[:-1])
    if node is None or not pointer:
        raise KeyError(pointer)
    if isinstance(node, Scalar) and not node.style and not is_special(node.value):
        owned = None
    elif isinstance(holder, Map):
        owned = pair_lines(text, holder, holder.index(str(pointer[-1])))
    else:
        owned = item_lines(text, holder, int(pointer[-1])) if isinstance(holder, Sequence) else None
    inline = inline_text(text, node)
    if owned is None or holder is None or isinstance(holder, Scalar) or holder.flow:
        return node.value if isinstance(node, Scalar) and inline is None else Piece(data_of(node), inline=inline or '""')
    lines = " " * owned.column + text[owned.start : owned.end] if owned.on_dash else text[owned.start : owned.end]
    if not lines.endswith("\n"):
        lines += newline(text)
    return Piece(data_of(node), lines, owned.column, inline)


def inline_text(text: str, node: Node) -> str | None:
    """A value on one line with its scalars as they are written, or None where comments or block texts forbid it."""
    if isinstance(node, Scalar):
        raw = text[node.start : node.end]
        if node.style in ("|", ">"):
            return None
        if node.style:
            return double_quoted(node.value) if "\n" in raw else raw
        return raw if node.value and is_special(node.value) else print_scalar(node.value, inline=True)
    if "#" in text[node.start : node.end]:
        return None
    if isinstance(node, Map):
        pairs = [(print_scalar(pair.key.value, inline=True), inline_text(text, pair.value)) for pair in node.pairs]
        return None if any(value is None for _, value in pairs) else "{" + ", ".join(f"{k}: {v}" for k, v in pairs) + "}"
    items = [inline_text(text, item.value) for item in node.items]
    return None if any(item is None for item in items) else "[" + ", ".join(str(item) for item in items) + "]"
