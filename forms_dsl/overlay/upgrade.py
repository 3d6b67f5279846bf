"""What becomes of an overlay when its base goes to another version: each difference is clean, merged, in conflict or without target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from forms_dsl.diagnostics import nearest
from forms_dsl.edit.commit import edit
from forms_dsl.edit.operations import RemoveKey, SetKey
from forms_dsl.edit.printing import Piece
from forms_dsl.elements import element_name
from forms_dsl.folder import read_documents
from forms_dsl.overlay.guards import is_own_name
from forms_dsl.overlay.places import MARKERS, named_lists
from forms_dsl.source import Document, Pointer, Span

#: clean: the base did not change there. merged: it changed beside it. conflict: both changed the same. orphan: the target is gone.
Status = Literal["clean", "merged", "conflict", "orphan"]

_GONE: Any = object()


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference of an overlay, with its place there and in the new base, and the values that meet."""

    status: Status
    file: str
    pointer: Pointer
    span: Span
    base_span: Span | None = None
    before: object = None
    after: object = None
    wanted: object = None
    near: str | None = None

    @property
    def path(self) -> str:
        """What the difference is called in messages and arguments."""
        return f"{self.file}:{'.'.join(str(part) for part in self.pointer)}"


def compare_bases(old: Mapping[str, str], new: Mapping[str, str], overlay: Mapping[str, str]) -> tuple[Difference, ...]:
    """Every difference of an overlay, judged by what the base changes between two versions."""
    before, after, over = (read_documents(files)[0] for files in (old, new, overlay))
    found: list[Difference] = []
    for path, document in over.items():
        data = document.data
        if not isinstance(data, dict) or "extend" not in data:
            continue
        if path not in after:
            near = nearest(path, after)
            found.append(Difference("orphan", path, ("extend",), document.span(("extend",)), near=near))
            continue
        judge = _Judge(path, document, after[path])
        old_data = before[path].data if path in before else {}
        differences = {key: value for key, value in data.items() if key != "extend"}
        if differences.get("remove") == "true":
            found.append(judge.leaf(("remove",), (), old_data, after[path].data, differences))
        else:
            found.extend(judge.map((), differences, old_data, after[path].data, ()))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Judge:
    file: str
    over: Document
    base: Document

    def map(self, pointer: Pointer, entries: Mapping[str, Any], old: Any, new: Any, at: Pointer | None) -> Iterator[Difference]:
        """The differences of a map or of a list by names; `at` is where it stands in the new base."""
        before, after = _parts(old, pointer, ()), _parts(new, pointer, at or ())
        beside = _without(old, entries) != _without(new, entries)
        for name, entry in entries.items():
            here = (*pointer, name)
            if name in MARKERS and pointer:
                continue  # judged with the map or list that the entry is in
            was, place = before.get(name, (_GONE, ()))[0], after.get(name, (_GONE, ()))[1]
            now = after.get(name, (_GONE, ()))[0]
            if was is _GONE:
                yield from self._own(here, entry, now, place, after)
            elif now is _GONE:
                yield Difference(
                    "orphan", self.file, here, self.over.key_span(here), before=was, near=_renamed(name, was, before, after)
                )
            elif (
                isinstance(entry, dict)
                and isinstance(was, dict | list)
                and isinstance(now, dict | list)
                and not _is_removed(entry)
            ):
                yield from self.map(here, entry, was, now, place)
            else:
                found = self.leaf(here, place, was, now, entry)
                yield Difference("merged", *_rest(found)) if found.status == "clean" and beside else found

    def leaf(self, pointer: Pointer, place: Pointer, old: object, new: object, entry: object) -> Difference:
        """A value that the overlay replaces or removes."""
        status: Status = "clean" if old == new else "merged" if new == entry else "conflict"
        return Difference(
            status,
            self.file,
            pointer,
            self.over.key_span(pointer),
            self.base.key_span(place),
            old,
            new,
            None if _is_removed(entry) else entry,
        )

    def _own(
        self, pointer: Pointer, entry: Any, now: Any, place: Pointer, after: Mapping[str, tuple[Any, Pointer]]
    ) -> Iterator[Difference]:
        """An entry of the overlay's own; its neighbour must be there still."""
        neighbour = next(
            (entry[key] for key in ("after", "before") if isinstance(entry, dict) and isinstance(entry.get(key), str)), None
        )
        siblings = _at(self.over.data, pointer[:-1])
        if now is not _GONE and is_own_name(str(pointer[-1])):
            yield self.leaf(pointer, place, None, now, entry)
        elif now is not _GONE:  # the overlay was already edited for a name that only the new base has
            yield Difference("merged", self.file, pointer, self.over.key_span(pointer), self.base.key_span(place), wanted=entry)
        elif neighbour is not None and neighbour not in after and neighbour not in siblings:
            marker = next(key for key in ("after", "before") if entry.get(key) == neighbour)
            span = self.over.span((*pointer, marker))
            yield Difference("orphan", self.file, (*pointer, marker), span, before=neighbour, near=nearest(neighbour, after))
        else:
            yield Difference("clean", self.file, pointer, self.over.key_span(pointer), wanted=entry)


