"""Cells and sheets: what a reader of workbooks gives."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from forms_dsl.importers.report import Position
from forms_dsl.source import Span

#: What is read of one sheet at most; more is said and left.
ROW_LIMIT = 5_000
CELL_LIMIT = 150_000
COLUMN_LIMIT = 1_000
#: Allowed values of one column.
LISTED_LIMIT = 500

_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})\Z")

CellKind = Literal["text", "number", "boolean", "date", "datetime", "time", "error"]


@dataclass(frozen=True, slots=True)
class Format:
    """What a number format of a cell says."""

    percent: bool = False
    decimals: int | None = None
    #: The code of the currency whose sign the format shows.
    currency: str | None = None


PLAIN = Format()


@dataclass(frozen=True, slots=True)
class Cell:
    """One value: its text (numbers as they are stored, dates in ISO form), its kind, its format, its formula."""

    text: str
    kind: CellKind = "text"
    format: Format = PLAIN
    formula: str | None = None


@dataclass(slots=True)
class Sheet:
    """One sheet: rows by number, each with its cells by column, both from 1; `merges` are first and last row and column."""

    file: str
    name: str
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    #: Lists of allowed values by column, with the first row they hold for.
    lists: dict[int, tuple[int, list[str]]] = field(default_factory=dict)
    #: Where such lists stand that are no texts of their own: first row and the range or formula, by column.
    listed_in: dict[int, tuple[int, str]] = field(default_factory=dict)
    #: Other conditions on what may be typed in: first row and column, and its words.
    limits: list[tuple[int, int, str]] = field(default_factory=list)
    hidden: bool = False
    is_cut: bool = False
    is_text: bool = False
    #: Lines of the file for rows of a text whose values stand on several lines.
    lines: Mapping[int, int] = field(default_factory=dict)

    def at(self, row: int, column: int) -> Position:
        """The place of a cell."""
        cell = f"{column_letters(column)}{row}"
        if self.is_text:
            line = self.lines.get(row, row)
            return Position(Span(self.file, line, column, line, column + 1), (cell,))
        return Position(Span(f"{self.file}#{self.name}!{cell}", row, column, row, column + 1), (self.name, cell))


def cell_place(text: str) -> tuple[int, int] | None:
    """Row and column of a cell by its name, like B3 or $B$3."""
    match = _REFERENCE.match(text)
    return (int(match[2]), column_number(match[1])) if match else None


def column_letters(column: int) -> str:
    """The letters of a column: 1 is A, 27 is AA."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """The number of a column by its letters."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
