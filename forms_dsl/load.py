"""From texts to the checked app: reads, resolves, types and checks everything, and never raises for what a person wrote."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from forms_dsl import codes
from forms_dsl.app_header import header_data
from forms_dsl.build.automations import build_automation
from forms_dsl.build.bench import Names, Workbench
from forms_dsl.build.bindings import declare_operations
from forms_dsl.build.calendars import build_calendar, check_calendar
from forms_dsl.build.case_files import build_case_file
from forms_dsl.build.dashboards import build_dashboard
from forms_dsl.build.decisions import build_decision, declare_decisions
from forms_dsl.build.entities import build_entity, declare_fields, declare_name
from forms_dsl.build.forms import build_form
from forms_dsl.build.header import MENU_KINDS, build_menu, declare_app, declare_choices, declare_parameters, languages_of
from forms_dsl.build.known import deprecated_of
from forms_dsl.build.listing import build_list, build_page
from forms_dsl.build.lookup_tables import lookup_tables
from forms_dsl.build.place import Place, SourceFile
from forms_dsl.build.reports import build_report
from forms_dsl.build.roles import build_roles
from forms_dsl.build.segments import build_segment
from forms_dsl.build.signatures import declare_available
from forms_dsl.build.templates import build_template
from forms_dsl.build.translations import add_translations
from forms_dsl.build.upgrades import build_upgrade
from forms_dsl.build.workflows import build_workflow
from forms_dsl.checks.registry import run_checks
from forms_dsl.collector import COLLECTOR_PAUSED
from forms_dsl.diagnostics import FINDING_LIMIT, Diagnostic, Sentence, has_errors
from forms_dsl.files.app import AppShape
from forms_dsl.files.form import FormShape
from forms_dsl.files.listing import ListShape
from forms_dsl.files.workflow import WorkflowShape
from forms_dsl.folder import first_key_finding, open_files, path_name_finding, read_folder
from forms_dsl.kinds import KINDS
from forms_dsl.maintained import with_rows
from forms_dsl.model import App, Binding, Parameter
from forms_dsl.org import BUILT_IN
from forms_dsl.overlay.effective import extends_of, read_effective
from forms_dsl.reading import Reader
from forms_dsl.source import Document, Span, path_within_app
from forms_dsl.yaml_source import read_document

__all__ = ["Loaded", "load_app", "read_folder"]

_SEVERITIES = {"error": 0, "warning": 1, "hint": 2}

#: What makes the thing of a file, by kind; of kinds with one file the app holds what `_build` makes of it.
BUILDERS: Mapping[str, Callable[[Workbench, SourceFile], Any]] = MappingProxyType(
    {
        "entity": build_entity,
        "form": build_form,
        "list": build_list,
        "page": build_page,
        "workflow": build_workflow,
        "automation": build_automation,
        "decision": build_decision,
        "report": build_report,
        "segment": build_segment,
        "dashboard": build_dashboard,
        "template": build_template,
        "calendar": build_calendar,
        "upgrade": build_upgrade,
        "tests": build_case_file,
    }
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of the texts: the app, or None when there is an error, with all findings and documents."""

    app: App | None
    diagnostics: tuple[Diagnostic, ...]
    documents: Mapping[str, Document]


def load_app(
    files: Mapping[str, str],
    *,
    others: Mapping[str, App] = MappingProxyType({}),
    rows: Mapping[str, object] = MappingProxyType({}),
    read: Reader = read_document,
) -> Loaded:
    """The app that `files` (path within the app → text) define; `others` are the apps that it may require, by name.

    `rows` are those of maintained tables, by decision, in the place of the definition's own.
    """
    with COLLECTOR_PAUSED:
        return _load(files, others, rows, read)


def _load(files: Mapping[str, str], others: Mapping[str, App], rows: Mapping[str, object], read: Reader) -> Loaded:
    effective = read_effective(files, read=read)
    if not effective.documents and effective.findings:  # nothing could be read: there is nothing more to say
        return Loaded(None, _ordered(effective.findings), effective.documents)
    documents, findings = with_rows(effective.documents, rows), effective.findings
    languages = languages_of(header_data(documents))
    paths = {path_within_app(path) for path in files} if extends_of(documents) else set(files)
    opened = list(open_files({*documents, *paths}, languages, documents))
    bench = Workbench(languages=languages, findings=findings)
    for file in opened:
        _collect(bench, file)
    header = next((file for file in opened if file.kind.name == "app"), None)
    if header is None and not has_errors(findings):
        message = Sentence("The app has no app.yaml.", "应用缺少 app.yaml。")
        findings.append(codes.MISSING_KEY.at(Span("app.yaml", 1, 1, 1, 1), message))
    app = _build(bench, opened, header, files, others) if header is not None else None
    if app is not None:
        findings.extend(run_checks(app, {file.path: file for file in opened}, bench))
    ordered = _ordered(findings)
    return Loaded(app if app is not None and not has_errors(ordered) else None, ordered, documents)


