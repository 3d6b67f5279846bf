"""Workflows and decision tables of an app's texts to and from BPMN and DMN, for the command line and the builder alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forms_dsl.app_header import header_data
from forms_dsl.build.header import languages_of
from forms_dsl.diagnostics import Diagnostic
from forms_dsl.folder import read_documents
from forms_dsl.model import App, DecisionTable
from forms_dsl.overlay.effective import read_effective
from workflow_engine.bpmn.exporting import export_bpmn
from workflow_engine.bpmn.importing import import_bpmn
from workflow_engine.bpmn.settings import known_of
from workflow_engine.dmn.exporting import export_dmn
from workflow_engine.dmn.importing import import_dmn


@dataclass(frozen=True, slots=True)
class Taken:
    """The files that a model makes, by path within the app, and what is to be said of the model."""

    files: Mapping[str, str]
    findings: tuple[Diagnostic, ...]


def take_bpmn(
    file: str,
    source: bytes | str,
    files: Mapping[str, str],
    app: App | None,
    *,
    entity: str | None = None,
    process: str | None = None,
) -> Taken:
    """The workflow of a BPMN file for the app with these texts; `app` is what they define, None when they are broken."""
    known = known_of(app, _languages(files), entity)
    found = import_bpmn(file, source, known, process=process)
    return Taken({found.path: found.text()} if found.data is not None else {}, found.findings)


def take_dmn(file: str, source: bytes | str, files: Mapping[str, str]) -> Taken:
    """The decision tables of a DMN file for the app with these texts."""
    found = import_dmn(file, source, _languages(files))
    return Taken({table.path: table.text() for table in found.tables}, found.findings)


def give_bpmn(files: Mapping[str, str], workflow: str, language: str | None) -> str | None:
    """The BPMN of a workflow, that of a base under the differences of an overlay; None where there is none that can be read."""
    data = _data(files, "workflows", workflow)
    if data is None or not isinstance(data.get("steps"), list) or "workflow" not in data:
        return None
    return export_bpmn(data, language)


def give_dmn(files: Mapping[str, str], app: App, decision: str, language: str | None) -> str | None:
    """The DMN of a decision table; None where there is none of that name, or it is a scorecard."""
    table, data = app.decisions.get(decision), _data(files, "decisions", decision)
    return export_dmn(data, table, language) if isinstance(table, DecisionTable) and data is not None else None


def _languages(files: Mapping[str, str]) -> tuple[str, ...]:
    headers = {path: text for path, text in files.items() if path in ("app.yaml", "app.json")}
    return languages_of(header_data(read_documents(headers)[0]))


def _data(files: Mapping[str, str], folder: str, name: str) -> Mapping[str, object] | None:
    documents = read_effective(files).documents
    found = next((documents[path] for path in (f"{folder}/{name}.yaml", f"{folder}/{name}.json") if path in documents), None)
    return found.data if found is not None and isinstance(found.data, dict) else None
