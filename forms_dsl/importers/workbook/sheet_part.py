"""Reads the XML of one sheet: cells with their values, merged ranges, lists of allowed values."""

from __future__ import annotations

from collections.abc import Mapping

from forms_dsl.importers.workbook.cells import (
    CELL_LIMIT,
    COLUMN_LIMIT,
    LISTED_LIMIT,
    ROW_LIMIT,
    Cell,
    CellKind,
    Sheet,
    cell_place,
)
from forms_dsl.importers.workbook.formats import NumberFormat, as_moment

_PLAIN = NumberFormat()
_VALUE_LENGTH = 32_767


class SheetPart:
    """The state while one sheet is read; stops keeping cells at the limits and says so in the sheet."""

    def __init__(self, file: str, name: str, strings: list[str], formats: list[NumberFormat], *, since_1904: bool) -> None:
        self.sheet = Sheet(file, name)
        self._strings, self._formats, self._since_1904 = strings, formats, since_1904
        self._row = self._column = self._cells = 0
        self._type = "n"
        self._format = _PLAIN
        self._value = self._formula = ""
        self._shared: dict[str, str] = {}
        self._shared_index = ""
        self._inline: list[str] = []
        self._is_list = False
        self._limit: list[str] | None = None
        self._limit_words = ""
        self._list_cells = self._list_source = ""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        if name == "row":
            self._row = self._number(attributes.get("r"), self._row + 1)
            self._column = 0
        elif name == "c":
            self._open_cell(attributes)
        elif name == "f":
            self._shared_index = attributes.get("si", "") if attributes.get("t") == "shared" else ""
        elif name == "mergeCell":
            first, _, last = attributes.get("ref", "").partition(":")
            top, bottom = cell_place(first), cell_place(last or first)
            if top and bottom and len(self.sheet.merges) < CELL_LIMIT:
                self.sheet.merges.append((top[0], top[1], bottom[0], bottom[1]))
        elif name == "dataValidation":
            self._is_list = attributes.get("type") == "list"
            self._limit = [] if attributes.get("type", "none") not in ("none", "list") else None
            self._limit_words = f"{attributes.get('type')} {attributes.get('operator', 'between')}"
            self._list_cells, self._list_source = attributes.get("sqref", ""), ""

    def ended(self, name: str, text: str) -> None:
        """An element ends."""
        if name == "v":
            self._value = text
        elif name == "t":
            self._inline.append(text)
        elif name == "f" and self._is_list:
            self._list_source = self._list_source or text  # in the extension of 2010, within formula1
        elif name == "f":
            self._formula = text or self._shared.get(self._shared_index, "")
            if text and self._shared_index and len(self._shared) < COLUMN_LIMIT:
                self._shared[self._shared_index] = text
        elif name == "c":
            self._close_cell()
        elif name == "formula1" and self._is_list:
            self._list_source = text.strip() or self._list_source
        elif name in ("formula1", "formula2") and self._limit is not None:
            self._limit.append(text.strip())
        elif name == "sqref":
            self._list_cells = text
        elif name == "dataValidation" and self._is_list:
            self._is_list = False
            self._close_list()
        elif name == "dataValidation" and self._limit is not None:
            place = cell_place(self._list_cells.split(":")[0].split(" ")[0])
            if place is not None and len(self.sheet.limits) < LISTED_LIMIT:
                self.sheet.limits.append((*place, " ".join([self._limit_words, *self._limit])))
            self._limit = None

    def _close_list(self) -> None:
        """Keep the list for every column that it holds for."""
        source = self._list_source
        for cells in self._list_cells.split()[:COLUMN_LIMIT]:
            first, _, last = cells.partition(":")
            start, end = cell_place(first), cell_place(last or first)
            if start is None or end is None:
                continue
            for column in range(start[1], min(end[1], COLUMN_LIMIT) + 1):
                if source.startswith('"'):
                    values = [value.strip() for value in source.strip('"').replace('""', '"').split(",")]
                    self.sheet.lists[column] = (start[0], values[:LISTED_LIMIT])
                elif source:
                    self.sheet.listed_in.setdefault(column, (start[0], source))

    def _open_cell(self, attributes: Mapping[str, str]) -> None:
        place = cell_place(attributes.get("r", ""))
        self._column = place[1] if place else self._column + 1
        self._type = attributes.get("t", "n")
        style = self._number(attributes.get("s"), 0)
        self._format = self._formats[style] if style < len(self._formats) else _PLAIN
        self._value = self._formula = ""
        self._inline = []

    def _close_cell(self) -> None:
        text = "".join(self._inline) if self._type == "inlineStr" else self._value
        if self._type == "s":
            index = self._number(self._value, len(self._strings))
            text = self._strings[index] if index < len(self._strings) else ""
        kind: CellKind = {"s": "text", "str": "text", "inlineStr": "text", "b": "boolean", "e": "error", "d": "date"}.get(
            self._type, "number"
        )  # type: ignore[assignment]
        if kind == "number" and self._format.kind in ("date", "datetime", "time"):
            text, kind = as_moment(text, self._format.kind, since_1904=self._since_1904) or (text, "number")
        elif kind == "boolean":
            text = "true" if text == "1" else "false"
        text = text.strip()[:_VALUE_LENGTH]
        if not text and not self._formula:
            return
        if self._row > ROW_LIMIT or self._cells >= CELL_LIMIT or self._column > COLUMN_LIMIT:
            self.sheet.is_cut = True
            return
        self._cells += 1
        cell = Cell(text, kind, self._format.format, self._formula or None)
        self.sheet.rows.setdefault(self._row, {})[self._column] = cell

    @staticmethod
    def _number(text: str | None, otherwise: int) -> int:
        return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else otherwise