def _rest(found: Difference) -> tuple[Any, ...]:
    return found.file, found.pointer, found.span, found.base_span, found.before, found.after, found.wanted, found.near


def _parts(value: Any, pointer: Pointer, at: Pointer) -> dict[str, tuple[Any, Pointer]]:
    """The keys of a map, or the named elements of a list (of steps at any depth), each with its place."""
    if isinstance(value, dict):
        return {key: (item, (*at, key)) for key, item in value.items()}
    if not isinstance(value, list):
        return {}
    lists = list(named_lists(value, at)) if pointer == ("steps",) else [(at, value)]
    found: dict[str, tuple[Any, Pointer]] = {}
    for place, elements in lists:
        for index, element in enumerate(elements):
            name = element_name(element)
            if name is not None:
                found.setdefault(name, ({"field": element} if isinstance(element, str) else element, (*place, index)))
    return found


def _without(value: Any, entries: Mapping[str, Any]) -> Any:
    """What the overlay does not touch, directly."""
    return {key: item for key, item in value.items() if key not in entries} if isinstance(value, dict) else None


def _renamed(name: str, was: Any, before: Mapping[str, Any], after: Mapping[str, tuple[Any, Pointer]]) -> str | None:
    """What the target is called now: found by its id, a near name, or as the one new thing that is mostly the same."""
    identifier = was.get("id", name) if isinstance(was, dict) else name
    by_id = next((key for key, (item, _) in after.items() if isinstance(item, dict) and item.get("id") == identifier), None)
    new = {key: item for key, (item, _) in after.items() if key not in before}
    alike = [key for key, item in new.items() if _is_mostly(was, item)]
    return by_id or nearest(name, new) or (alike[0] if len(alike) == 1 else None)


def _is_mostly(was: Any, now: Any) -> bool:
    """Whether more than half of a map is in the other as it was."""
    if not isinstance(was, dict) or not isinstance(now, dict):
        return False
    same = [key for key, value in was.items() if key in now and now[key] == value]
    return 2 * len(same) > len(was)


def _is_removed(entry: object) -> bool:
    return isinstance(entry, Mapping) and entry.get("remove") == "true"


def _at(data: Any, pointer: Pointer) -> Any:
    for part in pointer:
        data = data[part]
    return data


def upgraded(overlay: Mapping[str, str], version: str, dropped: tuple[Difference, ...]) -> dict[str, str] | None:
    """The overlay's files for a version of the base, without the differences that were given up; None where a text forbids it."""
    files = dict(overlay)
    for difference in dropped:
        pointer = difference.pointer[:-1] if difference.pointer[-1] in ("after", "before") else difference.pointer
        if pointer == ("extend",):
            del files[difference.file]
            continue
        made = edit(files[difference.file], [RemoveKey(pointer, leaves_empty=True)])
        if not isinstance(made, str):
            return None
        files[difference.file] = made
    made = edit(files["app.yaml"], [SetKey(("extends",), "version", Piece(version, inline=version))])
    return {**files, "app.yaml": made} if isinstance(made, str) else None
