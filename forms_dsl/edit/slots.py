"""Where the lines of an item go, and the pair at a place."""

from __future__ import annotations

from dataclasses import dataclass

from forms_dsl.edit.lines import Edit, line_end, line_start
from forms_dsl.edit.ownership import item_lines
from forms_dsl.edit.tree import Map, Node, Pair, Scalar, Sequence, node_at
from forms_dsl.source import Pointer


@dataclass(frozen=True, slots=True)
class Slot:
    """Where the lines of an item go, and what else must be edited so that they may."""

    at: int
    column: int
    opening: tuple[Edit, ...] = ()


def slot_in(text: str, root: Node, path: Pointer, index: int, without: int) -> Slot | None:
    """The place in a block list, or in one that is empty or not there yet."""
    node = node_at(root, path)
    if isinstance(node, Sequence) and node.items:
        rest = [at for at in range(len(node.items)) if at != without]
        if node.flow or not rest:
            return None
        is_last = index >= len(rest)
        near = item_lines(text, node, rest[-1] if is_last else rest[index])
        return Slot(near.end if is_last else near.start, near.column) if near else None
    found = pair_at(root, path)
    if found is None or found[0].flow or found[1].colon < 0:
        return None
    if not (isinstance(node, Sequence) or (isinstance(node, Scalar) and node.is_empty)):
        return None
    pair = found[1]
    column = pair.key.start - line_start(text, pair.key.start) + 2
    opening: tuple[Edit, ...] = ()
    if node.end > node.start:
        between = text[pair.colon + 1 : node.end]
        if "\n" in between or "#" in between:
            return None
        opening = ((pair.colon + 1, node.end, ""),)
    return Slot(line_end(text, pair.colon), column, opening)


def leave_empty(root: Node, path: Pointer, holder: Sequence) -> list[Edit] | None:
    """The last item of a list leaves `[]` behind."""
    if len(holder.items) > 1:
        return []
    found = pair_at(root, path)
    return [(found[1].colon + 1, found[1].colon + 1, " []")] if found else None


def pair_at(root: Node, path: Pointer) -> tuple[Map, Pair] | None:
    """The pair at a path with the map that holds it."""
    holder = node_at(root, path[:-1]) if path else None
    pair = holder.pair(str(path[-1])) if isinstance(holder, Map) else None
    return (holder, pair) if isinstance(holder, Map) and pair else None
