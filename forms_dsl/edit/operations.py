"""The edits that are known: what each asks for, and the same on plain data, which is what the new text must mean."""

from __future__ import annotations

import copy
from collections.abc import Sequence as Ordered
from dataclasses import dataclass
from typing import Any, assert_never

from forms_dsl.edit.printing import Value, as_data
from forms_dsl.source import Pointer


@dataclass(frozen=True, slots=True)
class InsertItem:
    """A new element of a list, at an index."""

    list: Pointer
    index: int
    value: Value


@dataclass(frozen=True, slots=True)
class RemoveItem:
    """An element that goes, with its comments; the last one leaves `[]`."""

    path: Pointer


@dataclass(frozen=True, slots=True)
class MoveItem:
    """An element at another place; `to` ends with the index after the element was taken out."""

    path: Pointer
    to: Pointer


@dataclass(frozen=True, slots=True)
class SetValue:
    """Another value at a place."""

    path: Pointer
    value: Value


@dataclass(frozen=True, slots=True)
class SetKey:
    """A key with its value, new or there; `order` is the order of keys of the shape, by which a new one finds its place."""

    map: Pointer
    key: str
    value: Value
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InsertKey:
    """A new key at an index of the map."""

    map: Pointer
    key: str
    value: Value
    index: int


@dataclass(frozen=True, slots=True)
class RemoveKey:
    """A key that goes, with its comments; the last of a block map may go only when `leaves_empty`, then `{}` stays."""

    path: Pointer
    leaves_empty: bool = False


@dataclass(frozen=True, slots=True)
class MoveKey:
    """A key at another index of its map, counted after it was taken out."""

    path: Pointer
    index: int


@dataclass(frozen=True, slots=True)
class RenameKey:
    """A key under another name, at its place."""

    path: Pointer
    name: str


Operation = InsertItem | RemoveItem | MoveItem | SetValue | SetKey | InsertKey | RemoveKey | MoveKey | RenameKey


def may_remove_comments(operation: Operation) -> bool:
    """Whether comments may go with what the operation takes away."""
    return isinstance(operation, RemoveItem | RemoveKey)


def place_of_key(present: Ordered[str], key: str, order: Ordered[str]) -> int:
    """The index of the present key behind which a new one stands: the last that precedes it in the order, else the last."""
    if key in order:
        before = [at for at, name in enumerate(present) if name in order and order.index(name) < order.index(key)]
        if before:
            return max(before)
    return len(present) - 1


def edited(data: object, operation: Operation) -> object:
    """The data after an operation; raises KeyError, IndexError or TypeError when it cannot be meant."""
    made: Any = copy.deepcopy(data)
    match operation:
        case InsertItem(path, index, value):
            _list_at(made, path).insert(index, as_data(value))
        case RemoveItem(path):
            del _at(made, path[:-1])[path[-1]]
        case MoveItem(path, to):
            moved = _at(made, path[:-1]).pop(path[-1])
            _list_at(made, to[:-1]).insert(int(to[-1]), moved)
        case SetValue(path, value):
            holder = _at(made, path[:-1])
            holder[path[-1]]  # what is set must be there
            holder[path[-1]] = as_data(value)
        case SetKey(path, key, value, order):
            holder = _map_at(made, path)
            if key in holder:
                holder[key] = as_data(value)
            else:
                _insert_key(holder, key, as_data(value), place_of_key(list(holder), key, order) + 1)
        case InsertKey(path, key, value, index):
            _insert_key(_map_at(made, path), key, as_data(value), index)
        case RemoveKey(path):
            del _map_at(made, path[:-1])[str(path[-1])]
        case MoveKey(path, index):
            holder = _map_at(made, path[:-1])
            _insert_key(holder, str(path[-1]), holder.pop(str(path[-1])), index)
        case RenameKey(path, name):
            holder = _map_at(made, path[:-1])
            if name in holder:
                raise KeyError(name)
            pairs = [(name if key == path[-1] else key, value) for key, value in holder.items()]
            _replace(holder, pairs)
        case _:
            assert_never(operation)
    return made


def _at(data: Any, path: Pointer) -> Any:
    for part in path:
        data = data[part]
    return data


def _map_at(data: Any, path: Pointer) -> dict[str, Any]:
    found = _at(data, path)
    if not isinstance(found, dict):
        raise TypeError("not a map")
    return found


def _list_at(data: Any, path: Pointer) -> list[Any]:
    """The list at a place; an empty key becomes one when something is put into it."""
    found = _at(data, path)
    if found == "" and path:
        _at(data, path[:-1])[path[-1]] = found = []
    if not isinstance(found, list):
        raise TypeError("not a list")
    return found


def _insert_key(holder: dict[str, Any], key: str, value: object, index: int) -> None:
    if key in holder:
        raise KeyError(key)
    pairs = list(holder.items())
    pairs.insert(index, (key, value))
    _replace(holder, pairs)


def _replace(holder: dict[str, Any], pairs: list[tuple[str, Any]]) -> None:
    holder.clear()
    holder.update(pairs)
