"""Reads the files of an import row by row: separators, encodings, quotes; a broken row is a row with a fault."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from forms_dsl.model import Label
from runtime.failures import Invalid
from runtime.spreadsheets.cells import MARK, unshielded

#: A cell may be long, but not endless: a missing quote would otherwise swallow the file.
_LONGEST_CELL = 100_000
_BROKEN = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row: its number as a spreadsheet counts (the header is 1), its cells by column, or why it cannot be read."""

    number: int
    cells: Mapping[str, str]
    fault: Label | None = None


class Rows(Protocol):
    """A file with a header row, whatever it is written in."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names in the header, in their order."""
        ...

    def rows(self) -> Iterator[SourceRow]:
        """The rows after the header, each time from the beginning; empty ones are no rows."""
        ...

    def count(self, keep: Callable[[], None]) -> int:
        """How many rows there are; `keep` is called now and then."""
        ...


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of separated values with a header row."""

    path: Path
    delimiter: str
    encoding: str
    columns: tuple[str, ...]

    def rows(self) -> Iterator[SourceRow]:
        """The rows after the header; empty lines are no rows."""
        for number, cells in self._lines():
            if cells is None:
                fault = {"zh": "引号或单元格无法读取。", "en": "A quote or cell of this row cannot be read."}
                yield SourceRow(number, {}, fault)
            else:
                yield self._row(number, cells)

    def count(self, keep: Callable[[], None]) -> int:
        """How many rows there are; `keep` is called now and then."""
        return counted(self._lines(), keep)

    def _lines(self) -> Iterator[tuple[int, list[str] | None]]:
        """The cells of each row with its number; none where they cannot be read."""
        with self.path.open(encoding=_codec(self.encoding), errors="surrogateescape", newline="") as file:
            reader = csv.reader(file, delimiter=self.delimiter)
            next(reader)
            number = 1
            while True:
                number += 1
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error:
                    yield number, None
                    continue
                if cells and not (len(cells) == 1 and cells[0].startswith(MARK)):
                    yield number, cells

    def digest(self) -> str:
        """The SHA-256 of the file's bytes."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def _row(self, number: int, cells: list[str]) -> SourceRow:
        if len(cells) != len(self.columns):
            fault = {
                "zh": f"该行有 {len(cells)} 列，表头有 {len(self.columns)} 列。",
                "en": f"The row has {len(cells)} columns, the header has {len(self.columns)}.",
            }
            return SourceRow(number, dict(zip(self.columns, cells, strict=False)), fault)
        whole_row = "".join(cells)
        if not whole_row.isascii() and _BROKEN.search(whole_row):
            whole = {"zh": f"该行不是有效的 {self.encoding} 文本。", "en": f"The row is not valid {self.encoding}."}
            return SourceRow(number, {}, whole)
        # What an export has shielded from spreadsheets is what it was.
        told = map(unshielded, cells) if "'" in whole_row else cells
        return SourceRow(number, dict(zip(self.columns, told, strict=True)))


def counted(rows: Iterable[object], keep: Callable[[], None]) -> int:
    """How many of something there are, which may take long: `keep` is called now and then."""
    count = 0
    for count, _ in enumerate(rows, 1):
        if count % 10_000 == 0:
            keep()
    return count


def open_source(path: Path, delimiter: str, encoding: str, name: str | None = None) -> SourceFile:
    """Look at a file's header; raises Invalid when there is no file or no usable header. `name` is what its person calls it."""
    called = name or path.name
    if not path.is_file():
        raise invalid_source(f"没有文件 {path}。", f"There is no file {path}.")
    separator = "\t" if delimiter == "tab" else delimiter
    csv.field_size_limit(_LONGEST_CELL)
    with path.open(encoding=_codec(encoding), errors="surrogateescape", newline="") as file:
        try:
            header = next(csv.reader(file, delimiter=separator), None)
        except csv.Error:
            header = None
    if any(_is_broken(column) for column in header or ()):
        raise invalid_source(f"{called} 不是有效的 {encoding} 文本。", f"{called} is not valid {encoding}.")
    return SourceFile(path, separator, encoding, checked_columns(header or (), called))


def checked_columns(header: Sequence[str], name: str) -> tuple[str, ...]:
    """The names of a header row; raises Invalid where one is missing or stands twice."""
    columns = tuple(column.strip() for column in header)
    if not columns or not all(columns):
        raise invalid_source(f"{name} 的第一行没有完整的列名。", f"The first row of {name} does not name every column.")
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        raise invalid_source(f"{name} 中列名重复：{'、'.join(twice)}。", f"Columns of {name} stand twice: {', '.join(twice)}.")
    return columns


def guess_delimiter(path: Path, encoding: str) -> str:
    """The separator that the header row uses most."""
    with path.open(encoding=_codec(encoding), errors="replace", newline="") as file:
        header = file.readline()
    return max(",;|\t", key=header.count)


def _codec(encoding: str) -> str:
    return "utf-8-sig" if encoding == "utf-8" else encoding


def _is_broken(text: str) -> bool:
    """Whether bytes of it could not be decoded; they stand in it as lone surrogates."""
    return _BROKEN.search(text) is not None


def invalid_source(zh: str, en: str) -> Invalid:
    """The failure of a file that cannot be imported at all."""
    return Invalid({"zh": zh, "en": en}, code="D010")
