"""A decision table by itself, without an app: built from what a DMN file says, and asked with plain values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from forms_dsl.build.bench import Workbench
from forms_dsl.build.decisions import build_decision, declare_decisions
from forms_dsl.decide import TableOutcome, decide_table
from forms_dsl.diagnostics import Diagnostic, has_errors
from forms_dsl.expr.tree import LiteralValue
from forms_dsl.fieldtypes.protocol import ValueRefused
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.folder import open_files
from forms_dsl.model import DecisionTable, Label
from forms_dsl.yaml_source import read_document
from workflow_engine.dmn.importing import Table


def built(table: Table) -> tuple[DecisionTable | None, tuple[Diagnostic, ...]]:
    """The table of the model, gaps and overlaps or not, and what is wrong with its text."""
    document, found = read_document(table.path, table.text())
    if document is None:
        return None, tuple(found)
    bench = Workbench(languages=("en",), findings=list(found))
    files = list(open_files({table.path}, bench.languages, {table.path: document}))
    bench.findings += [finding for file in files if file.salvaged is not None for finding in file.salvaged.findings]
    declare_decisions(bench, files)
    made = build_decision(bench, files[0])
    findings = tuple(bench.findings)
    return (made if isinstance(made, DecisionTable) and not has_errors(findings) else None), findings


class ValueUnfit(Exception):
    """A given value is none of its input; `words` say why."""

    def __init__(self, name: str, words: Label) -> None:
        super().__init__(f"{name}: {words['en']}")
        self.name, self.words = name, words


def asked(table: DecisionTable, given: Mapping[str, object], day: dt.date) -> TableOutcome:
    """What a table gives for values as JSON has them (numbers exact, days as texts); raises ValueUnfit."""
    return decide_table(table, {name: _value(table, name, value) for name, value in given.items()}, day)


def _value(table: DecisionTable, name: str, value: object) -> LiteralValue | dt.date:
    input = table.inputs.get(name)
    if input is None:
        known = ", ".join(table.inputs)
        raise ValueUnfit(name, {"en": f"it is no input of {table.name} ({known})", "zh": f"不是 {table.name} 的输入（{known}）"})
    if value is None or value == "":
        return None
    text = str(value).lower() if isinstance(value, bool) else f"{value:f}" if isinstance(value, Decimal) else str(value)
    try:
        return FIELD_TYPES[input.type].parse(text, input.options)  # type: ignore[return-value]  # inputs have literals for values
    except ValueRefused as refused:
        raise ValueUnfit(name, refused.message) from None
