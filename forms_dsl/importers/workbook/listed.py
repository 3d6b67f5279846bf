"""Lists of allowed values that stand in cells, perhaps of another sheet: read, or said where they cannot be."""

from __future__ import annotations

import re
from collections.abc import Sequence

from forms_dsl.diagnostics import Sentence
from forms_dsl.importers.codes import SKIPPED_PART
from forms_dsl.importers.report import Report
from forms_dsl.importers.words import cut
from forms_dsl.importers.workbook.cells import LISTED_LIMIT, Sheet, column_number

_CELL = r"\$?([A-Z]{1,3})\$?([0-9]{1,7})"
_RANGE = re.compile(rf"=?(?:(?:'((?:[^']|'')+)'|([^'!\[\]:$]+))!)?{_CELL}(?::{_CELL})?\Z")


def read_listed(sheets: Sequence[Sheet], report: Report) -> None:
    """Put the values of ranges to the lists of the columns; names, formulas and other workbooks are said."""
    named = {sheet.name.casefold(): sheet for sheet in sheets}
    for sheet in sheets:
        for column, (row, source) in sheet.listed_in.items():
            values = _values(source, sheet, named)
            if values:
                sheet.lists.setdefault(column, (row, values))
            elif not sheet.hidden and column not in sheet.lists:
                shown = cut(source, 100)
                message = Sentence(
                    f"The allowed values stand in {shown}, which is not read; the type follows the values there are.",
                    f"允许的取值来自 {shown}，未能读取；类型按现有的值推断。",
                )
                report.add(SKIPPED_PART, sheet.at(row, column), message)


def _values(source: str, sheet: Sheet, named: dict[str, Sheet]) -> list[str]:
    """The different values of one row or column of cells; none where the source is anything else or too much."""
    match = _RANGE.match(source.strip())
    if match is None:
        return []
    quoted, bare, first, top, last, bottom = match.groups()
    name = quoted.replace("''", "'") if quoted else bare
    holder = named.get(name.casefold()) if name else sheet
    left, right = column_number(first), column_number(last or first)
    upper, lower = int(top), int(bottom or top)
    if holder is None or (left != right and upper != lower):
        return []
    inside = (row for row in sorted(holder.rows) if upper <= row <= lower)
    cells = [cell for row in inside for column, cell in holder.rows[row].items() if left <= column <= right]
    values = list(dict.fromkeys(cell.text for cell in cells if cell.text and cell.kind != "error"))
    is_whole = not holder.is_cut or lower <= max(holder.rows, default=0)
    return values if len(values) <= LISTED_LIMIT and is_whole else []
