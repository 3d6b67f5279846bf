"""What is asked of and said about one column, whatever its values turn out to be."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from forms_dsl.diagnostics import Code, Sentence
from forms_dsl.importers.codes import (
    BROKEN_VALUE,
    CODES_CHANGED,
    GUESSED,
    LOST_DIGITS,
    MIXED,
)
from forms_dsl.importers.draft import Tree
from forms_dsl.importers.excel.numerals import has_lost_digits
from forms_dsl.importers.excel.tables import Column
from forms_dsl.importers.naming import proposed_codes
from forms_dsl.importers.report import Position, Report, joined
from forms_dsl.importers.words import cleaned, cut, one
from forms_dsl.importers.workbook.cells import Cell, Sheet

#: A column with at most so many different values, which repeat, is a choice.
CHOICES = 20
_CHOICE_LENGTH = 40
_LENGTHS = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 32_767)


class ColumnReading:
    """Looks at one column; what is guessed or wrong goes to the report with the cell."""

    def __init__(self, sheet: Sheet, column: Column, report: Report) -> None:
        self.sheet, self.column, self.report = sheet, column, report
        self.cells = {row: cell for row, cell in column.cells.items() if cell.text and cell.kind != "error"}
        self.count = len(self.cells)
        #: Every value once: whatever is looked for in a value is looked for once.
        self.values = list(dict.fromkeys(cell.text for cell in self.cells.values()))

    def _say_broken(self) -> None:
        broken = [row for row, cell in self.column.cells.items() if cell.kind == "error"]
        if broken:
            cell = self.column.cells[broken[0]]
            message = Sentence(
                f"{len(broken)} cell(s) hold an error ({cell.text}).", f"{len(broken)} 个单元格是错误值（{cell.text}）。"
            )
            self.report.add(BROKEN_VALUE, self.sheet.at(broken[0], self.column.number), message)

    def _lost_digits(self) -> dict[str, Tree] | None:
        lost = [row for row, cell in self.cells.items() if has_lost_digits(cell)]
        if not lost:
            return None
        shown = cut(self.cells[lost[0]].text, 40)
        message = Sentence(
            f"{len(lost)} number(s) of more than 15 digits: the spreadsheet has already lost the last ones (it holds {shown}).",
            f"有 {len(lost)} 个超过 15 位的数字：表格软件已丢失末尾几位（现为 {shown}）。",
        )
        hint = Sentence(
            "Format the column as text in the system it comes from, export it again, and do not open it in between.",
            "请在源系统中将该列导出为文本格式后重新导出，中途不要用表格软件打开另存。",
        )
        self.report.add(LOST_DIGITS, self.sheet.at(lost[0], self.column.number), message, hint)
        return {"type": "text", "max": 50, "note": "I101"}

    def _odd(self, is_odd: Callable[[Cell], bool], en: str, zh: str) -> None:
        """Say that the values are mixed, at the first cell that is not like most."""
        row = next((row for row, cell in self.cells.items() if is_odd(cell)), next(iter(self.cells)))
        shown = cut(self.cells[row].text, 30)
        message = Sentence(f"The values are {en}; this one is {shown!r}.", f"该列的值{zh}；此处为“{shown}”。")
        self.report.add(MIXED, self.sheet.at(row, self.column.number), message)

    def _is_choice(self) -> bool:
        distinct = self.values
        return (
            1 < len(distinct) <= CHOICES
            and self.count >= max(4, 2 * len(distinct))
            and all(len(value) <= _CHOICE_LENGTH for value in distinct)
            and len({cleaned(value) for value in distinct}) == len(distinct)
        )

    def _choice(self, values: Iterable[str]) -> dict[str, Tree]:
        every = list(dict.fromkeys(value for value in values if value))
        codes = proposed_codes(every)
        self._say(
            GUESSED, f"{len(every)} values: a choice of {joined(every)}.", f"共 {len(every)} 种值，推断为选项：{joined(every)}。"
        )
        changed = [f"{value} → {code}" for value, code in codes.items() if value != code]
        if changed:
            self._say(CODES_CHANGED, f"Other codes than the values: {joined(changed)}.", f"代码与原值不同：{joined(changed)}。")
        choices: dict[str, Tree] = {}
        for value, code in codes.items():
            choice: dict[str, Tree] = {"label": one(cut(cleaned(value), 120))}
            choices[code] = choice
        return {"type": "choice", "choices": choices}

    def _plain_text(self) -> dict[str, Tree]:
        longest = max(map(len, self.values))
        limit = next(limit for limit in _LENGTHS if limit >= longest)
        made: dict[str, Tree] = {"type": "text", "max": limit}
        if limit > 200 or any("\n" in value for value in self.values):
            made["lines"] = 3 if limit <= 500 else 6
        return made

    def _say(self, code: Code, en: str, zh: str, hint: Sentence | None = None) -> None:
        self.report.add(
            code, self.column.position, Sentence(f"{self.column.label!r}: {en}", f"“{self.column.label}”：{zh}"), hint
        )

    def _say_at(self, code: Code, row: int, en: str, zh: str) -> None:
        place: Position = self.sheet.at(row, self.column.number)
        self.report.add(code, place, Sentence(f"{self.column.label!r}: {en}", f"“{self.column.label}”：{zh}"))
