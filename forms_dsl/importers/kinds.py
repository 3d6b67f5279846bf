"""The kinds of source that can be imported, and the one door to all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from forms_dsl.diagnostics import Sentence
from forms_dsl.importers.codes import TOO_LARGE
from forms_dsl.importers.database.facts import DatabaseFacts
from forms_dsl.importers.database.importer import import_database
from forms_dsl.importers.draft import Draft
from forms_dsl.importers.excel.importer import import_excel
from forms_dsl.importers.formjs.importer import import_form_js
from forms_dsl.importers.frappe.importer import import_frappe
from forms_dsl.importers.importing import Imported, finished, refused_import
from forms_dsl.importers.report import ImportRefused, Report, refused, start_of
from forms_dsl.importers.schemas.importer import import_json_schema, import_openapi
from forms_dsl.importers.xlsform.importer import import_xlsform
from forms_dsl.model import App

KINDS = ("excel", "xlsform", "jsonschema", "openapi", "database", "frappe", "form-js")
#: Bytes of one source.
SIZE_LIMIT = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Options:
    """What an import is told: the app's name, the files that are there, the apps these require, what to take."""

    app: str
    existing: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, App] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    encoding: str | None = None


def import_source(kind: str, sources: Sequence[tuple[str, bytes]], options: Options) -> Imported:
    """The files and findings of sources (name and bytes) of one kind; never raises for what they hold."""
    try:
        for name, data in sources:
            if len(data) > SIZE_LIMIT:
                message = Sentence(f"{len(data):,} bytes are too many.", f"{len(data):,} 字节过大。")
                raise refused(TOO_LARGE, start_of(name), message)
        draft = _draft(kind, sources, options)
        return finished(draft, options.existing, others=options.others, source=sources[0][0])
    except ImportRefused as refusal:
        return refused_import(refusal, Report())


def import_database_facts(facts: DatabaseFacts, options: Options, *, managed: bool) -> Imported:
    """The files and findings of tables that were reflected."""
    try:
        draft = import_database(facts, options.app, managed=managed)
        return finished(draft, options.existing, others=options.others, source=facts.name)
    except ImportRefused as refusal:
        return refused_import(refusal, Report())


def _draft(kind: str, sources: Sequence[tuple[str, bytes]], options: Options) -> Draft:
    name, data = sources[0]
    if kind == "excel":
        return import_excel(name, data, options.app, encoding=options.encoding)
    if kind == "xlsform":
        return import_xlsform(name, data, options.app)
    if kind == "frappe":
        return import_frappe(sources, options.app)
    if kind == "form-js":
        return import_form_js(name, data, options.app)
    if kind == "jsonschema":
        return import_json_schema(name, data, options.app, options.only)
    if kind == "openapi":
        return import_openapi(name, data, options.app, options.only)
    raise ValueError(kind)
