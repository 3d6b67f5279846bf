"""Finds the table in a sheet: which row is the header, what stands above, and which rows are data."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from forms_dsl.diagnostics import Sentence
from forms_dsl.importers.codes import HEADER_BLANK, HEADER_TWICE, MERGED, ROWS_SKIPPED
from forms_dsl.importers.report import Position, Report, joined
from forms_dsl.importers.words import cleaned
from forms_dsl.importers.workbook.cells import Cell, Sheet, column_letters

#: A header is looked for in so many rows.
_HEADER_ROWS = 30
_TOTAL = re.compile(r"(合\s*计|总\s*计|小\s*计|grand total|total|subtotal)\s*[:：]?\Z", re.IGNORECASE)
_STAR = re.compile(r"^\s*[*＊]\s*|\s*[*＊]\s*$|[(（]\s*(必填|必输|required)\s*[)）]", re.IGNORECASE)
_VALUE = re.compile(r"[-+¥￥$€]?[0-9][0-9,.]*%?\Z|[0-9]{4}[-/.年][0-9]{1,2}.*\Z")


@dataclass(slots=True)
class Column:
    """One column of a table: its header as a reader sees it, the heading above it, and its cells by row."""

    number: int
    label: str
    position: Position
    group: str = ""
    required: bool = False
    has_header: bool = True
    cells: dict[int, Cell] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """The table of a sheet."""

    sheet: Sheet
    columns: tuple[Column, ...]
    rows: int
    has_header: bool


def find_table(sheet: Sheet, report: Report) -> Table | None:
    """The table of a sheet, or None when nothing looks like one."""
    if not sheet.rows:
        return None
    header, is_header = _header_row(sheet)
    top = _group_row(sheet, header) if is_header else None
    first_data = header + 1 if is_header else header
    above = [row for row in sheet.rows if row < (top or header)]
    if above:
        rows = joined(str(row) for row in above)
        message = Sentence(
            f"Rows above the header are left out: {rows} ({_shown(sheet, above[0])}).",
            f"表头以上的行未导入：第 {rows} 行（{_shown(sheet, above[0])}）。",
        )
        report.add(ROWS_SKIPPED, sheet.at(above[0], 1), message)
    data = _data_rows(sheet, first_data, report)
    columns = _columns(sheet, header if is_header else None, top, data, report)
    return Table(sheet, columns, len(data), is_header) if columns else None


def _shown(sheet: Sheet, row: int) -> str:
    return cleaned(next(iter(sheet.rows[row].values())).text)[:40]


def _header_row(sheet: Sheet) -> tuple[int, bool]:
    """The row of the headers, and whether it is one: the first that is as wide as the table and holds words only."""
    rows = sorted(sheet.rows)[:_HEADER_ROWS]
    widths = {row: len(sheet.rows[row]) for row in rows}
    # What most rows have, so that one wide remark is not the measure.
    usual = sorted(widths.values())[len(widths) // 2]
    for row in rows:
        cells = sheet.rows[row]
        if widths[row] * 10 < usual * 6 or (widths[row] == 1 and usual > 1):
            continue
        words = sum(cell.kind == "text" and not _VALUE.match(cell.text) for cell in cells.values())
        if words * 10 >= len(cells) * 8 and len({cell.text for cell in cells.values()}) * 2 >= len(cells):
            is_grouped = _is_group(sheet, row) and any(later > row for later in rows)
            return (next(later for later in rows if later > row), True) if is_grouped else (row, True)
        return row, False
    return rows[0], False


def _is_group(sheet: Sheet, row: int) -> bool:
    """Whether the cells of the row are headings over several columns each, with headers in the row below."""
    if len(sheet.rows.get(row, {})) < 2:
        return False  # one text over the table is its title
    below = sheet.rows.get(row + 1, {})
    spans = [(first, last) for top, first, bottom, last in sheet.merges if top == bottom == row and last > first]
    covered = {column for first, last in spans for column in range(first, last + 1)}
    words = [cell for column, cell in below.items() if column in covered]
    return bool(words) and all(cell.kind == "text" and not _VALUE.match(cell.text) for cell in words)


def _group_row(sheet: Sheet, header: int) -> int | None:
    return header - 1 if header - 1 in sheet.rows and _is_group(sheet, header - 1) else None


def _data_rows(sheet: Sheet, first: int, report: Report) -> list[int]:
    rows = [row for row in sorted(sheet.rows) if row >= first]
    while rows and _TOTAL.match(next(iter(sheet.rows[rows[-1]].values())).text):
        message = Sentence("A row of totals is left out.", "合计行未导入。")
        report.add(ROWS_SKIPPED, sheet.at(rows.pop(), 1), message)
    if rows:
        blank = [row for row in range(rows[0], rows[-1]) if row not in sheet.rows]
        if blank and not (sheet.is_text and sheet.is_cut):
            message = Sentence(f"{len(blank)} blank row(s) are left out.", f"有 {len(blank)} 个空行未导入。")
            report.add(ROWS_SKIPPED, sheet.at(blank[0], 1), message)
    return rows


def _columns(sheet: Sheet, header: int | None, top: int | None, data: list[int], report: Report) -> tuple[Column, ...]:
    heads = sheet.rows.get(header, {}) if header else {}
    groups = _spread(sheet, top) if top else {}
    used = set(heads) | {column for row in data for column in sheet.rows[row]}
    columns: list[Column] = []
    seen: dict[str, int] = {}
    if header:
        _report_merges(sheet, header, top, report)
    for number in sorted(used):
        position = sheet.at(header or (data[0] if data else 1), number)
        cell = heads.get(number) or (sheet.rows[top].get(number) if top else None)
        written = cell.text if cell else ""
        label = cleaned(_STAR.sub(" ", written))
        group = groups.get(number, "") if number in heads else ""
        column = Column(number, label, position, group, bool(_STAR.search(written)), bool(label))
        column.cells = {row: sheet.rows[row][number] for row in data if number in sheet.rows[row]}
        if not label:
            column.label = column_letters(number)
            if header is not None:
                message = Sentence(f"Column {column.label} has values but no header.", f"{column.label} 列有值但没有表头。")
                report.add(HEADER_BLANK, position, message, Sentence("Name it in the definition.", "请在定义中为其命名。"))
        folded = unicodedata.normalize("NFKC", column.label).casefold()
        if folded in seen:
            message = Sentence(
                f"The header {label!r} is already that of column {column_letters(seen[folded])}.",
                f"表头“{label}”与 {column_letters(seen[folded])} 列重复。",
            )
            report.add(HEADER_TWICE, position, message)
            column.label = f"{column.group} {column.label}" if column.group else f"{column.label} ({column_letters(number)})"
        seen.setdefault(folded, number)
        columns.append(column)
    return tuple(columns)


def _spread(sheet: Sheet, row: int) -> dict[int, str]:
    """The heading over each column."""
    found: dict[int, str] = {column: cleaned(cell.text) for column, cell in sheet.rows[row].items()}
    for top, first, bottom, last in sheet.merges:
        if top == bottom == row and first in found:
            found.update(dict.fromkeys(range(first, min(last, first + 1000) + 1), found[first]))
    return found


def _report_merges(sheet: Sheet, header: int, group: int | None, report: Report) -> None:
    for top, first, bottom, last in sheet.merges[:50]:
        if bottom < (group or header) or (top <= header and first == last):
            continue
        where = f"{column_letters(first)}{top}:{column_letters(last)}{bottom}"
        if top < header:
            message = Sentence(f"The heading {where} over several columns becomes a section.", f"合并表头 {where} 成为表单分区。")
        else:
            message = Sentence(
                f"The merged cells {where} count for their first cell only.", f"合并单元格 {where} 只计入左上角单元格。"
            )
        report.add(MERGED, sheet.at(top, first), message)
