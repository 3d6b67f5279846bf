"""Reads the first sheet of an Excel workbook row by row: whatever its length, only its table of texts is in memory.

A document type or entity in its XML, an archive that unpacks to far more than it is, and parts without end are refused.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from xml.parsers import expat

from forms_dsl.importers.workbook.cells import cell_place
from forms_dsl.importers.workbook.formats import NumberFormat, StylePart, as_moment
from forms_dsl.model import Label

#: Texts that a workbook keeps in one table, and all of their characters together: the only thing that is held in memory.
MOST_TEXTS, MOST_CHARACTERS = 600_000, 30_000_000
#: Bytes of a sheet, and how many times its packed size it may be.
_MOST_BYTES, _RATIO, _ALWAYS = 4 << 30, 100, 1 << 20
_PIECE = 1 << 16
_LONGEST, _DEEPEST, _COLUMNS = 32_767, 32, 1_000
_DIGITS = 15
_ZEROS = re.compile(r"0{2,20}\Z")
_FAILURES = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError, KeyError)


class BrokenWorkbook(Exception):
    """The workbook cannot or must not be read."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.reason: Label = {"zh": zh, "en": en}


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell whose value is not what somebody wrote."""

    text: str
    reason: Label


Cells = dict[int, str | BadCell]
_Start = Callable[[str, Mapping[str, str]], None]
_End = Callable[[str, str], None]


def read_rows(path: Path) -> Iterator[tuple[int, Cells]]:
    """The rows of the first sheet that hold something: their number, and their cells by column from 1. Raises BrokenWorkbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            book = _Book(archive)
            sheet = _Sheet(book)
            for _ in _parsed(archive, book.sheet, sheet.start, sheet.end):
                while sheet.ready:
                    yield sheet.ready.popleft()
            while sheet.ready:
                yield sheet.ready.popleft()
    except _FAILURES as failure:
        raise BrokenWorkbook("工作簿已损坏，无法读取。", f"The workbook is damaged: {failure}") from None


