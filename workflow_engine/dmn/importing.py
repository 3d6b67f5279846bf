"""DMN decision tables to decisions as they are written in their files, with findings that name what is refused or left out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from forms_dsl.diagnostics import Diagnostic, Sentence
from forms_dsl.importers.codes import NAME_PROPOSED, NOTHING, SKIPPED_PART
from forms_dsl.importers.naming import is_name_of, proposed_name
from forms_dsl.importers.report import ImportRefused, Report, refused
from workflow_engine.dmn import names
from workflow_engine.dmn.columns import Column, input_columns, output_columns
from workflow_engine.dmn.hits import own_hit
from workflow_engine.dmn.rules import own_rows
from workflow_engine.markup.codes import DRAWING_BELIEVED, NOT_IN_SUBSET
from workflow_engine.markup.extension import data_of
from workflow_engine.markup.source import Element, read_xml
from workflow_engine.markup.written import written_data

_MADE = re.compile(r"(decision|table|sid|id)[_-]?[0-9a-z]*\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Table:
    """One decision: its name and data."""

    name: str
    data: Mapping[str, object]

    @property
    def path(self) -> str:
        """Where the decision stands within its app."""
        return f"decisions/{self.name}.yaml"

    def text(self) -> str:
        """The decision's file in canonical form."""
        return written_data(self.path, self.data)


@dataclass(frozen=True, slots=True)
class Imported:
    """The tables of a file that could be read, and what is to be said of all of them."""

    tables: tuple[Table, ...]
    findings: tuple[Diagnostic, ...] = field(default=())


def import_dmn(file: str, source: bytes | str, languages: tuple[str, ...] = (), *, alone: bool = False) -> Imported:
    """The decision tables of a DMN file; never raises for what the file holds.

    `alone`: types are those of DMN, also where our extension names choice lists and fields of an app.
    """
    report = Report()
    tables: list[Table] = []
    try:
        root = read_xml(file, source)
        if root.space not in names.MODELS or root.name != "definitions":
            raise refused(NOTHING, root.position, Sentence("This is no DMN model.", "这不是 DMN 模型。"))
        decisions = list(root.all("decision"))
        if not decisions:
            raise refused(NOTHING, root.position, Sentence("The file holds no decision.", "文件中没有决策。"))
        for decision in decisions:
            try:
                taken = {table.name for table in tables}
                tables.append(_table(decision, languages, report, taken, alone=alone))
            except ImportRefused as refusal:
                report.findings.append(refusal.finding)
        _tell_others(root, report)
    except ImportRefused as refusal:
        report.findings.append(refusal.finding)
    return Imported(tuple(tables), report.listed())


def _tell_others(root: Element, report: Report) -> None:
    for child in root.children:
        if child.space == root.space and child.name in (
            "inputData",
            "businessKnowledgeModel",
            "knowledgeSource",
            "decisionService",
            "itemDefinition",
        ):
            words = Sentence(
                f"{child.name} {child.get('name') or child.get('id')!r} is left out.",
                f"{child.name}“{child.get('name') or child.get('id')}”未导入。",
            )
            report.add(SKIPPED_PART, child.position, words)


def _table(decision: Element, languages: tuple[str, ...], report: Report, taken: set[str], *, alone: bool) -> Table:
    title = decision.get("name") or decision.get("id")
    table = decision.first("decisionTable")
    if table is None:
        kind = next(
            (child.name for child in decision.children if child.name.endswith(("xpression", "ontext", "nvocation"))), "nothing"
        )
        words = Sentence(f"{title} is no decision table but {kind}.", f"“{title}”不是决策表，而是 {kind}。")
        raise refused(NOT_IN_SUBSET, decision.position, words)
    found = data_of(child for holder in decision.all("extensionElements") for child in holder.children)
    own = dict(found[0]) if found is not None else None
    for requirement in decision.all("informationRequirement"):
        words = Sentence(f"{title} needs what another decision gives; that is left out.", f"“{title}”依赖的其他决策未导入。")
        hint = Sentence("Give it as an input where the table is asked.", "请在使用决策表处作为输入提供。")
        report.add(SKIPPED_PART, requirement.position, words, hint)
    name = str(own["decision"]) if own is not None and "decision" in own else _name(decision, report, taken)
    inputs = input_columns(table, None if alone else own, report)
    outputs = output_columns(table, None if alone else own, report)
    hit, order = own_hit(table, title, outputs, report)
    rows = own_rows(table, inputs, outputs, report)
    data: dict[str, object] = {
        **(own if own is not None else {"decision": name, "label": _label(title, languages), "kind": "table"}),
        "given": _words(inputs),
        "output": _words(outputs),
        **({"hit": hit} if hit != "unique" or own is None or "hit" in own else {}),
        "rows": order(rows),
    }
    if alone:
        data = {key: value for key, value in data.items() if key not in ("maintained_by", "shadow_of")} | {"label": title}
    if own is not None and not alone:
        data["label"] = _relabelled(decision, own.get("label"), found[1].get("language", "") if found else "", report)
    return Table(name, data)


def _name(decision: Element, report: Report, taken: set[str]) -> str:
    title, id = decision.get("name"), decision.get("id")
    chosen = id if id and not _MADE.match(id) else title or id
    name = proposed_name(chosen, taken, fallback="decision", field=False)
    if not is_name_of(name, chosen):
        words = Sentence(f"{title or id} is called {name!r}.", f"“{title or id}”命名为“{name}”。")
        report.add(NAME_PROPOSED, decision.position, words)
    return name


def _label(title: str, languages: tuple[str, ...]) -> object:
    said = " ".join(title.split())[:120] or "?"
    return dict.fromkeys(languages, said) if len(languages) > 1 else said


def _relabelled(decision: Element, label: object, language: str, report: Report) -> object:
    name = decision.get("name")
    texts = list(label.values()) if isinstance(label, dict) else [label]
    if not name or name in texts:
        return label
    report.add(DRAWING_BELIEVED, decision.position, Sentence(f"It was called {texts[0]!r}.", f"原名“{texts[0]}”。"))
    if not isinstance(label, dict):
        return name
    return {**label, (language if language in label else next(iter(label))): name}


def _words(columns: list[Column]) -> dict[str, object]:
    return {column.name: column.words for column in columns}
