"""What one side changed since the base that the other did not, and where both changed the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any, Literal

from forms_dsl.elements import element_keys
from forms_dsl.source import Pointer

#: Places by name: keys of maps, and the keys of list elements (`forms_dsl.elements`) with a mark.
Part = str | tuple[str]
Path = tuple[Part, ...]

ABSENT = object()

#: changed: both gave it another value. deleted: one changed what the other deleted. order: both moved the same things.
ConflictKind = Literal["changed", "deleted_here", "deleted_there", "order", "layout"]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that ours must take over from theirs; `theirs` is its place there."""

    kind: Literal["set", "add", "remove", "move"]
    path: Path
    theirs: Pointer = ()
    #: Names behind which it stands in theirs, the nearest first.
    after: tuple[str, ...] = ()
    #: Of a new thing: the first of the new things beside each other, and what ours has that is new.
    group: str = ""
    new_here: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Conflict:
    """A place that both sides changed; a side that deleted it has no place."""

    kind: ConflictKind
    path: Path
    ours: Pointer | None
    theirs: Pointer | None
    step: Step | None = None


@dataclass(slots=True)
class Changes:
    """The steps in the order in which they are done, and the conflicts."""

    steps: list[Step] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)


def compare(base: object, ours: object, theirs: object) -> Changes:
    """What theirs changed and ours did not, of whole files."""
    changes = Changes()
    _values(changes, (), (base, ours, theirs), ((), ()))
    return changes


_Three = tuple[Any, Any, Any]


def _values(changes: Changes, path: Path, values: _Three, places: tuple[Pointer, Pointer]) -> None:
    base, ours, theirs = values
    if ours == theirs and _order(ours) == _order(theirs):
        return
    if isinstance(ours, dict) and isinstance(theirs, dict):
        _parts(changes, path, (base if isinstance(base, dict) else {}, ours, theirs), places)
        return
    if isinstance(ours, list) and isinstance(theirs, list):
        before = base if isinstance(base, list) else []
        keys = [element_keys(each) for each in (before, ours, theirs)]
        if all(each is not None for each in keys):
            named = [dict(zip(names or [], each, strict=True)) for names, each in zip(keys, (before, ours, theirs), strict=True)]
            _parts(changes, path, (named[0], named[1], named[2]), places, is_list=True)
            return
    if theirs == base:
        return
    step = Step("set", path, places[1])
    if ours == base:
        changes.steps.append(step)
    else:
        changes.conflicts.append(Conflict("changed", path, places[0], places[1], step))


def _parts(changes: Changes, path: Path, maps: _Three, places: tuple[Pointer, Pointer], *, is_list: bool = False) -> None:
    """Keys of maps, or named elements of lists: each on its own, then their order."""
    base, ours, theirs = maps
    ours_at = {name: (*places[0], at if is_list else name) for at, name in enumerate(ours)}
    theirs_at = {name: (*places[1], at if is_list else name) for at, name in enumerate(theirs)}
    for name in ours:
        here: Path = (*path, (name,) if is_list else name)
        if name in theirs:
            _values(changes, here, (base.get(name, ABSENT), ours[name], theirs[name]), (ours_at[name], theirs_at[name]))
        elif name in base:
            step = Step("remove", here)
            if ours[name] == base[name]:
                changes.steps.append(step)
            else:
                changes.conflicts.append(Conflict("deleted_there", here, ours_at[name], None, step))
    _added(changes, path, maps, theirs_at, is_list=is_list)
    _moved(changes, path, maps, places, is_list=is_list)


def _added(changes: Changes, path: Path, maps: _Three, theirs_at: dict[str, Pointer], *, is_list: bool) -> None:
    base, ours, theirs = maps
    before: list[str] = []
    group = ""
    new_here = frozenset(name for name in ours if name not in base and name not in theirs)
    for name in theirs:
        is_new = name not in base and name not in ours
        group = "" if not is_new else group or name
        if name not in ours and (is_new or theirs[name] != base[name]):
            here: Path = (*path, (name,) if is_list else name)
            step = Step("add", here, theirs_at[name], tuple(reversed(before)), group, new_here)
            if name not in base:
                changes.steps.append(step)
            else:
                changes.conflicts.append(Conflict("deleted_here", here, None, theirs_at[name], step))
        before.append(name)


def _moved(changes: Changes, path: Path, maps: _Three, places: tuple[Pointer, Pointer], *, is_list: bool) -> None:
    base, ours, theirs = maps
    common = [name for name in base if name in ours and name in theirs]
    kept = set(common)
    mine, other = [name for name in ours if name in kept], [name for name in theirs if name in kept]
    if other in (common, mine):
        return
    if mine != common:
        changes.conflicts.append(Conflict("order", path, *places))
        return
    blocks = SequenceMatcher(None, common, other, autojunk=False).get_matching_blocks()
    stable = {common[block.a + n] for block in blocks for n in range(block.size)}
    for at, name in enumerate(other):
        if name not in stable:
            here: Path = (*path, (name,) if is_list else name)
            changes.steps.append(Step("move", here, after=tuple(reversed(other[:at]))))


def _order(value: object) -> object:
    """The order of keys within a value, which counts for fields, steps and codes."""
    if isinstance(value, dict):
        return [(key, _order(item)) for key, item in value.items()]
    return [_order(item) for item in value] if isinstance(value, list) else None


def resolve(data: object, path: Path) -> Pointer | None:
    """The place in data that a path names, or None."""
    pointer: list[str | int] = []
    for part in path:
        if isinstance(part, str):
            if not isinstance(data, dict) or part not in data:
                return None
            pointer.append(part)
            data = data[part]
            continue
        keys = element_keys(data) if isinstance(data, list) else None
        if keys is None or part[0] not in keys or not isinstance(data, list):
            return None
        at = keys.index(part[0])
        pointer.append(at)
        data = data[at]
    return tuple(pointer)


def names_at(data: object, pointer: Pointer) -> Sequence[str]:
    """The names of the keys or elements at a place."""
    for part in pointer:
        data = data[part]  # type: ignore[index]
    if isinstance(data, dict):
        return [str(key) for key in data]
    return (element_keys(data) if isinstance(data, list) else None) or []


def path_text(path: Path) -> str:
    """A path for a reader: `steps.check.due`."""
    return ".".join(part if isinstance(part, str) else part[0] for part in path) or "."