def _collect(bench: Workbench, file: SourceFile) -> None:
    """The findings of a file's text and shape, and whether it is whole."""
    found = [finding for finding in (first_key_finding(file), path_name_finding(file)) if finding is not None]
    bench.findings.extend(found)
    if file.salvaged is not None:
        bench.findings.extend(file.salvaged.findings)
    if found or not file.is_whole():
        bench.incomplete.add(file.path)
    if file.kind.folder:
        bench.sources[file.kind.name, file.name] = file
        bench.files.setdefault(file.kind.name, []).append(file.name)
    if isinstance(file.shape, FormShape | ListShape):
        bench.entity_of[file.kind.name, file.name] = file.shape.entity
    if isinstance(file.shape, WorkflowShape):
        bench.entity_of[file.kind.name, file.name] = file.shape.for_


def _build(
    bench: Workbench, opened: list[SourceFile], header: SourceFile, files: Mapping[str, str], others: Mapping[str, App]
) -> App:
    single = {file.kind.name: file for file in opened if file.kind.file}
    entities = [file for file in opened if file.kind.name == "entity"]
    shape = header.shape
    bench.app = shape.app if isinstance(shape, AppShape) else "app"
    declare_app(bench, header, {**others, **BUILT_IN})
    declare_choices(bench, single.get("choices"))
    bench.roles = _role_names(single.get("roles"))
    parameters = declare_parameters(bench, single.get("params"))
    declare_available(bench)
    for file in entities:
        signature = declare_name(bench, file)
        bench.entities[signature.full_name] = signature
    for file in entities:
        declare_fields(bench, file)
    bindings = declare_operations(bench, single["bindings"]) if "bindings" in single else {}
    declare_decisions(bench, [file for file in opened if file.kind.name == "decision"])
    return _assemble(bench, opened, header, files, parameters, bindings)


def _assemble(
    bench: Workbench,
    opened: list[SourceFile],
    header: SourceFile,
    files: Mapping[str, str],
    parameters: dict[str, Parameter],
    bindings: dict[str, Binding],
) -> App:
    def each(kind: str) -> dict[str, Any]:
        built = ((file.name, BUILDERS[kind](bench, file)) for file in opened if file.kind.name == kind)
        return {name: thing for name, thing in built if thing is not None}

    translations = add_translations(bench, opened)
    check_calendar(bench, Place(header), bench.calendar)
    decisions = each("decision")
    bench.tables = lookup_tables(decisions)
    things = {"decision": decisions, **{kind: each(kind) for kind in BUILDERS if kind != "decision"}}
    labels = {kind: {name: thing.label for name, thing in things[kind].items()} for kind in MENU_KINDS}
    roles = next((build_roles(bench, file) for file in opened if file.kind.name == "roles"), {})
    shape = header.shape if isinstance(header.shape, AppShape) else None
    return App(
        name=bench.app,
        version=shape.version if shape else "0.0.0",
        label=shape.label if shape else {},
        languages=bench.languages,
        timezone=shape.timezone if shape else "Asia/Shanghai",
        currency=bench.currency,
        calendar=bench.calendar,
        menu=build_menu(bench, header, labels),
        **{KINDS[kind].group: built for kind, built in things.items()},
        i18n=translations,
        roles=roles,
        bindings=bindings,
        parameters=parameters,
        requires=dict(bench.others),
        checksum=_checksum(files),
    )


def _role_names(file: SourceFile | None) -> Names[str]:
    if file is None:
        return Names()
    lost = {name: name for name in file.lost_names(("roles",))}
    written = {name: name for name in getattr(file.shape, "roles", {})}
    return Names({**lost, **written}, file.is_open(("roles",)), deprecated_of(getattr(file.shape, "roles", {})))


def _checksum(files: Mapping[str, str]) -> str:
    digest = hashlib.sha256()
    for path, text in sorted(files.items()):
        for part in (path, text):
            data = part.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def _ordered(findings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Each finding once, errors never cut off by hints, then by file and place."""
    unique = {(f.code, f.span, f.message): f for f in findings}
    kept = sorted(unique.values(), key=lambda f: _SEVERITIES[f.severity])[:FINDING_LIMIT]
    return tuple(sorted(kept, key=lambda f: (f.span.file, f.span.line, f.span.column, f.code)))
