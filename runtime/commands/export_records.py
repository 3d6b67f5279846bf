"""Writes a list to a file for whoever may take it out: streamed from one state of the database, with his name on it and an event."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Literal
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from forms_dsl.diagnostics import code
from forms_dsl.model import Label
from runtime.audit.trail import record_event
from runtime.compile.app import CompiledApp
from runtime.context import Context
from runtime.failures import Conflict
from runtime.records.access import find_entity
from runtime.records.export_cells import cells_of, columns_to_export
from runtime.records.exporting import Admission, admit, export_plan, export_rights
from runtime.records.planning import plan_list
from runtime.records.read import stream_records
from runtime.records.request import ListRequest
from runtime.spreadsheets.cells import SheetWriter
from runtime.spreadsheets.csv_file import CsvWriter
from runtime.spreadsheets.xlsx_file import XlsxWriter
from runtime.store.blobs import PIECE as BYTES
from runtime.store.blobs import Arriving
from runtime.store.database import Database

NEEDS_RELEASE = code("Q223", "An export that another person has to release before.")

Format = Literal["xlsx", "csv"]
KINDS: dict[Format, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
#: Records that are in memory at a time.
PIECE = 1_000

_WORDS: dict[str, Label] = {
    "about": {"zh": "导出说明", "en": "About"},
    "who": {"zh": "导出人", "en": "Taken by"},
    "when": {"zh": "导出时间", "en": "Taken at"},
    "what": {"zh": "内容", "en": "Records"},
    "rows": {"zh": "条数", "en": "Number"},
    "where": {"zh": "筛选条件", "en": "Filter"},
    "masks": {
        "zh": "仅含您有权导出的记录和字段，敏感信息已脱敏；本次导出已记入审计轨迹。",
        "en": "Only what your roles let out, personal data masked; this export stands in the audit trail.",
    },
    "cut": {"zh": "因超长被截断的文本数", "en": "Texts cut at the length of a cell"},
    "note": {"zh": "说明", "en": "Note"},
}


@dataclass(frozen=True, slots=True)
class Wish:
    """Which list as which file; with `labels` as people read it, else as it is kept."""

    app: str
    entity: str
    request: ListRequest
    format: Format = "xlsx"
    labels: bool = True


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written, ready to be read from its beginning; gone when its block ends."""

    name: str
    kind: str
    rows: int
    size: int
    sha256: str
    file: BinaryIO


@contextmanager
def export_records(
    database: Database,
    context: Context,
    wish: Wish,
    folder: Path,
    *,
    release: str | None = None,
    done: Callable[[Connection], None] = lambda _connection: None,
) -> Iterator[Exported]:
    """The file of a list; NotAllowed or Conflict where this person may not take it, or not without a release.

    `release` is the id of the release that he has; `done` is run in the transaction that puts the export into the trail.
    """
    compiled, entity = find_entity(context, wish.app, wish.entity)
    with Arriving(folder) as arriving:
        with database.snapshot() as connection:
            admission = admitted(connection, context, wish)
            if admission.released_by and release is None:
                raise needs_release(compiled, admission)
            asked = _asked(context, admission, wish)
            rows = _write(connection, context, compiled, wish, asked, admission, arriving.file)
        arriving.size = arriving.file.seek(0, 2)
        digest = digest_of(arriving.file)
        with database.write() as connection:
            body = trace(compiled, context, wish, asked) | {"rows": rows, "roles": list(admission.roles), "sha256": digest}
            if release is not None:
                body["release"] = release
            record_event(connection, context, "records.exported", app=wish.app, entity=wish.entity, body=body)
            done(connection)
        arriving.file.seek(0)
        name = f"{entity.entity.label.get(context.locale, wish.entity)}-{context.now.astimezone(ZoneInfo(compiled.app.timezone)):%Y%m%d%H%M}.{wish.format}"
        yield Exported(name, KINDS[wish.format], rows, arriving.size, digest, arriving.file)


def admitted(connection: Connection, context: Context, wish: Wish) -> Admission:
    """What of a wished list may leave, as `admit`."""
    return admit(connection, context, wish.app, wish.entity, wish.request)


