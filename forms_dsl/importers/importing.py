"""The door of the importers: a draft and the definitions that are there to the files to write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from forms_dsl.app_header import header_document
from forms_dsl.build.header import languages_of
from forms_dsl.diagnostics import Diagnostic, Sentence, has_errors
from forms_dsl.edit.printing import Value
from forms_dsl.importers.adopt import adopt_names
from forms_dsl.importers.codes import NAME_PROPOSED, NOT_WRITTEN, NOTHING
from forms_dsl.importers.draft import Draft
from forms_dsl.importers.existing import added_to, form_with
from forms_dsl.importers.report import ImportRefused, Position, Report, start_of
from forms_dsl.importers.settle import settled
from forms_dsl.importers.trees import Files, files_of, languages_of_draft
from forms_dsl.kinds import kind_of
from forms_dsl.model import App
from forms_dsl.source import Document
from forms_dsl.yaml_source import read_document


@dataclass(frozen=True, slots=True)
class Imported:
    """The files to write (new or changed ones only) by path within the app, and the findings."""

    files: Mapping[str, str]
    findings: tuple[Diagnostic, ...]


def finished(
    draft: Draft, existing: Mapping[str, str], *, others: Mapping[str, App] = MappingProxyType({}), source: str = ""
) -> Imported:
    """The files that the draft makes of the definitions that are there; `others` are the apps that these require."""
    report = draft.report
    if not draft.entities and not draft.extra:
        if not has_errors(report.findings):
            message = Sentence("The source holds nothing that could become an entity.", "来源中没有可以成为实体的内容。")
            report.add(NOTHING, start_of(source), message)
        return Imported({}, report.listed())
    documents, broken = _documents(existing, report)
    if broken:
        return Imported({}, report.listed())
    adopt_names(draft, documents)
    _forget_names(draft, documents)
    header = header_document(documents)
    languages = languages_of(header.data) if header else languages_of_draft(draft)
    files = files_of(draft, languages, has_app=header is not None, granted=_granted(documents))
    if header is not None and draft.requires:
        files = Files({**files.data, "app.yaml": {"requires": {"apps": dict(draft.requires)}}}, files.origins)
    fresh = Files({path: tree for path, tree in files.data.items() if _is_new(path, documents)}, files.origins)
    data, texts = settled(fresh, existing, report, others=others)
    written: dict[str, str] = {**texts, **{path: text for path, text in draft.extra.items() if path not in existing}}
    _add_to_existing(files, data, documents, report, written)
    return Imported({path: text for path, text in written.items() if existing.get(path) != text}, report.listed())


def _granted(documents: Mapping[str, Document]) -> frozenset[str] | None:
    """The entities that roles which are there may see; None where there are no roles."""
    there = _stem("roles.yaml", documents)
    data = documents[there].data if there else None
    if data is None:
        return None
    roles = data.get("roles") if isinstance(data, dict) else None
    access = [role.get("access") for role in (roles.values() if isinstance(roles, dict) else ()) if isinstance(role, dict)]
    return frozenset(str(name) for one in access if isinstance(one, dict) for name in one)


def _forget_names(draft: Draft, documents: Mapping[str, Document]) -> None:
    """Names are proposed for new things only: what is there has the name that people gave it."""
    there: set[Position] = set()
    for entity in draft.entities.values():
        path = _stem(f"entities/{entity.name}.yaml", documents)
        data = documents[path].data if path else None
        known = data.get("fields") if isinstance(data, dict) else None
        if isinstance(known, dict):
            fields = list(entity.fields.values())
            there |= {entity.position, *(field.position for field in fields if field.name in known)}
            there -= {field.position for field in fields if field.name not in known}
    places = {(position.span, position.pointer) for position in there}
    draft.report.findings[:] = [
        found for found in draft.report.findings if found.code != NAME_PROPOSED.id or (found.span, found.pointer) not in places
    ]


def refused_import(refusal: ImportRefused, report: Report) -> Imported:
    """What a refused source leads to: no file, and the finding."""
    report.findings.append(refusal.finding)
    return Imported({}, report.listed())


def _documents(existing: Mapping[str, str], report: Report) -> tuple[dict[str, Document], bool]:
    documents: dict[str, Document] = {}
    broken = False
    for path, text in existing.items():
        if kind_of(path) is None:
            continue
        document, findings = read_document(path, text)
        if document is None or has_errors(findings):
            broken = True
            message = Sentence(f"{path} has mistakes of its own; nothing was imported.", f"{path} 本身有错误，未导入任何内容。")
            report.add(NOT_WRITTEN, start_of(path), message, Sentence("Run qiqiao check first.", "请先运行 qiqiao check。"))
        else:
            documents[path] = document
    return documents, broken


def _stem(path: str, documents: Mapping[str, Document]) -> str | None:
    """The path under which a file is there, as YAML or JSON."""
    return next((there for there in (path, path.removesuffix(".yaml") + ".json") if there in documents), None)


def _is_new(path: str, documents: Mapping[str, Document]) -> bool:
    """Whether a file is to be made: nothing is there, nor another form or list of an entity that is there."""
    if _stem(path, documents) is not None:
        return False
    folder, _, name = path.partition("/")
    if folder == "forms":
        entity = name.partition(".")[0]
        return not any(there.startswith(f"forms/{entity}.") for there in documents)
    if folder == "lists":
        entity = name.removesuffix("_list.yaml")
        return not any(
            there.startswith("lists/") and isinstance(document.data, dict) and document.data.get("entity") == entity
            for there, document in documents.items()
        )
    return True


def _add_to_existing(
    files: Files,
    data: Mapping[str, Mapping[str, Value]],
    documents: Mapping[str, Document],
    report: Report,
    written: dict[str, str],
) -> None:
    for path, tree in files.data.items():
        there = _stem(path, documents)
        if path in data or there is None or path.startswith(("forms/", "lists/")):
            continue
        if there.endswith(".json"):
            message = Sentence(f"{there} is JSON, which an import does not change.", f"{there} 是 JSON 文件，导入不会修改它。")
            report.add(NOT_WRITTEN, start_of(there), message)
            continue
        addition = added_to(path, documents[there], tree, files, report)
        written[path] = addition.text
        if not addition.new_fields or not path.startswith("entities/"):
            continue
        name = path.removeprefix("entities/").removesuffix(".yaml")
        fields: Any = tree["fields"]
        items = {field: _item(field, fields[field]) for field in addition.new_fields}
        for form, document in documents.items():
            if form.startswith(f"forms/{name}.") and form.endswith(".yaml"):
                written[form] = form_with(document, form, addition.new_fields, items, report)
                break


def _item(name: str, field: Any) -> Value:
    return {"rows": name} if field.get("type") == "rows" else name
