"""Edits of inline collections on one line: `[a, b]` and `{a: 1, b: 2}`."""

from __future__ import annotations

from forms_dsl.edit.lines import Edit
from forms_dsl.edit.tree import Map, Sequence


def places(text: str, node: Map | Sequence) -> list[tuple[int, int]] | None:
    """From and to of each element; None when the collection stands on several lines."""
    between = text[node.start : node.end]
    if "\n" in between or "#" in between:
        return None
    if isinstance(node, Map):
        return [(pair.key.start, pair.end) for pair in node.pairs]
    return [(item.value.start, item.value.end) for item in node.items]


def insert_inline(text: str, node: Map | Sequence, index: int, printed: str) -> list[Edit] | None:
    """The edits that put an element at an index."""
    found = places(text, node)
    if not found:
        return None
    if index < len(found):
        return [(found[index][0], found[index][0], f"{printed}, ")]
    return [(found[-1][1], found[-1][1], f", {printed}")]


def remove_inline(text: str, node: Map | Sequence, index: int) -> list[Edit] | None:
    """The edits that take an element away, with its comma."""
    found = places(text, node)
    if found is None:
        return None
    start, end = found[index]
    if index + 1 < len(found):
        return [(start, found[index + 1][0], "")]
    return [(found[index - 1][1] if index else start, end, "")]


def move_inline(text: str, node: Map | Sequence, start: int, to: int) -> list[Edit] | None:
    """The texts of the elements change places; separators and padding stay."""
    found = places(text, node)
    if found is None:
        return None
    texts = [text[a:b] for a, b in found]
    texts.insert(to, texts.pop(start))
    return [(a, b, moved) for (a, b), moved in zip(found, texts, strict=True)]
