"""The order of keys: the one that tells what a thing is stands first; in a text made from data the others follow the shapes."""

from __future__ import annotations

from typing import Any

from forms_dsl.edit.tree import Map, data_of
from forms_dsl.format.entries import Entry
from forms_dsl.shape_choice import part_of, shape_of
from forms_dsl.shape_tree import further_keys, keys_of

#: Keys of an overlay's entries that say where or whether the entry is; they come first.
PLACE_KEYS = ("extend", "remove", "first", "after", "before")


def put_first(entry: Entry, annotation: Any) -> None:
    """Put the key that tells what a thing is first: of the file, and of every element of a list; all others stay."""
    data = data_of(entry.node)
    for child in entry.children:
        part: str | int = child.key.value if child.key else 0
        put_first(child, part_of(annotation, data, part) if annotation is not None else None)
    shape = shape_of(annotation, data)
    if shape is None or not isinstance(entry.node, Map) or entry.key is not None:
        return
    written = {child.key.value for child in entry.children if child.key}
    known = keys_of(shape)
    # `after` and `before` of an automation are triggers, no places.
    places = (key for key in PLACE_KEYS if key not in known)
    first = next((key for key in (*places, *known) if key in written), "")
    entry.children.sort(key=lambda child: child.key is None or child.key.value != first)


def order_entries(entry: Entry, annotation: Any) -> None:
    """Put the keys of every map below in the order of its shape."""
    data = data_of(entry.node)
    shape = shape_of(annotation, data)
    for child in entry.children:
        part: str | int = child.key.value if child.key else 0
        order_entries(child, part_of(annotation, data, part) if annotation is not None else None)
    if shape is None or not isinstance(entry.node, Map):
        return
    known = keys_of(shape)
    is_open = further_keys(shape) is not None
    ranks = {key: rank for rank, key in enumerate((*(key for key in PLACE_KEYS if key not in known), *known))}
    if is_open:
        # Beside known keys any code is a key; only the key that tells the form has its place.
        ranks = {known[0]: 0}
    entry.children.sort(key=lambda child: ranks.get(child.key.value if child.key else "", len(ranks)))