def needs_release(compiled: CompiledApp, admission: Admission) -> Conflict:
    """The failure of an export that waits for nobody yet."""
    labels = [compiled.app.roles[role].label for role in admission.released_by if role in compiled.app.roles]
    zh = "、".join(label.get("zh", "") for label in labels)
    en = ", ".join(label.get("en", "") for label in labels)
    message = {
        "zh": f"导出这 {admission.rows:,} 条记录须由另一人（{zh}）批准，请先提交申请。",
        "en": f"Another person ({en}) has to release these {admission.rows:,} records first; ask for it.",
    }
    return Conflict(message, code=NEEDS_RELEASE.id, extra={"rows": admission.rows, "released_by": list(admission.released_by)})


def trace(compiled: CompiledApp, context: Context, wish: Wish, asked: ListRequest) -> dict[str, object]:
    """What the trail keeps of the question: a filter over personal data without the values in it."""
    _, entity = find_entity(context, wish.app, wish.entity)
    rights = export_rights(context, compiled, entity)
    plan = plan_list(context, export_plan(context, wish.app, wish.entity, (r.role for r in rights)), replace(asked, titles=False))
    reads = plan.where.reads if plan.where is not None else ()
    fields = [entity.entity.fields.get(path[0]) for path in reads]
    open_words = all(
        field is None or (field.classification == "C1" and len(path) == 1) for field, path in zip(fields, reads, strict=True)
    )
    kept: dict[str, object] = {"format": wish.format, "labels": wish.labels, "columns": list(asked.select or ())}
    if asked.where:
        kept["where"] = asked.where if open_words else sorted(".".join(path) for path in reads)
    if asked.search:
        kept["search"] = True  # what is searched for may be a name
    if asked.segment:
        kept["segment"] = asked.segment
    if asked.order:
        kept["order"] = list(asked.order)
    return kept


def _asked(context: Context, admission: Admission, wish: Wish) -> ListRequest:
    """The list as it is read: every column by name, titles where people read them."""
    columns = columns_to_export(context, admission.access, wish.request, labels=wish.labels)
    select = wish.request.select if wish.request.select is not None else tuple(column.path for column in columns)
    return replace(wish.request, select=select, titles=wish.labels, limit=admission.rows, cursor=None, offset=0)


def _write(
    connection: Connection,
    context: Context,
    compiled: CompiledApp,
    wish: Wish,
    asked: ListRequest,
    admission: Admission,
    file: BinaryIO,
) -> int:
    # Asked for first, so that a name that is not there is refused before anything is written.
    pieces = stream_records(connection, context, admission.access, asked, PIECE)
    first = next(pieces, [])
    columns = columns_to_export(context, admission.access, asked, labels=wish.labels)
    entity = admission.access.entity.entity
    title = entity.label.get(context.locale) or entity.name
    writer: SheetWriter = XlsxWriter(file, title, _word(context, "about")) if wish.format == "xlsx" else CsvWriter(file)
    writer.head([column.name for column in columns])
    rows = 0
    for items in _all(first, pieces):
        for item in items:
            writer.row(cells_of(item, columns, context, compiled.app.timezone, labels=wish.labels))
        rows += len(items)
    # For machines a file of separated values holds nothing but its rows, unless a role wants a name on it.
    is_marked = wish.labels or wish.format == "xlsx" or admission.watermark
    writer.close(_about(context, compiled, title, asked, rows, writer.cut) if is_marked else ())
    return rows


def _all(first: list[bytes], rest: Iterator[list[bytes]]) -> Iterator[list[bytes]]:
    yield first
    yield from rest


def _about(context: Context, compiled: CompiledApp, title: str, asked: ListRequest, rows: int, cut: int) -> list[tuple[str, str]]:
    """Who took how much of what, and when: on every export."""
    person = context.principal
    who = " ".join(part for part in (person.unit_name, person.name, person.username) if part)
    at = f"{context.now.astimezone(ZoneInfo(compiled.app.timezone)):%Y-%m-%d %H:%M:%S}"
    app = compiled.app.label.get(context.locale) or compiled.app.name
    about = [("who", who), ("when", at), ("what", f"{app} · {title}"), ("rows", f"{rows:,}")]
    if asked.where:
        about.append(("where", asked.where))
    if cut:
        about.append(("cut", f"{cut:,}"))
    about.append(("note", _word(context, "masks")))
    return [(_word(context, name), text) for name, text in about]


def digest_of(file: BinaryIO) -> str:
    """The SHA-256 of a file that was written."""
    file.flush()
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(BYTES):
        digest.update(piece)
    return digest.hexdigest()


def _word(context: Context, name: str) -> str:
    said = _WORDS[name]
    return said.get(context.locale, said["en"])
