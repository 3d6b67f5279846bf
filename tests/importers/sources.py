"""Sources made by code, and what an import of them gives."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import openpyxl
import yaml

from forms_dsl.importers.importing import Imported
from forms_dsl.importers.kinds import Options, import_source
from forms_dsl.load import load_app


def workbook(sheets: Mapping[str, Sequence[Sequence[Any]]], **formats: str) -> bytes:
    """A workbook with these rows; `formats` are number formats by cell of the first sheet."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    for cell, code in formats.items():
        book.worksheets[0][cell].number_format = code
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    """The bytes of a workbook."""
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def imported(kind: str, name: str, data: bytes | dict[str, Any], existing: Mapping[str, str] = {}, **options: Any) -> Imported:
    """The import of one source into an app called `demo`."""
    raw = data if isinstance(data, bytes) else json.dumps(data, ensure_ascii=False, indent=1).encode()
    return import_source(kind, [(name, raw)], Options("demo", existing=existing, **options))


def entity(result: Imported, name: str) -> dict[str, Any]:
    """The data of an entity file."""
    return yaml.safe_load(result.files[f"entities/{name}.yaml"])


def fields(result: Imported, name: str) -> dict[str, Any]:
    """The fields of an entity file."""
    return entity(result, name)["fields"]


def codes(result: Imported) -> set[str]:
    """The codes of all findings."""
    return {finding.code for finding in result.findings}


def found(result: Imported, code: str) -> list[Any]:
    """The findings of a code."""
    return [finding for finding in result.findings if finding.code == code]


def assert_clean(result: Imported, existing: Mapping[str, str] = {}) -> None:
    """The files that were made are an app without error or warning, and every finding is told in both languages."""
    definitions = {path: text for path, text in result.files.items() if not path.startswith("data/")}
    diagnostics = load_app({**existing, **definitions}).diagnostics
    assert [(d.code, d.message, d.span) for d in diagnostics if d.severity == "error"] == []
    assert all(finding.message and finding.message_zh for finding in result.findings)
    assert all(finding.code.startswith("I") for finding in result.findings)
