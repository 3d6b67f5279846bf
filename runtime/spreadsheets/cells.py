"""Cells of spreadsheets, and texts that no spreadsheet takes for a formula."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

#: What a cell holds; an instant and everything else is written as text.
Cell = str | int | Decimal | dt.date | None

#: Begins the last row of a file of separated values, where it says what the file is; no row of data begins so.
MARK = "#qiqiao#"
#: What makes a spreadsheet compute or call out; the full-width forms too, which some of them read alike.
_LIVE = f"(?:[=+@\t\r＝＋－＠-]|{MARK})"
_FORMULA, _SHIELDED = re.compile(f"'*{_LIVE}"), re.compile(f"'+{_LIVE}")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?\Z", re.ASCII)


class SheetWriter(Protocol):
    """Writes one table to a file: first its head, then its rows, then what it is."""

    #: Texts that were longer than a cell may be, and end with an ellipsis.
    cut: int

    def head(self, names: Sequence[str]) -> None:
        """Write what the columns are called."""
        ...

    def row(self, cells: Sequence[Cell]) -> None:
        """Write one row."""
        ...

    def close(self, about: Sequence[tuple[str, str]]) -> None:
        """End the file with what it is: who took it, when, how much of what."""
        ...


def is_formula(text: str) -> bool:
    """Whether a spreadsheet could take a text for a formula; plain numbers are none."""
    return _FORMULA.match(text) is not None and _NUMBER.match(text) is None


def shielded(text: str) -> str:
    """The text as a file of separated values may hold it: an apostrophe before whatever could be a formula."""
    return f"'{text}" if is_formula(text) else text


def unshielded(text: str) -> str:
    """The text that `shielded` was given."""
    return text[1:] if text[:1] == "'" and _SHIELDED.match(text) else text
