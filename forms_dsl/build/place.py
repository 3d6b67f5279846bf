"""Where a part of a file stands, in the coordinates of the file although parts may have been left out."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel

from forms_dsl.kinds import Kind
from forms_dsl.salvage import Salvaged, first_line
from forms_dsl.source import Document, Pointer, Span


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of the app: what it is, the thing's name by its path, and what could be read of it."""

    path: str
    kind: Kind
    name: str
    document: Document
    #: False when the text could not be read at all; then the document is empty.
    is_read: bool = True
    salvaged: Salvaged[BaseModel] | None = None

    @property
    def shape(self) -> BaseModel | None:
        """The shape as far as it could be read."""
        return self.salvaged.shape if self.salvaged else None

    def is_whole(self, pointer: Pointer = ()) -> bool:
        """Whether nothing below `pointer` was left out or unreadable."""
        if not self.is_read or self.salvaged is None or self.salvaged.shape is None:
            return False
        depth = len(pointer)
        lost = (*self.salvaged.pruned, *self.document.damaged)
        return not any(place[:depth] == pointer or pointer[: len(place)] == place for place in lost)

    def lost_names(self, pointer: Pointer) -> frozenset[str]:
        """Keys of the map at `pointer` whose values were left out."""
        if self.salvaged is None:
            return frozenset()
        lost = {place for place in (*self.salvaged.pruned, *self.document.damaged) if place not in self.salvaged.nameless}
        depth = len(pointer)
        return frozenset(str(place[depth]) for place in lost if len(place) == depth + 1 and place[:depth] == pointer)

    def is_open(self, pointer: Pointer) -> bool:
        """Whether the map at `pointer` may hold names that could not be read."""
        if not self.is_read or self.salvaged is None or self.salvaged.shape is None:
            return True
        if pointer not in self.document.spans and any(pointer[:n] in self.document.damaged for n in range(len(pointer))):
            return True
        depth = len(pointer)
        nameless = any(place[:depth] == pointer and len(place) == depth + 1 for place in self.salvaged.nameless)
        return nameless or pointer in self.document.damaged or pointer in self.salvaged.pruned


@dataclass(frozen=True, slots=True)
class Place:
    """A part of a file; `at` goes on to a key or an element of the shape."""

    file: SourceFile
    pointer: Pointer = ()

    def at(self, *parts: str | int) -> Place:
        """The place of a key or element below."""
        pointer = self.pointer
        renumbered = self.file.salvaged.renumbered if self.file.salvaged else {}
        for part in parts:
            original = renumbered.get(pointer) if isinstance(part, int) else None
            pointer = (*pointer, original[part] if original and isinstance(part, int) else part)
        return Place(self.file, pointer)

    @property
    def parent(self) -> Place:
        """The map or list that holds it."""
        return Place(self.file, self.pointer[:-1])

    @property
    def span(self) -> Span:
        """Where the value stands."""
        return self.file.document.span(self.pointer)

    @property
    def key_span(self) -> Span:
        """Where the key stands; of an element, its first line."""
        return first_line(self.file.document, self.pointer)

    @property
    def data(self) -> object:
        """What the file holds here, as text; None when it holds nothing."""
        found: object = self.file.document.data
        for part in self.pointer:
            if isinstance(found, dict) and isinstance(part, str):
                found = found.get(part)
            elif isinstance(found, list) and isinstance(part, int) and part < len(found):
                found = found[part]
            else:
                return None
        return found

    @property
    def is_written(self) -> bool:
        """Whether the file holds a value here."""
        return self.pointer in self.file.document.spans

    @property
    def is_damaged(self) -> bool:
        """Whether the value could not be read whole."""
        return self.pointer in self.file.document.damaged
