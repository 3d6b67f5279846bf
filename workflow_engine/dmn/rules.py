"""The rules of a DMN table as rows."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from forms_dsl.diagnostics import Sentence
from forms_dsl.importers.codes import APPROXIMATED
from forms_dsl.importers.report import ImportRefused, Report, refused
from workflow_engine.dmn.cells import cell_of
from workflow_engine.dmn.columns import Column
from workflow_engine.dmn.feel import NotFeel, Value, read_tests, read_value
from workflow_engine.dmn.literals import literal_text
from workflow_engine.markup.codes import NOT_FEEL
from workflow_engine.markup.extension import data_of
from workflow_engine.markup.source import Element

Row = dict[str, object]
_HINT = Sentence(
    'Cells are -, values, "texts", < <= > >=, [a..b), lists, not( … ), date("2026-01-31").',
    '单元格可写 -、值、"文本"、< <= > >=、[a..b)、列表、not( … )、date("2026-01-31")。',
)


def own_rows(table: Element, inputs: list[Column], outputs: list[Column], report: Report) -> list[Row]:
    """The rows in the order of the rules; raises ImportRefused when one of them cannot be read, after all were looked at."""
    rows: list[Row] = []
    failed: list[ImportRefused] = []
    for number, rule in enumerate(table.all("rule"), 1):
        try:
            rows.append(_row(rule, number, inputs, outputs, report, {str(row["row"]) for row in rows}))
        except ImportRefused as refusal:
            failed.append(refusal)
    if failed:
        report.findings += [each.finding for each in failed[:-1]]
        raise failed[-1]
    return rows


def _row(rule: Element, number: int, inputs: list[Column], outputs: list[Column], report: Report, taken: set[str]) -> Row:
    found = data_of(child for holder in rule.all("extensionElements") for child in holder.children)
    own: Mapping[str, object] = found[0] if found is not None else {}
    cells: Row = {}
    entries = list(rule.all("inputEntry"))
    for column, entry in zip(inputs, entries, strict=False):
        cell = _cell(entry, column, number, report)
        if cell is not None:
            cells[column.name] = cell
    then: Row = {}
    for column, entry in zip(outputs, rule.all("outputEntry"), strict=False):
        then[column.name] = _output(entry, column, number)
    if len(entries) != len(inputs) or len(then) != len(outputs):
        words = Sentence(f"Rule {number} has not a cell for each column.", f"第 {number} 条规则的单元格与列数不符。")
        raise refused(NOT_FEEL, rule.position, words)
    note = " ".join((rule.text_of("description") or _annotated(rule)).split())[:500]
    name = str(own.get("row") or _free(f"row_{number}", taken))
    row: Row = {"row": name, **({"if": cells} if cells or "if" in own else {}), "then": then}
    return {**own, **row, **({"note": note} if note and "note" not in own else {})}


def _free(name: str, taken: set[str]) -> str:
    return name if name not in taken else _free(f"{name}_new", taken)


def _annotated(rule: Element) -> str:
    return " ".join(entry.text_of("text") for entry in rule.all("annotationEntry"))


def _cell(entry: Element, column: Column, number: int, report: Report) -> object | None:
    text = entry.text_of("text")
    kept = data_of(child for holder in entry.all("extensionElements") for child in holder.children)
    if kept is not None and kept[1].get("feel", "") == text:
        return kept[0].get("cell")
    try:
        cell, exact = cell_of(read_tests(text), column.name, column.type, column.codes)
    except NotFeel as failure:
        raise _refused(entry, column, number, text, failure) from None
    if not exact:
        words = Sentence(
            f"Rule {number}, {column.name}: {text} also holds where there is no value; the cell does not.",
            f"第 {number} 条规则，{column.name}：{text} 在没有值时也成立，而单元格不成立。",
        )
        report.add(APPROXIMATED, entry.position, words)
    return cell


def _output(entry: Element, column: Column, number: int) -> str:
    text = entry.text_of("text")
    kept = data_of(child for holder in entry.all("extensionElements") for child in holder.children)
    if kept is not None and kept[1].get("feel", "") == text:
        return str(kept[0].get("cell"))
    try:
        value: Value = read_value(text)
        wanted = {"choice": str, "text": str, "boolean": bool, "number": Decimal}.get(column.type)
        if value is None or (wanted is not None and not isinstance(value, wanted)):
            raise NotFeel("no value of its column", "不是该列的值")
        return literal_text(value)
    except NotFeel as failure:
        raise _refused(entry, column, number, text, failure) from None


def _refused(entry: Element, column: Column, number: int, text: str, failure: NotFeel) -> ImportRefused:
    words = Sentence(
        f"Rule {number}, {column.name}: {text!r} is not read: {failure.reason.en}.",
        f"第 {number} 条规则，{column.name}：“{text}”无法读取：{failure.reason.zh}。",
    )
    return refused(NOT_FEEL, entry.position, words, _HINT)
