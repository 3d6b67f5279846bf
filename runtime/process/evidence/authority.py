"""授权表沿革: every version of the tables that say who decides: since when, by whom, let by whom, and which rows changed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.model import DecisionTable, Label
from forms_dsl.yaml_source import read_document
from runtime.compile.app import CompiledApp
from runtime.context import Context
from runtime.process.evidence.history import people_called
from runtime.process.evidence.report import Column, Page, Report, Wanted, instant, page_of
from runtime.process.words import in_language
from runtime.store.kept_changes import KeptThing, changes_of
from runtime.store.tables import release

_RELEASE: Label = {"zh": "版本 {release}", "en": "release {release}"}
_KEPT: Label = {"zh": "数据维护", "en": "maintained rows"}
_FIRST: Label = {"zh": "首次：{rows} 行", "en": "first: {rows} row(s)"}


@dataclass(frozen=True, slots=True)
class _Version:
    """A table as it was from a moment on."""

    at: dt.datetime
    rows: Mapping[str, str]
    release: int | None
    author: str | None
    approver: str | None
    note: str | None


def _read(connection: Connection, context: Context, wanted: Wanted, place: int, limit: int) -> Page:
    """Tables that live workflows ask; a unit has none of its own, so the filter by unit does not count here."""
    locale = context.locale
    found = [
        (compiled, table, flows, before, version)
        for name, compiled in sorted(context.releases.items())
        if wanted.app in (None, name)
        for table, flows in _tables(compiled, wanted.workflow_id).items()
        for before, version in _changes(connection, compiled, table)
        if wanted.since <= version.at < wanted.until
    ]
    shown = sorted(found, key=lambda each: each[4].at)[place : place + limit]
    people = people_called(connection, {id for *_, one in shown for id in (one.author, one.approver) if id is not None})
    rows = [
        {
            "at": instant(wanted, version.at),
            "workflow": f"{in_language(compiled.app.label, locale)} · {', '.join(in_language(flow, locale) for flow in flows)}",
            "table": in_language(compiled.app.decisions[table].label, locale),
            "source": _RELEASE[locale].format(release=version.release) if version.release is not None else _KEPT[locale],
            "author": people.get(version.author or "", version.author),
            "approver": people.get(version.approver or "", version.approver),
            "note": version.note,
            "change": "; ".join(_differs(before, version.rows)) if before else _FIRST[locale].format(rows=len(version.rows)),
        }
        for compiled, table, flows, before, version in shown
    ]
    return page_of(rows, place, limit, len(found) - place)


def _tables(compiled: CompiledApp, workflow_id: str | None) -> dict[str, list[Label]]:
    """The tables that workflows of an app ask for their authority, each with their titles."""
    found: dict[str, list[Label]] = {}
    for flow in compiled.app.workflows.values():
        if flow.authority is not None and workflow_id in (None, flow.id):
            found.setdefault(flow.authority.table, []).append(flow.title)
    return found


def _changes(connection: Connection, compiled: CompiledApp, table: str) -> Iterator[tuple[Mapping[str, str], _Version]]:
    """Each version whose rows differ from those before it."""
    before: Mapping[str, str] = {}
    for version in sorted([*_released(connection, compiled, table), *_kept(connection, compiled, table)], key=lambda one: one.at):
        if version.rows != before:
            yield before, version
        before = version.rows


def _released(connection: Connection, compiled: CompiledApp, table: str) -> Iterator[_Version]:
    if isinstance(found := compiled.app.decisions[table], DecisionTable) and found.maintained_by is not None:
        # Its rows are data: what the definition holds is only where they began.
        limit: int | None = 1
    else:
        limit = None
    went_live = sa.func.coalesce(release.c.activated_at, release.c.created_at)
    known = sa.select(release, went_live.label("at")).where(
        release.c.app == compiled.app.name, release.c.state.in_(("active", "superseded"))
    )
    for row in connection.execute(known.order_by(went_live, release.c.release).limit(limit)):
        rows = _rows_in(row.files, table)
        if rows is not None:
            yield _Version(row.at, rows, row.release, row.author, row.approver, row.note)


def _kept(connection: Connection, compiled: CompiledApp, table: str) -> Iterator[_Version]:
    for change in changes_of(connection, compiled.app.name, KeptThing(compiled.app.name, "decision", table)):
        if change.state == "released" and change.decided_at is not None:
            yield _Version(
                change.decided_at, _named(change.body["rows"]), None, change.proposed_by, change.decided_by, change.note
            )


def _rows_in(files: object, table: str) -> Mapping[str, str] | None:
    """The rows of a table as a release wrote them, by the names that they have there."""
    for path, text in files.items() if isinstance(files, dict) else ():
        if path.startswith("decisions/"):
            document, _ = read_document(path, text)
            data = document.data if document is not None else None
            if isinstance(data, dict) and data.get("decision") == table:
                return _named(data.get("rows"))
    return None


def _named(rows: object) -> Mapping[str, str]:
    found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return {
        str(row.get("row", place)): json.dumps({name: value for name, value in row.items() if name != "row"}, ensure_ascii=False)
        for place, row in enumerate(found, 1)
    }


def _differs(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    for name in dict.fromkeys((*before, *after)):
        if name not in after:
            yield f"− {name} {before[name]}"
        elif name not in before:
            yield f"+ {name} {after[name]}"
        elif before[name] != after[name]:
            yield f"~ {name} {before[name]} → {after[name]}"


AUTHORITY = Report(
    "authority",
    {"zh": "授权表沿革", "en": "Authority table history"},
    {
        "zh": "期间生效的授权表版本：来源、提出人与批准人、变动的行",
        "en": "Versions of authority tables that began in the period: where they come from, who made and who let them, which rows changed",
    },
    (
        Column("at", {"zh": "生效时间", "en": "Since"}, "instant"),
        Column("workflow", {"zh": "流程", "en": "Workflow"}),
        Column("table", {"zh": "授权表", "en": "Table"}),
        Column("source", {"zh": "来源", "en": "Source"}),
        Column("author", {"zh": "提出人", "en": "Made by"}),
        Column("approver", {"zh": "批准人", "en": "Let by"}),
        Column("note", {"zh": "说明", "en": "Note"}),
        Column("change", {"zh": "变动", "en": "Change"}),
    ),
    _read,
)
