"""Writes a table as comma-separated values in UTF-8 with a byte order mark, without a live formula."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence
from decimal import Decimal
from typing import BinaryIO

from runtime.spreadsheets.cells import MARK, Cell, shielded


class CsvWriter:
    """Rows of a CSV file; what the file is stands in a last row of its own."""

    def __init__(self, file: BinaryIO) -> None:
        self._text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=False)
        # The byte order mark tells spreadsheets that the Chinese is UTF-8.
        self._writer = csv.writer(self._text, lineterminator="\r\n")
        self.cut = 0

    def head(self, names: Sequence[str]) -> None:
        """Write what the columns are called."""
        self._writer.writerow([shielded(name) for name in names])

    def row(self, cells: Sequence[Cell]) -> None:
        """Write one row."""
        self._writer.writerow([_text(cell) for cell in cells])

    def close(self, about: Sequence[tuple[str, str]]) -> None:
        """Write what the file is, and leave the file open behind it."""
        if about:
            said = "; ".join(f"{name}: {text}" for name, text in about)
            self._writer.writerow([f"{MARK} {' '.join(said.split())}"])
        self._text.flush()
        self._text.detach()


def _text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return shielded(cell)
        case dt.date():
            return cell.isoformat()
        case _:
            return format(cell, "f") if isinstance(cell, Decimal) else str(cell)
