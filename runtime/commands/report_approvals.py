"""Reports of approvals for auditors and administrators: a page to look at, or the whole as a file that stands in the trail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.diagnostics import code
from forms_dsl.model import Label
from runtime.audit.trail import record_event
from runtime.commands.export_records import KINDS, Exported, Format, digest_of
from runtime.context import Context
from runtime.failures import Fault, Invalid, NotAllowed, NotFound
from runtime.process.evidence.registry import REPORTS
from runtime.process.evidence.report import Page, Report, Wanted
from runtime.spreadsheets.cells import SheetWriter
from runtime.spreadsheets.csv_file import CsvWriter
from runtime.spreadsheets.xlsx_file import XlsxWriter
from runtime.store.blobs import Arriving
from runtime.store.database import Database
from runtime.store.tables import org_branch

BAD_QUESTION = code(
    "P482", "A report of approvals asks for days in the wrong order, too many, or a unit or workflow that there is not."
)

Json = dict[str, object]
#: Who reads the reports, over the whole bank; an operator at the machine may too.
READERS = frozenset({"auditor", "administrator", "operator"})
#: The longest period of one report, and the rows of one file.
_LONGEST = dt.timedelta(days=366)
_MOST_ROWS, _PIECE = 200_000, 1_000
_WORDS: dict[str, Label] = {
    "about": {"zh": "报表说明", "en": "About"},
    "who": {"zh": "导出人", "en": "Taken by"},
    "when": {"zh": "导出时间", "en": "Taken at"},
    "what": {"zh": "报表", "en": "Report"},
    "period": {"zh": "期间", "en": "Period"},
    "rows": {"zh": "行数", "en": "Rows"},
    "note": {"zh": "说明", "en": "Note"},
}


@dataclass(frozen=True, slots=True)
class Question:
    """Which report, from which day to which (both included, as the bank's clock has them), below which unit, of which workflow."""

    name: str
    first: dt.date
    last: dt.date
    unit: str | None = None
    app: str | None = None
    workflow: str | None = None


def list_reports(context: Context) -> Json:
    """The reports that there are and the workflows that they can be asked for, for those who may read them."""
    _admit(context)
    workflows = [
        {"app": name, "app_label": compiled.app.label, "workflow": flow.name, "title": flow.title}
        for name, compiled in sorted(context.releases.items())
        for flow in compiled.app.workflows.values()
    ]
    items = [{"name": each.name, "title": each.title, "note": each.note, "columns": _columns(each)} for each in REPORTS.values()]
    return {"items": items, "workflows": workflows}


def read_report(database: Database, context: Context, zone: str, question: Question, place: int, limit: int) -> Json:
    """One page of a report."""
    _admit(context)
    report = _report(question)
    with database.snapshot() as connection:
        page = report.read(connection, context, _wanted(connection, context, zone, question), place, limit)
    shown = {"name": report.name, "title": report.title, "note": report.note, "columns": _columns(report)}
    return {**shown, "items": list(page.rows), "next": page.next}


@contextmanager
def export_report(
    database: Database, context: Context, zone: str, question: Question, format: Format, folder: Path
) -> Iterator[Exported]:
    """The whole of a report as a file, read from one state of the database; that it was taken stands in the trail."""
    _admit(context)
    report, locale = _report(question), context.locale
    with Arriving(folder) as arriving:
        with database.snapshot() as connection:
            wanted = _wanted(connection, context, zone, question)
            rows = _write(connection, context, report, wanted, question, format, arriving.file)
        arriving.size = arriving.file.seek(0, 2)
        digest = digest_of(arriving.file)
        with database.write() as connection:
            body = {"report": report.name, "rows": rows, "format": format, "sha256": digest, **_told(question)}
            record_event(connection, context, "approvals.reported", body=body)
        arriving.file.seek(0)
        name = f"{report.title[locale]}-{question.first:%Y%m%d}-{question.last:%Y%m%d}.{format}"
        yield Exported(name, KINDS[format], rows, arriving.size, digest, arriving.file)


def _admit(context: Context) -> None:
    if not READERS & context.principal.platform_roles:
        raise NotAllowed({"zh": "审批报表由审计员和管理员查看。", "en": "These reports are for auditors and administrators."})


def _report(question: Question) -> Report:
    if question.name not in REPORTS:
        raise NotFound({"zh": "没有这个报表。", "en": "There is no such report."})
    return REPORTS[question.name]


def _wanted(connection: Connection, context: Context, zone: str, question: Question) -> Wanted:
    if not question.first <= question.last or question.last - question.first > _LONGEST:
        _fault("to", {"zh": "期间须从早到晚，且不超过一年。", "en": "The days go from early to late and span at most a year."})
    path = None
    if question.unit is not None:
        known = sa.select(org_branch.c.f_path).where(
            sa.or_(org_branch.c.id == question.unit, org_branch.c.f_code == question.unit)
        )
        path = connection.execute(known).scalar_one_or_none()
        if path is None:
            _fault("unit", {"zh": "没有这个机构。", "en": "There is no such unit."})
    app = context.releases.get(question.app or "")
    if question.app is not None and app is None:
        _fault("app", {"zh": "没有这个应用。", "en": "There is no such app."})
    workflow = app.app.workflows.get(question.workflow or "") if app is not None else None
    if question.workflow is not None and workflow is None:
        _fault("workflow", {"zh": "没有这个流程。", "en": "There is no such workflow of the app."})
    clock = ZoneInfo(zone)
    since = dt.datetime.combine(question.first, dt.time(), clock).astimezone(dt.UTC)
    until = dt.datetime.combine(question.last + dt.timedelta(days=1), dt.time(), clock).astimezone(dt.UTC)
    return Wanted(since, until, clock, path, question.app, workflow.id if workflow is not None else None)


def _fault(parameter: str, message: Label) -> None:
    raise Invalid(message, faults=(Fault(BAD_QUESTION.id, message, parameter=parameter),))


def _columns(report: Report) -> list[Json]:
    return [{"name": column.name, "label": column.label, "kind": column.kind} for column in report.columns]


def _write(
    connection: Connection, context: Context, report: Report, wanted: Wanted, question: Question, format: Format, file: BinaryIO
) -> int:
    locale, rows = context.locale, 0
    title = report.title[locale]
    writer: SheetWriter = XlsxWriter(file, title, _WORDS["about"][locale]) if format == "xlsx" else CsvWriter(file)
    writer.head([column.label[locale] for column in report.columns])
    for page in _pages(connection, context, report, wanted):
        for row in page.rows:
            writer.row([row.get(column.name) for column in report.columns])
        rows += len(page.rows)
    person = context.principal
    about = {
        "who": " ".join(part for part in (person.unit_name, person.name, person.username) if part),
        "when": f"{context.now.astimezone(wanted.zone):%Y-%m-%d %H:%M:%S}",
        "what": title,
        "period": f"{question.first} – {question.last}",
        "rows": f"{rows:,}",
        "note": report.note[locale],
    }
    writer.close([(_WORDS[name][locale], text) for name, text in about.items()])
    return rows


def _pages(connection: Connection, context: Context, report: Report, wanted: Wanted) -> Iterator[Page]:
    """Piece by piece; a report of more rows than a file shall hold is asked for in shorter periods."""
    place: int | None = 0
    while place is not None:
        page = report.read(connection, context, wanted, place, _PIECE)
        yield page
        place = page.next
        if place is not None and place >= _MOST_ROWS:
            _fault("to", {"zh": "行数过多，请缩短期间。", "en": "Too many rows for one file: ask for a shorter period."})


def _told(question: Question) -> Json:
    asked = {"unit": question.unit, "app": question.app, "workflow": question.workflow}
    kept = {name: value for name, value in asked.items() if value is not None}
    return {"from": question.first.isoformat(), "to": question.last.isoformat(), **kept}
