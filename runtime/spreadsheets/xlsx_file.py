"""Writes a table as an Excel workbook, row by row into the archive: texts are always texts, so no cell ever computes.

Numbers are numbers while a spreadsheet keeps all of their digits, else texts. Our own writer, since the libraries send numbers
through floats, and no float touches an amount.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from typing import BinaryIO
from xml.sax.saxutils import escape

from runtime.spreadsheets.cells import Cell, is_formula

#: Rows of a sheet, with the one of its head.
MOST_ROWS = 1_048_576
#: Characters of a cell; Excel calls a file with longer ones broken.
LONGEST_TEXT = 32_767
#: Digits that a spreadsheet keeps of a number.
_DIGITS = 15
#: Excel's calendar counts a day in 1900 that never was; the days before are written as texts.
_FIRST_DAY, _ORIGIN = dt.date(1900, 3, 1), dt.date(1899, 12, 30)
_PLAIN, _HEAD, _SHIELD, _DATE, _SCALES = 0, 1, 2, 3, 4
_LARGEST_SCALE = 12
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TOP = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"


class XlsxWriter:
    """A workbook of two sheets: the table, and what it is."""

    def __init__(self, file: BinaryIO, table: str, about: str) -> None:
        self._archive = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3)
        self._names = (_sheet_name(table), _sheet_name(about))
        self._sheet = self._archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True)
        self._letters: list[str] = []
        self._row = 0
        self.cut = 0

    def head(self, names: Sequence[str]) -> None:
        """Write what the columns are called."""
        self._letters = [column_letters(number) for number in range(1, len(names) + 1)]
        self._write(
            f'{_TOP}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
            '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>'
        )
        self._row = 1
        cells = "".join(self._text(letters, name, _HEAD) for letters, name in zip(self._letters, names, strict=True))
        self._write(f'<row r="1">{cells}</row>')

    def row(self, cells: Sequence[Cell]) -> None:
        """Write one row."""
        self._row += 1
        written = "".join(self._cell(letters, cell) for letters, cell in zip(self._letters, cells, strict=True))
        self._write(f'<row r="{self._row}">{written}</row>')

    def close(self, about: Sequence[tuple[str, str]]) -> None:
        """Write what the workbook is, and leave the file open behind it."""
        footer = escape(" ".join(" · ".join(text for _, text in about).split())[:200].replace("&", "&&"))
        self._write(f"</sheetData><headerFooter><oddFooter>&amp;L{footer}</oddFooter></headerFooter></worksheet>")
        self._sheet.close()
        with self._archive.open("xl/worksheets/sheet2.xml", "w") as self._sheet:
            self._write(f'{_TOP}<worksheet xmlns="{_MAIN}"><cols><col min="1" max="2" width="30"/></cols><sheetData>')
            for self._row, (name, text) in enumerate(about, 1):
                self._write(f'<row r="{self._row}">{self._text("A", name, _HEAD)}{self._text("B", text)}</row>')
            self._write("</sheetData></worksheet>")
        for name, text in _frame(self._names).items():
            self._archive.writestr(zipfile.ZipInfo(name), _TOP + text)
        self._archive.close()

    def _write(self, text: str) -> None:
        self._sheet.write(text.encode())

    def _cell(self, letters: str, cell: Cell) -> str:
        match cell:
            case None | "":
                return ""
            case int() | Decimal() if _fits(number := Decimal(cell)):
                scale = -int(number.as_tuple().exponent)
                style = _SCALES + scale - 1 if 0 < scale <= _LARGEST_SCALE else _PLAIN
                return f'<c r="{letters}{self._row}" s="{style}"><v>{number:f}</v></c>'
            case int() | Decimal():
                return self._text(letters, format(Decimal(cell), "f"))
            case dt.date():
                if cell < _FIRST_DAY:
                    return self._text(letters, cell.isoformat())
                return f'<c r="{letters}{self._row}" s="{_DATE}"><v>{(cell - _ORIGIN).days}</v></c>'
            case str():
                return self._text(letters, cell, _SHIELD if is_formula(cell) else _PLAIN)

    def _text(self, letters: str, text: str, style: int = _PLAIN) -> str:
        written = _UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
        if len(written) > LONGEST_TEXT:
            self.cut += 1
            written = written[: LONGEST_TEXT - 1] + "…"
        said = escape(written)
        return f'<c r="{letters}{self._row}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{said}</t></is></c>'


def column_letters(column: int) -> str:
    """The letters of a column: 1 is A, 27 is AA."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _fits(number: Decimal) -> bool:
    return number.is_finite() and len(number.as_tuple().digits) <= _DIGITS and abs(int(number.as_tuple().exponent)) <= _DIGITS


def _sheet_name(text: str) -> str:
    return (re.sub(r"[\[\]:*?/\\']", " ", text).strip() or "1")[:31]


def _frame(names: tuple[str, str]) -> dict[str, str]:
    """The parts of a workbook around its sheets."""
    parts = {"workbook": f"{_KIND}.sheet.main+xml", "styles": f"{_KIND}.styles+xml"}
    parts |= {f"worksheets/sheet{number}": f"{_KIND}.worksheet+xml" for number in (1, 2)}
    overrides = "".join(f'<Override PartName="/xl/{name}.xml" ContentType="{kind}"/>' for name, kind in parts.items())
    first, second = names if names[0] != names[1] else (names[0], f"{names[1][:28]} 2")
    sheets = "".join(
        f'<sheet name="{escape(name, {chr(34): "&quot;"})}" sheetId="{number}" r:id="rId{number}"/>'
        for number, name in enumerate((first, second), 1)
    )
    scales = range(1, _LARGEST_SCALE + 1)
    formats = "".join(f'<numFmt numFmtId="{170 + scale}" formatCode="#,##0.{"0" * scale}"/>' for scale in scales)
    styles = "".join(
        f'<xf numFmtId="{170 + scale}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>' for scale in scales
    )
    usual = 'numFmtId="0" fontId="0" fillId="0" borderId="0"'
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="rId{number}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
            for number, (kind, target) in enumerate(
                (("worksheet", "worksheets/sheet1.xml"), ("worksheet", "worksheets/sheet2.xml"), ("styles", "styles.xml")), 1
            )
        )
        + "</Relationships>",
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><numFmts count="{len(scales) + 1}">'
        f'<numFmt numFmtId="170" formatCode="yyyy\\-mm\\-dd"/>{formats}</numFmts>'
        '<fonts count="2"><font><sz val="11"/></font><font><b/><sz val="11"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border/></borders>'
        f'<cellStyleXfs count="1"><xf {usual}/></cellStyleXfs>'
        f'<cellXfs count="{len(scales) + 4}"><xf {usual} xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
        f'<xf {usual} xfId="0" quotePrefix="1"/><xf numFmtId="170" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        f'{styles}</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
    }
