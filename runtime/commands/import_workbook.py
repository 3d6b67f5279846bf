"""The rows of an Excel workbook, one after the other however many they are: its first sheet, its first row the header.

Texts stay texts. What a spreadsheet has already changed, digits beyond the fifteenth or a value that is an error, is a fault of
its row, never a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from forms_dsl.model import Label
from runtime.commands.import_source import SourceRow, checked_columns, counted, invalid_source
from runtime.spreadsheets.xlsx_reader import BadCell, BrokenWorkbook, read_rows


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook with a header row."""

    path: Path
    name: str
    columns: tuple[str, ...]

    def rows(self) -> Iterator[SourceRow]:
        """The rows after the header; empty ones are no rows."""
        try:
            for number, cells in read_rows(self.path):
                if number > 1 and any(cells.values()):
                    yield self._row(number, cells)
        except BrokenWorkbook as broken:
            raise _broken(self.name, broken) from None

    def count(self, keep: Callable[[], None]) -> int:
        """How many rows there are; `keep` is called now and then."""
        return counted(self.rows(), keep)

    def _row(self, number: int, cells: dict[int, str | BadCell]) -> SourceRow:
        named: dict[str, str] = {}
        fault: Label | None = None
        beyond = next((cell for column, cell in cells.items() if column > len(self.columns) and cell), None)
        if beyond is not None:
            fault = {
                "zh": f"该行的列数多于表头的 {len(self.columns)} 列。",
                "en": f"The row has more than the {len(self.columns)} columns of the header.",
            }
        for position, name in enumerate(self.columns, 1):
            cell = cells.get(position, "")
            if isinstance(cell, BadCell):
                fault = {"zh": f"“{name}”：{cell.reason['zh']}", "en": f"{name}: {cell.reason['en']}"}
                cell = cell.text
            named[name] = cell
        return SourceRow(number, named, fault)


def open_workbook(path: Path, name: str) -> Workbook:
    """Look at a workbook's header; raises Invalid when it cannot be read or has no usable header."""
    try:
        number, cells = next(read_rows(path), (1, {}))
    except BrokenWorkbook as broken:
        raise _broken(name, broken) from None
    last = max((column for column, cell in cells.items() if cell), default=0) if number == 1 else 0
    header = [cell if isinstance(cell := cells.get(column, ""), str) else "" for column in range(1, last + 1)]
    return Workbook(path, name, checked_columns(header, name))


def _broken(name: str, broken: BrokenWorkbook) -> Exception:
    return invalid_source(f"{name}：{broken.reason['zh']}", f"{name}: {broken.reason['en']}")
