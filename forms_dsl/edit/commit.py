"""An edit: the splices, checked against the same edit of the data before anything is kept (ui.md 4.2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from forms_dsl.edit.comments import comment_texts
from forms_dsl.edit.lines import apply_edits
from forms_dsl.edit.opening import opened
from forms_dsl.edit.operations import Operation, edited, may_remove_comments
from forms_dsl.edit.splices import splices
from forms_dsl.edit.tree import Node, UnreadableText, data_of, parse_tree

#: syntax: the text cannot be read. layout: it must be rearranged first. check: a mistake of ours; nothing was changed.
Reason = Literal["syntax", "layout", "check"]


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a text stays as it is."""

    reason: Reason
    operation: Operation | None = None


def edit(text: str, operations: Iterable[Operation], *, rearrange: bool = False) -> str | Refused:
    """The text after all operations, or why it stays as it is; with `rearrange` inline collections are opened where needed.

    Every step is checked: the new text means exactly what was wanted, and no comment is lost but with what it belongs to.
    """
    for operation in operations:
        try:
            root = parse_tree(text)
        except UnreadableText:
            return Refused("syntax", operation)
        step = _step(text, root, operation, rearrange=rearrange)
        if isinstance(step, Refused):
            return step
        text = step
    return text


def _step(text: str, root: Node, operation: Operation, *, rearrange: bool) -> str | Refused:
    edits = splices(text, root, operation)
    if edits is None and rearrange:
        text, root = opened(text, root, operation)
        edits = splices(text, root, operation)
    if edits is None:
        return Refused("layout", operation)
    after = apply_edits(text, edits)
    return after if _is_meant(text, root, after, operation) else Refused("check", operation)


def _is_meant(text: str, root: Node, after: str, operation: Operation) -> bool:
    try:
        want = edited(data_of(root), operation)
        made = parse_tree(after)
    except (UnreadableText, LookupError, TypeError):
        return False
    if not _same(data_of(made), want):
        return False
    return may_remove_comments(operation) or comment_texts(text, root) == comment_texts(after, made) or _brings(operation)


def _brings(operation: Operation) -> bool:
    """Whether the operation brings lines of another text, which may have comments of their own."""
    value = getattr(operation, "value", None)
    return getattr(value, "lines", None) is not None or "#" in (getattr(value, "inline", None) or "")


def _same(one: object, other: object) -> bool:
    """Equal, with the keys in the same order."""
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(_same(a, b) for a, b in zip(one, other, strict=True))
    return one == other
