"""The comments of a text: no edit may lose or change one that is not about what it removes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from forms_dsl.edit.tree import Map, Node, Scalar

_COMMENT = re.compile(r"(?:(?<=[ \t\n])|\A)#[^\r\n]*")


def comments_in(text: str, root: Node) -> list[tuple[int, str]]:
    """The comments of a text in order, each with its offset; `#` within a value is none."""
    found: list[tuple[int, str]] = []
    at = 0
    for scalar in _scalars(root):
        _search(text, at, scalar.start, found)
        at = scalar.end
        if scalar.style in ("|", ">"):
            _search(text, scalar.start, text.find("\n", scalar.start), found)
    _search(text, at, len(text), found)
    return found


def comment_texts(text: str, root: Node) -> list[str]:
    """The words of all comments, sorted, to be compared before and after an edit."""
    return sorted(comment.strip() for _, comment in comments_in(text, root))


def _search(text: str, start: int, end: int, found: list[tuple[int, str]]) -> None:
    found.extend((match.start(), match.group().rstrip()) for match in _COMMENT.finditer(text, start, max(start, end)))


def _scalars(node: Node) -> Iterator[Scalar]:
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, Map):
        for pair in node.pairs:
            yield pair.key
            yield from _scalars(pair.value)
    else:
        for item in node.items:
            yield from _scalars(item.value)
