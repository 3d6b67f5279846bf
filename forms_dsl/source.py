"""Text with positions: what every finding points into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

#: A place in the data of one document: map keys and list indexes from the top.
Pointer = tuple[str | int, ...]

#: Where the texts of the app that an overlay extends stand among its own.
BASE_FOLDER = "extends/"


def pointer_text(pointer: Pointer) -> str:
    """A place in data as a JSON Pointer (RFC 6901)."""
    return "".join(f"/{escape_pointer(str(part))}" for part in pointer)


def escape_pointer(name: str) -> str:
    """A name as a part of a JSON Pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def path_within_app(file: str) -> str:
    """The path of the effective file that a file of an app or of its base is part of."""
    while file.startswith(BASE_FOLDER):
        file = file.removeprefix(BASE_FOLDER)
    return file


class Span(NamedTuple):
    """A stretch of one file; lines and columns count from 1, in characters; the end is exclusive.

    A named tuple, as half a million are made for a large app.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Document:
    """One file: its text, its data (maps, lists, texts) and where each value and key stands.

    `damaged` holds the places whose content could not be read whole (a finding says why), so that
    nobody complains about what is missing there.
    """

    file: str
    text: str
    data: object
    spans: Mapping[Pointer, Span] = field(default_factory=dict)
    key_spans: Mapping[Pointer, Span] = field(default_factory=dict)
    damaged: frozenset[Pointer] = frozenset()
    #: Texts of other files from which values of this document come: an overlay's and its base's.
    sources: Mapping[str, str] = field(default_factory=dict)

    def span(self, pointer: Pointer) -> Span:
        """Where the value at `pointer` stands; the nearest enclosing place if it has none."""
        while pointer and pointer not in self.spans:
            pointer = pointer[:-1]
        return self.spans.get(pointer, Span(self.file, 1, 1, 1, 1))

    def key_span(self, pointer: Pointer) -> Span:
        """Where the key of the pair at `pointer` stands; the value's place for list elements."""
        return self.key_spans.get(pointer) or self.span(pointer)
