"""Values that a comma cuts in two within `{ }` or `[ ]`: the whole text is put in quotes (Y012)."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.edit.lines import apply_edits
from forms_dsl.edit.tree import Map, Node, Scalar, Sequence, parse_tree
from forms_dsl.format.scalars import quoted


def mend_cuts(text: str) -> str:
    """The text with every cut value in quotes; raises UnreadableText for what is not YAML."""
    root = parse_tree(text, allows_twice=True)
    edits = [(start, end, quoted(" ".join(text[start:end].split()))) for start, end in _cuts(root)]
    return apply_edits(text, edits) if edits else text


def _cuts(node: Node) -> Iterator[tuple[int, int]]:
    """From and to of each value whose parentheses are closed behind a comma."""
    if isinstance(node, Map):
        values = [pair.value for pair in node.pairs]
        if node.flow:
            yield from _joined([(pair.value, pair.key if pair.colon < 0 else None) for pair in node.pairs])
    elif isinstance(node, Sequence):
        values = [item.value for item in node.items]
        if node.flow:
            yield from _joined([(item.value, item.value if isinstance(item.value, Scalar) else None) for item in node.items])
    else:
        return
    for value in values:
        yield from _cuts(value)


def _joined(parts: list[tuple[Node, Scalar | None]]) -> Iterator[tuple[int, int]]:
    at = 0
    while at < len(parts):
        value = parts[at][0]
        at += 1
        if not isinstance(value, Scalar) or value.style or value.value.count("(") <= value.value.count(")"):
            continue
        balance = value.value.count("(") - value.value.count(")")
        end = at
        while balance > 0 and end < len(parts):
            rest = parts[end][1]
            if rest is None or rest.style:
                break
            balance += rest.value.count("(") - rest.value.count(")")
            end += 1
        last = parts[end - 1][1]
        if balance == 0 and end > at and last is not None:
            yield value.start, last.end
            at = end
