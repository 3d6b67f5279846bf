"""Where entries of an overlay belong: markers of place, names of list elements, and lists at any depth of a workflow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from forms_dsl.elements import element_name
from forms_dsl.source import Pointer

#: Keys of an overlay's entry that are about the entry, not of it.
MARKERS = ("after", "before", "first", "remove")

#: List → the key that names an element which an overlay writes without one.
NAMING_KEYS: Mapping[str, str] = {
    "items": "field",
    "rows": "row",
    "tiles": "tile",
    "four_eyes": "name",
    "examples": "name",
    "together": "name",
}


def without_markers(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry as it will be."""
    return {key: value for key, value in entry.items() if key not in MARKERS}


def insert_at(names: list[str], entry: object) -> int | str:
    """The index for a new entry among names, or the name that its marker looks for in vain."""
    if not isinstance(entry, Mapping):
        return len(names)
    if entry.get("first") == "true":
        return 0
    for marker, further in (("after", 1), ("before", 0)):
        wanted = entry.get(marker)
        if isinstance(wanted, str):
            return names.index(wanted) + further if wanted in names else wanted
    return len(names)


def named_lists(value: object, pointer: Pointer) -> Iterator[tuple[Pointer, list[Any]]]:
    """The list at a place, and the lists of named maps within it at any depth."""
    if not isinstance(value, list):
        return
    if value and all(isinstance(element, Mapping) for element in value):
        yield pointer, value
    for at, element in enumerate(value):
        if isinstance(element, Mapping):
            for key, inner in element.items():
                yield from named_lists(inner, (*pointer, at, key))


def holder_of(lists: list[tuple[Pointer, list[Any]]], name: str) -> Pointer | None:
    """The list that has an element of a name."""
    return next((pointer for pointer, elements in lists if any(element_name(element) == name for element in elements)), None)
