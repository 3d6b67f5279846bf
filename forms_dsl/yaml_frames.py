"""Maps and lists that are open while a file is read, and the places of data that was read."""

from __future__ import annotations

from dataclasses import dataclass, field

from forms_dsl.source import Pointer, Span


@dataclass(slots=True)
class Frame:
    """An open map or list."""

    value: dict[str, object] | list[object]
    pointer: Pointer
    flow: bool
    start: tuple[int, int]
    end: tuple[int, int]
    #: The key whose value comes next; None when a key comes next.
    key: str | None = None
    #: A value that nobody shall see: of a refused key.
    lost: bool = False
    seen: dict[str, Span] = field(default_factory=dict)
    #: A plain value with an open parenthesis, which a comma may have cut: its pointer and text so far.
    cut: tuple[Pointer, str] | None = None


def pointers_of(data: object) -> set[Pointer]:
    """The places of all values in data."""
    found: set[Pointer] = set()

    def walk(value: object, pointer: Pointer) -> None:
        found.add(pointer)
        pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, inner in pairs:
            walk(inner, (*pointer, key))

    walk(data, ())
    return found


def last_pointers(data: object) -> set[Pointer]:
    """The places from the top down to the value that was read last, maps and lists only."""
    found: set[Pointer] = set()
    pointer: Pointer = ()
    while isinstance(data, dict | list):
        found.add(pointer)
        if not data:
            break
        if isinstance(data, dict):
            last: str | int = next(reversed(data))
            data = data[last]
        else:
            last = len(data) - 1
            data = data[last]
        pointer = (*pointer, last)
    return found
