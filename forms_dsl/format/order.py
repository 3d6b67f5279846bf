"""The order of keys in a canonical text: that of the shapes; names keep the order they have."""

from __future__ import annotations

from typing import Any

from forms_dsl.edit.tree import Map, data_of
from forms_dsl.format.entries import Entry
from forms_dsl.shape_choice import part_of, shape_of
from forms_dsl.shape_tree import further_keys, keys_of

#: Keys of an overlay's entries that say where or whether the entry is; they come first.
PLACE_KEYS = ("extend", "remove", "first", "after", "before")


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
