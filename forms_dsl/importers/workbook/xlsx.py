"""Reads an .xlsx workbook as sheets of cells in one pass: values with formats and formulas, merges, lists of allowed values."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

from forms_dsl.diagnostics import Sentence
from forms_dsl.importers.codes import SKIPPED_PART, TOO_LARGE, UNREADABLE, UNSAFE
from forms_dsl.importers.report import Report, refused, start_of
from forms_dsl.importers.workbook.archive import Archive
from forms_dsl.importers.workbook.cells import Sheet
from forms_dsl.importers.workbook.formats import NumberFormat, StylePart
from forms_dsl.importers.workbook.listed import read_listed
from forms_dsl.importers.workbook.remarks import tell_remarks
from forms_dsl.importers.workbook.sheet_part import SheetPart
from forms_dsl.importers.workbook.xml_parts import read_xml

_SHEETS = 100
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STRINGS = 500_000
_IGNORED_PARTS = (
    (re.compile(r"vbaProject"), Sentence("macros", "宏")),
    (
        re.compile(r"^xl/(drawings/(?!vmlDrawing|commentsDrawing|legacy)|charts/|media/)"),
        Sentence("drawings, charts or pictures", "图形、图表或图片"),
    ),
    (re.compile(r"^xl/pivot"), Sentence("pivot tables", "数据透视表")),
    (re.compile(r"^xl/externalLinks/"), Sentence("links to other workbooks", "指向其他工作簿的链接")),
)


def read_xlsx(file: str, data: bytes, report: Report) -> list[Sheet]:
    """The sheets of a workbook; raises ImportRefused when it cannot or must not be read."""
    if data.startswith(_OLD):
        message = Sentence("The workbook is encrypted, or in the old .xls format.", "工作簿已加密，或为旧的 .xls 格式。")
        hint = Sentence("Save it as .xlsx without a password.", "请另存为不带密码的 .xlsx。")
        raise refused(UNSAFE, start_of(file), message, hint)
    archive = Archive(file, data)
    for pattern, words in _IGNORED_PARTS:
        if any(pattern.search(name) for name in archive.names):
            report.add(SKIPPED_PART, start_of(file), Sentence(f"Not imported: {words.en}.", f"未导入：{words.zh}。"))
    workbook = _Workbook(archive)
    sheets = workbook.sheets()
    read_listed(sheets, report)
    for sheet, (_, part, _) in zip(sheets, workbook.parts, strict=True):
        tell_remarks(archive, sheet, part, report)
    return sheets


class _Workbook:
    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.parts: list[tuple[str, str, bool]] = []
        self.since_1904 = False
        self.strings: list[str] = []
        self.formats: list[NumberFormat] = []

    def sheets(self) -> list[Sheet]:
        """Every sheet, hidden ones too."""
        self._read_structure()
        if "xl/sharedStrings.xml" in self.archive.names:
            self._read_strings()
        if "xl/styles.xml" in self.archive.names:
            self._read_styles()
        return [self._sheet(name, part, hidden=hidden) for name, part, hidden in self.parts]

    def _sheet(self, name: str, part: str, *, hidden: bool) -> Sheet:
        reader = SheetPart(self.archive.file, name, self.strings, self.formats, since_1904=self.since_1904)
        reader.sheet.hidden = hidden
        complete = read_xml(self.archive.file, part, self.archive.chunks(part, partly=True), reader.start, reader.ended)
        reader.sheet.is_cut = reader.sheet.is_cut or not complete
        return reader.sheet

    def _read_structure(self) -> None:
        sheets: list[tuple[str, str, bool]] = []
        targets: dict[str, str] = {}

        def workbook(name: str, attributes: Mapping[str, str]) -> None:
            if name == "sheet":
                link = next((value for key, value in attributes.items() if key.endswith(":id")), "")
                sheets.append((attributes.get("name", ""), link, attributes.get("state", "visible") != "visible"))
            elif name == "workbookPr":
                self.since_1904 = attributes.get("date1904") in ("1", "true")

        def relation(name: str, attributes: Mapping[str, str]) -> None:
            if name == "Relationship" and attributes.get("TargetMode") != "External":
                targets[attributes.get("Id", "")] = attributes.get("Target", "")

        for part, reader in (("xl/workbook.xml", workbook), ("xl/_rels/workbook.xml.rels", relation)):
            if part not in self.archive.names:
                message = Sentence(f"The archive is no workbook: {part} is missing.", f"该压缩包不是工作簿：缺少 {part}。")
                raise refused(UNREADABLE, start_of(self.archive.file), message)
            read_xml(self.archive.file, part, self.archive.chunks(part), reader, _nothing)
        if len(sheets) > _SHEETS:
            message = Sentence(f"The workbook has {len(sheets):,} sheets.", f"工作簿有 {len(sheets):,} 个工作表。")
            raise refused(TOO_LARGE, start_of(self.archive.file), message)
        for name, link, hidden in sheets:
            target = targets.get(link, "")
            part = target.removeprefix("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            if part in self.archive.names and "worksheets" in part:
                self.parts.append((name, part, hidden))

    def _read_strings(self) -> None:
        parts: list[str] = []
        phonetic = False

        def start(name: str, attributes: Mapping[str, str]) -> None:
            nonlocal phonetic
            if name == "si":
                parts.clear()
            phonetic = phonetic or name == "rPh"

        def ended(name: str, text: str) -> None:
            nonlocal phonetic
            if name == "t" and not phonetic:
                parts.append(text)
            elif name == "rPh":
                phonetic = False
            elif name == "si":
                self.strings.append("".join(parts))
                if len(self.strings) > _STRINGS:
                    message = Sentence("The workbook has too many texts.", "工作簿中的文本过多。")
                    raise refused(TOO_LARGE, start_of(self.archive.file), message)

        part = "xl/sharedStrings.xml"
        read_xml(self.archive.file, part, self.archive.chunks(part), start, ended)

    def _read_styles(self) -> None:
        styles = StylePart()
        read_xml(self.archive.file, "xl/styles.xml", self.archive.chunks("xl/styles.xml"), styles.start, styles.ended)
        self.formats = styles.formats()


def _nothing(name: str, text: str) -> None:
    return None
