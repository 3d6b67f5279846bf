"""The columns of a DMN table as inputs and outputs: what they are called, and of what type they are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from forms_dsl.diagnostics import Sentence
from forms_dsl.importers.codes import NOT_TRANSLATED
from forms_dsl.importers.naming import proposed_name
from forms_dsl.importers.report import Report, refused
from forms_dsl.names import code_fault
from workflow_engine.dmn.feel import NotFeel, Value, read_tests, read_value
from workflow_engine.markup.codes import NOT_IN_SUBSET
from workflow_engine.markup.source import Element

_PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*\Z")
_NUMBERS = frozenset({"number", "integer", "long", "double", "decimal", "int"})


@dataclass(frozen=True, slots=True)
class Column:
    """An input or output: its name, the words of its type, the type by which cells are read, codes of a choice."""

    name: str
    words: object
    type: str
    codes: tuple[str, ...] = ()


def input_columns(table: Element, own: Mapping[str, object] | None, report: Report) -> list[Column]:
    """The inputs, each named after what it asks."""
    found: list[Column] = []
    for number, element in enumerate(table.all("input")):
        asked = element.first("inputExpression")
        text = asked.text_of("text") if asked is not None else ""
        label = " ".join((element.get("label") or text or element.get("id")).split())
        if text and not _PATH.match(text):
            words = Sentence(
                f"The column {label!r} asks {text!r}; it is an input of its own here.",
                f"列“{label}”的表达式“{text}”未翻译，作为独立输入。",
            )
            hint = Sentence("Give its value where the table is asked.", "请在使用决策表处提供其值。")
            report.add(NOT_TRANSLATED, element.position, words, hint)
        entries = [each for rule in table.all("rule") for each in list(rule.all("inputEntry"))[number : number + 1]]
        type = asked.get("typeRef") if asked is not None else ""
        name = _name(text if _PATH.match(text) else label, found, "input")
        found.append(_column(element, name, type, "inputValues", _tested(entries), own, "given"))
    return found


def output_columns(table: Element, own: Mapping[str, object] | None, report: Report) -> list[Column]:
    """The outputs."""
    found: list[Column] = []
    for number, element in enumerate(table.all("output")):
        entries = [each for rule in table.all("rule") for each in list(rule.all("outputEntry"))[number : number + 1]]
        values = [value for value in map(_given, entries) if value is not None]
        name = _name(element.get("name") or element.get("label") or element.get("id"), found, "output")
        found.append(_column(element, name, element.get("typeRef"), "outputValues", values, own, "output"))
    return found


def _name(text: str, taken: list[Column], fallback: str) -> str:
    return proposed_name(text.replace(".", " "), {column.name for column in taken}, fallback=fallback, field=False)


def _column(
    element: Element, name: str, reference: str, listed: str, values: Sequence[Value], own: Mapping[str, object] | None, key: str
) -> Column:
    codes = _codes(element.first(listed))
    type = reference.rpartition(":")[2].lower() or _guessed(values)
    known = own.get(key) if own is not None else None
    words = known.get(name) if isinstance(known, Mapping) else None
    if type == "string" and codes:
        return Column(name, list(codes) if words is None else words, "choice", codes)
    if (
        type == "string"
        and key == "output"
        and values
        and all(isinstance(each, str) and code_fault(each) is None for each in values)
    ):
        codes = tuple(dict.fromkeys(str(each) for each in values))
        return Column(name, list(codes) if words is None else words, "choice", codes)
    if type in _NUMBERS:
        whole = type in ("integer", "long", "int") and all(
            isinstance(each, Decimal) and each == each.to_integral_value() for each in values
        )
        return Column(name, ("integer" if whole else "decimal") if words is None else words, "number")
    kinds = {"string": "text", "boolean": "boolean", "date": "date"}
    if type not in kinds:
        said = Sentence(f"The column {name!r} is of the type {reference!r}.", f"列“{name}”的类型为“{reference}”。")
        hint = Sentence("Columns are string, number, boolean or date.", "列的类型可为 string、number、boolean 或 date。")
        raise refused(NOT_IN_SUBSET, element.position, said, hint)
    return Column(name, kinds[type] if words is None else words, kinds[type])


def _codes(listed: Element | None) -> tuple[str, ...]:
    """The values that a column may have, where they are texts that can be codes."""
    try:
        tests = read_tests(listed.text_of("text")) if listed is not None else None
    except NotFeel:
        return ()
    values = [bounds.low for bounds in (tests.bounds or ()) if bounds.point] if tests is not None else []
    texts = [value for value in values if isinstance(value, str) and code_fault(value) is None]
    return tuple(dict.fromkeys(texts)) if len(texts) == len(values) else ()


def _tested(entries: list[Element]) -> list[Value]:
    found: list[Value] = []
    for entry in entries:
        try:
            tests = read_tests(entry.text_of("text"))
        except NotFeel:
            continue
        found += [value for bounds in tests.bounds or () for value in (bounds.low, bounds.high) if value is not None]
    return found


def _given(entry: Element) -> Value:
    try:
        return read_value(entry.text_of("text"))
    except NotFeel:
        return None


def _guessed(values: Sequence[Value]) -> str:
    kinds = {
        ("boolean" if isinstance(v, bool) else "number" if isinstance(v, Decimal) else "string" if isinstance(v, str) else "date")
        for v in values
    }
    return kinds.pop() if len(kinds) == 1 else "string"
