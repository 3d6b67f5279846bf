"""The sheets of an XLSForm as rows by column name, with texts by language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from forms_dsl.importers.report import Position
from forms_dsl.importers.words import ANY
from forms_dsl.importers.workbook.cells import Sheet

_CODE = re.compile(r"\(([a-zA-Z]{2,3}(?:-[A-Za-z]{2,4})?)\)\s*\Z")
_LANGUAGES = {"english": "en", "chinese": "zh", "中文": "zh", "简体中文": "zh", "french": "fr", "français": "fr"}
_SAME = {
    "list name": "list_name", "name": "name", "value": "name", "calculate": "calculation", "read_only": "readonly",
    "relevance": "relevant", "constraint-message": "constraint_message", "required-message": "required_message", "caption": "label",
    "skippable": "required", "command": "type", "repeat count": "repeat_count", "tag": "name",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One row: single values by column, texts by column and language, and the places of its cells."""

    number: int
    values: Mapping[str, str]
    texts: Mapping[str, Mapping[str, str]]
    columns: Mapping[str, int]
    sheet: Sheet

    def get(self, column: str) -> str:
        """The value of a column, empty where there is none."""
        return self.values.get(column, "")

    def at(self, column: str = "type") -> Position:
        """The place of a cell."""
        return self.sheet.at(self.number, self.columns.get(column, 1))


def read_rows(sheet: Sheet) -> Iterator[Row]:
    """The rows below the header."""
    if not sheet.rows:
        return
    header = min(sheet.rows)
    heads = {column: _head(cell.text) for column, cell in sheet.rows[header].items()}
    columns: dict[str, int] = {}
    for column, (name, _) in heads.items():
        columns.setdefault(name, column)
    for number in sorted(sheet.rows):
        if number == header:
            continue
        values: dict[str, str] = {}
        texts: dict[str, dict[str, str]] = {}
        for column, cell in sheet.rows[number].items():
            name, language = heads.get(column, ("", ""))
            if name and cell.text:
                text = _plain(cell.text) if cell.kind == "number" else cell.text
                if language or name in ("label", "hint", "constraint_message", "required_message"):
                    texts.setdefault(name, {})[language] = text
                values.setdefault(name, text)
        if values:
            yield Row(number, values, texts, columns, sheet)


def unread_columns(sheet: Sheet, known: frozenset[str]) -> list[tuple[str, Position]]:
    """Columns that hold something and that nobody reads."""
    header = min(sheet.rows) if sheet.rows else 0
    found = []
    for column, cell in sheet.rows.get(header, {}).items():
        name = _head(cell.text)[0]
        if name not in known and any(column in row for number, row in sheet.rows.items() if number != header):
            found.append((cell.text, sheet.at(header, column)))
    return found


def _head(text: str) -> tuple[str, str]:
    """The column's name and the language of its texts."""
    name, _, language = text.partition("::")
    if not language and text.lower().startswith(("label:", "hint:")):
        name, _, language = text.partition(":")
    name = name.strip().lower()
    name = _SAME.get(name, name)
    return name, language_code(language)


def language_code(text: str) -> str:
    """The code of a language as XLSForms write it: `中文 (zh)`, `English`; empty where none is named."""
    text = text.strip()
    match = _CODE.search(text)
    if match:
        return match[1].lower().partition("-")[0]
    if re.fullmatch(r"[a-z]{2}", text):
        return text
    return _LANGUAGES.get(text.lower(), ANY)


def _plain(text: str) -> str:
    """A number of a cell as people see it: 1.0 is 1."""
    return text.removesuffix(".0")
