"""What people wrote beside the cells of a sheet: comments, which no definition keeps, each told with its words."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from forms_dsl.diagnostics import Sentence
from forms_dsl.importers.codes import SKIPPED_PART
from forms_dsl.importers.report import Report
from forms_dsl.importers.words import cut
from forms_dsl.importers.workbook.archive import Archive
from forms_dsl.importers.workbook.cells import Sheet, cell_place
from forms_dsl.importers.workbook.xml_parts import Enough, read_xml

_SHOWN = 200
_MOST = 1_000


def tell_remarks(archive: Archive, sheet: Sheet, part: str, report: Report) -> None:
    """A finding at each cell with a comment."""
    for comments in _comment_parts(archive, part):
        for cell, text in _comments(archive, comments):
            place = cell_place(cell)
            if place is not None:
                shown = cut(" ".join(text.split()), _SHOWN)
                message = Sentence(f"The comment on the cell is not imported: {shown}", f"单元格批注未导入：{shown}")
                report.add(SKIPPED_PART, sheet.at(*place), message)


def _comment_parts(archive: Archive, part: str) -> list[str]:
    """The parts with the comments of a sheet; older and threaded ones hold the same words, the first are enough."""
    folder, name = posixpath.split(part)
    relations = f"{folder}/_rels/{name}.rels"
    found: list[str] = []

    def start(element: str, attributes: Mapping[str, str]) -> None:
        if element == "Relationship" and attributes.get("Type", "").endswith("/comments"):
            target = attributes.get("Target", "")
            found.append(target.removeprefix("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}"))

    if relations in archive.names:
        read_xml(archive.file, relations, archive.chunks(relations), start, _nothing)
    return [each for each in found if each in archive.names]


def _comments(archive: Archive, part: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    cell, words = "", [""]

    def start(element: str, attributes: Mapping[str, str]) -> None:
        nonlocal cell
        if element == "comment":
            cell = attributes.get("ref", "")
            words.clear()

    def ended(element: str, text: str) -> None:
        if element == "t":
            words.append(text)
        elif element == "comment":
            found.append((cell, "".join(words)))
            if len(found) >= _MOST:
                raise Enough

    read_xml(archive.file, part, archive.chunks(part, partly=True), start, ended)
    return found


def _nothing(element: str, text: str) -> None:
    return None