class _Book:
    """What a sheet needs of its workbook: texts, formats, the origin of its days."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.names = set(archive.namelist())
        self.since_1904 = False
        self.texts: list[str] = []
        self.formats: list[NumberFormat] = []
        #: How many digits a format fills up with zeros, by the place of the format.
        self.zeros: list[int] = []
        self.sheet = self._first_sheet()
        if "xl/sharedStrings.xml" in self.names:
            self._read_texts()
        if "xl/styles.xml" in self.names:
            self._read_formats()

    def _first_sheet(self) -> str:
        links: list[str] = []
        targets: dict[str, str] = {}

        def workbook(name: str, attributes: Mapping[str, str]) -> None:
            if name == "sheet" and attributes.get("state", "visible") == "visible" and not links:
                links.append(next((value for key, value in attributes.items() if key.endswith(":id")), ""))
            elif name == "workbookPr":
                self.since_1904 = attributes.get("date1904") in ("1", "true")

        def relation(name: str, attributes: Mapping[str, str]) -> None:
            if name == "Relationship" and attributes.get("TargetMode") != "External" and len(targets) < _COLUMNS:
                targets[attributes.get("Id", "")] = attributes.get("Target", "")

        for part, start in (("xl/workbook.xml", workbook), ("xl/_rels/workbook.xml.rels", relation)):
            if part not in self.names:
                raise BrokenWorkbook("该压缩包不是 Excel 工作簿。", "The archive is no workbook.")
            self._read(part, start, _nothing)
        target = targets.get(links[0] if links else "", "")
        part = target.removeprefix("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
        if part not in self.names:
            raise BrokenWorkbook("工作簿没有可见的工作表。", "The workbook has no visible sheet.")
        return part

    def _read_texts(self) -> None:
        parts: list[str] = []
        phonetic, size = False, 0

        def start(name: str, attributes: Mapping[str, str]) -> None:
            nonlocal phonetic
            if name == "si":
                parts.clear()
            phonetic = phonetic or name == "rPh"

        def end(name: str, text: str) -> None:
            nonlocal phonetic, size
            if name == "t" and not phonetic:
                parts.append(text)
            elif name == "rPh":
                phonetic = False
            elif name == "si":
                self.texts.append("".join(parts))
                size += len(self.texts[-1])
                if len(self.texts) > MOST_TEXTS or size > MOST_CHARACTERS:
                    raise BrokenWorkbook(
                        "工作簿中不同的文本过多；请另存为“CSV UTF-8”后导入。",
                        "The workbook holds too many different texts; save it as CSV UTF-8 and import that.",
                    )

        self._read("xl/sharedStrings.xml", start, end)

    def _read_formats(self) -> None:
        styles = StylePart()
        self._read("xl/styles.xml", styles.start, styles.ended)
        self.formats = styles.formats()
        codes = styles.codes
        self.zeros = [len(codes[one]) if one in codes and _ZEROS.match(codes[one]) else 0 for one in styles.identifiers]

    def _read(self, part: str, start: _Start, end: _End) -> None:
        for _ in _parsed(self._archive, part, start, end):
            continue


class _Sheet:
    """The rows of a sheet as they come out of its XML."""

    def __init__(self, book: _Book) -> None:
        self._book = book
        self.ready: deque[tuple[int, Cells]] = deque()
        self._row = self._column = self._style = 0
        self._cells: Cells = {}
        self._type, self._value = "n", ""
        self._inline: list[str] = []
        self._phonetic = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        if name == "row":
            self._row = _whole(attributes.get("r")) or self._row + 1
            self._column, self._cells = 0, {}
        elif name == "c":
            place = cell_place(attributes.get("r", ""))
            self._column = place[1] if place else self._column + 1
            self._type, self._style = attributes.get("t", "n"), _whole(attributes.get("s"))
            self._value, self._inline = "", []
        elif name == "rPh":
            self._phonetic = True

    def end(self, name: str, text: str) -> None:
        """An element ends."""
        if name == "v":
            self._value = text
        elif name == "t" and not self._phonetic:
            self._inline.append(text)
        elif name == "rPh":
            self._phonetic = False
        elif name == "c" and self._column <= _COLUMNS:
            cell = self._cell()
            if cell:
                self._cells[self._column] = cell
        elif name == "row" and self._cells:
            self.ready.append((self._row, self._cells))

    def _cell(self) -> str | BadCell:
        match self._type:
            case "s":
                index = _whole(self._value)
                return self._book.texts[index].strip() if self._value and index < len(self._book.texts) else ""
            case "inlineStr":
                return "".join(self._inline).strip()[:_LONGEST]
            case "b":
                return "true" if self._value == "1" else "false"
            case "e":
                return BadCell(
                    self._value, {"zh": f"单元格的值是错误 {self._value}。", "en": f"the cell holds the error {self._value}."}
                )
            case "n":
                return self._number()
            case _:
                return self._value.strip()[:_LONGEST]

    def _number(self) -> str | BadCell:
        text = self._value.strip()
        if not text:
            return ""
        shown = self._book.formats[self._style] if self._style < len(self._book.formats) else NumberFormat()
        if shown.kind in ("date", "datetime", "time"):
            moment = as_moment(text, shown.kind, since_1904=self._book.since_1904)
            return moment[0] if moment else text
        try:
            number = Decimal(text)
        except InvalidOperation:
            return text
        if not number.is_finite():
            return text
        whole = number == number.to_integral_value()
        if whole and number.adjusted() >= _DIGITS:
            zh = "超过 15 位的数字已被电子表格改写，请将该列设为文本后重新填写。"
            en = "a number of more than 15 digits, whose end the spreadsheet has lost; make the column a text and enter it again."
            return BadCell(format(number, "f"), {"zh": zh, "en": en})
        # Spreadsheets write 0.1 + 0.2 with all the digits of a binary number; they show fifteen.
        number = number if len(number.as_tuple().digits) <= _DIGITS else Decimal(f"{number:.{_DIGITS}g}")
        plain = format(number.quantize(Decimal(1)) if whole else number.normalize(), "f")
        zeros = self._book.zeros[self._style] if self._style < len(self._book.zeros) else 0
        return plain.zfill(zeros) if whole and zeros and not plain.startswith("-") else plain


def _parsed(archive: zipfile.ZipFile, part: str, start: _Start, end: _End) -> Iterator[None]:
    """Feed a part of the archive to the handlers of its elements (names without prefix), a piece between two steps."""
    parser = _parser(start, end)
    entry = archive.getinfo(part)
    left = min(_MOST_BYTES, max(_ALWAYS, entry.compress_size * _RATIO))
    try:
        with archive.open(entry) as stream:
            while piece := stream.read(_PIECE):
                left -= len(piece)
                if left < 0:
                    raise BrokenWorkbook("工作簿解压后过大。", "The workbook unpacks to far more than it is.")
                parser.Parse(piece, False)
                yield
        parser.Parse(b"", True)
    except expat.ExpatError as failure:
        raise BrokenWorkbook("工作簿的内容不是有效的 XML。", f"A part of the workbook is no XML: {failure}") from None


def _parser(start: _Start, end: _End) -> Any:
    parser = expat.ParserCreate()
    texts: list[list[str]] = []

    def refuse(*_: object) -> int:
        raise BrokenWorkbook("工作簿含有文档类型声明，已拒绝。", "The workbook holds a document type, which may hide entities.")

    def opened(name: str, attributes: dict[str, str]) -> None:
        if len(texts) >= _DEEPEST:
            raise BrokenWorkbook("工作簿嵌套过深。", "The workbook is nested too deeply.")
        texts.append([])
        start(name.rpartition(":")[2], attributes)

    def closed(name: str) -> None:
        end(name.rpartition(":")[2], "".join(texts.pop()))

    def text(data: str) -> None:
        if texts:
            texts[-1].append(data)

    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.ExternalEntityRefHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = opened, closed, text
    parser.buffer_text = True
    return parser


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


def _nothing(name: str, text: str) -> None:
    return None
