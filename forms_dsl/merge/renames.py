"""Things that one side renamed (`id:` keeps the old name): the other texts get the new name too, so that edits meet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from forms_dsl.edit.commit import edit
from forms_dsl.edit.operations import InsertKey, RenameKey
from forms_dsl.edit.tree import data_of, parse_tree
from forms_dsl.merge.changes import Conflict
from forms_dsl.source import Pointer

_DEPTH = 6


@dataclass(frozen=True, slots=True)
class _Rename:
    """A key of the base that stands under another name on one side."""

    holder: Pointer
    old: str
    new: str
    #: Where `id` stands within the renamed thing.
    index: int


def with_one_name(base: str, ours: str, theirs: str) -> tuple[tuple[str, str, str], list[Conflict]]:
    """The three texts with what a side renamed under its new name; what both renamed differently is a conflict."""
    clashes: list[Conflict] = []
    before, mine, other = (data_of(parse_tree(text)) if text.strip() else {} for text in (base, ours, theirs))
    by_us = {(each.holder, each.old): each for each in _renames(before, mine, ())}
    by_them = {(each.holder, each.old): each for each in _renames(before, other, ())}
    for place, rename in by_us.items():
        other_name = by_them.get(place, rename).new
        if other_name == rename.new:
            base, theirs = _renamed(base, rename), _renamed(theirs, rename)
        else:
            path = (*(str(part) for part in rename.holder), rename.old)
            clashes.append(Conflict("changed", path, (*rename.holder, rename.new), (*rename.holder, other_name)))
    for place, rename in by_them.items():
        if place not in by_us:
            base, ours = _renamed(base, rename), _renamed(ours, rename)
    return (base, ours, theirs), clashes


def _renames(before: Any, after: Any, holder: Pointer) -> Iterator[_Rename]:
    if not isinstance(before, Mapping) or not isinstance(after, Mapping) or len(holder) > _DEPTH:
        return
    for name, value in after.items():
        if name in before:
            yield from _renames(before[name], value, (*holder, name))
        elif isinstance(value, Mapping):
            old = value.get("id")
            if isinstance(old, str) and old in before and old not in after:
                yield _Rename(holder, old, str(name), list(value).index("id"))


def _renamed(text: str, rename: _Rename) -> str:
    """The text with the new name, or as it is where it has the thing no more, or where its layout forbids it."""
    data: Any = data_of(parse_tree(text)) if text.strip() else {}
    for part in rename.holder:
        data = data.get(part) if isinstance(data, Mapping) else None
    value = data.get(rename.old) if isinstance(data, Mapping) else None
    if not isinstance(value, Mapping) or rename.new in data:
        return text
    index = min(rename.index, len(value))
    operations: list[RenameKey | InsertKey] = [RenameKey((*rename.holder, rename.old), rename.new)]
    if "id" not in value:
        operations.append(InsertKey((*rename.holder, rename.new), "id", rename.old, index))
    after = edit(text, operations, rearrange=True)
    return after if isinstance(after, str) else text
