"""Staged imports as answers show them: the batch, its first rows before they are written, its reasons as a file, what an undo left.

Fields are shown as the asking person may see them, whoever brought the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from forms_dsl.model import Label
from runtime.commands.decide_import import acts_on, import_known, imports_known
from runtime.commands.export_records import KINDS, Exported, Format
from runtime.commands.import_sight import Sight, items
from runtime.commands.rehearse_import import Seen, rehearse
from runtime.compile.app import CompiledApp, CompiledEntity
from runtime.context import Context
from runtime.process.persons import Person, persons_of
from runtime.records.access import find_entity
from runtime.records.reach import LEADING, leads_to
from runtime.records.titles import asking_titles_of_all
from runtime.spreadsheets.cells import SheetWriter
from runtime.spreadsheets.csv_file import CsvWriter
from runtime.spreadsheets.xlsx_file import XlsxWriter
from runtime.store.asking import answer
from runtime.store.blobs import Arriving
from runtime.store.database import Database
from runtime.store.import_batches import Batch, KeptReject, earlier_of, left_rows, rejects_of
from runtime.store.types import format_instant

_WORDS: dict[str, Label] = {
    "row": {"zh": "行", "en": "Row"},
    "column": {"zh": "列", "en": "Column"},
    "value": {"zh": "值", "en": "Value"},
    "code": {"zh": "代码", "en": "Code"},
    "reason": {"zh": "原因", "en": "Reason"},
    "errors": {"zh": "导入错误", "en": "Import errors"},
    "about": {"zh": "说明", "en": "About"},
    "who": {"zh": "下载人", "en": "Taken by"},
    "when": {"zh": "下载时间", "en": "Taken at"},
    "file": {"zh": "文件", "en": "File"},
}
_LEFT_AT_ONCE = 200


def list_imports(database: Database, context: Context, app: str, entity: str) -> list[dict[str, object]]:
    """The imports that this person brought or may release."""
    with database.read() as connection:
        batches = imports_known(connection, context, app, entity)
        return [_drawn(connection, context, batch) for batch in batches]


def show_import(database: Database, context: Context, app: str, entity: str, id: str) -> dict[str, object]:
    """One import."""
    with database.read() as connection:
        return _drawn(connection, context, import_known(connection, context, app, entity, id))


def show_preview(database: Database, context: Context, app: str, entity: str, id: str, folder: Path) -> dict[str, object]:
    """The first rows as they would be written, and the counts of the check."""
    with database.read() as connection:
        batch = import_known(connection, context, app, entity, id)
    _, found = find_entity(context, app, entity)
    sight = Sight(context, app, found, batch)
    ready = batch.state in {"checked", "released"}
    seen = rehearse(database, context, batch, folder) if sight.is_blind and ready else {}
    with database.read() as connection:
        shown = [sight.row(row, seen.get(int(str(row["row"])), Seen())) for row in batch.preview]
        shown = list(_with_reasons(shown, sight, rejects_of(connection, batch.id)))
        rows = _titled(connection, context, found, shown)
    fields = {
        name: found.entity.fields[name].label for row in rows for name in _names(row["values"]) if name in found.entity.fields
    }
    return {"rows": rows, "fields": fields, "counts": None if batch.checked is None else _counts(batch.checked)}


def _with_reasons(rows: list[dict[str, object]], sight: Sight, rejects: Iterator[KeptReject]) -> Iterator[dict[str, object]]:
    """The rows in their order, those that are rejected with why, as the list of all reasons says it."""
    reject = next(rejects, None)
    for row in rows:
        reasons: list[dict[str, object]] = []
        while reject is not None and reject.row <= int(str(row["row"])):
            if reject.row == row["row"]:
                reasons.append(dict(zip(("column", "value", "code", "reason"), sight.reject(reject)[1:], strict=True)))
            reject = next(rejects, None)
        yield {**{name: row[name] for name in row if name != "codes"}, "reasons": reasons} if row["act"] == "rejected" else row


def show_left(database: Database, context: Context, app: str, entity: str, id: str, after: int) -> dict[str, object]:
    """What an undo left as it is, in the order of the file, so many at a time behind a row."""
    with database.read() as connection:
        batch = import_known(connection, context, app, entity, id)
        rows = left_rows(connection, batch.id, after, _LEFT_AT_ONCE)
    _, found = find_entity(context, app, entity)
    sight = Sight(context, app, found, batch)
    items = [
        {
            **(row.why_left or {}),
            "row": row.row,
            "id": row.record_id if batch.started_by == context.principal.id else None,
            "fields": [f for f in _texts((row.why_left or {}).get("fields")) if sight.knows(f)],
        }
        for row in rows
    ]
    return {"items": items, "next": str(rows[-1].row) if len(rows) == _LEFT_AT_ONCE else None, "count": batch.left_alone}


@contextmanager
def rejects_file(
    database: Database, context: Context, app: str, entity: str, id: str, format: Format, folder: Path
) -> Iterator[Exported]:
    """Every reason why a row does not go in, as a file: row, column, value, code and reason; nothing in it computes."""
    with Arriving(folder) as arriving:
        with database.snapshot() as connection:
            batch = import_known(connection, context, app, entity, id)
            compiled, found = find_entity(context, app, entity)
            sight = Sight(context, app, found, batch)
            writer: SheetWriter = (
                XlsxWriter(arriving.file, _word(context, "errors"), _word(context, "about"))
                if format == "xlsx"
                else CsvWriter(arriving.file)
            )
            writer.head([_word(context, name) for name in ("row", "column", "value", "code", "reason")])
            count = 0
            for reject in rejects_of(connection, id):
                writer.row(sight.reject(reject))
                count += 1
            writer.close(_about(context, compiled, batch))
        size = arriving.file.seek(0, 2)
        arriving.file.seek(0)
        yield Exported(
            f"{Path(batch.file).stem}-{_word(context, 'errors')}.{format}", KINDS[format], count, size, "", arriving.file
        )


def _titled(
    connection: Connection, context: Context, found: CompiledEntity, rows: list[dict[str, object]]
) -> list[dict[str, object]]:
    """The rows with the titles of the records that they lead to, of those that he may read."""
    leading = {name: field for name, field in found.entity.fields.items() if field.type in LEADING}
    leads = [
        {
            part: {name: leads_to(leading[name], value) for name, value in items(row[part]) if name in leading and value}
            for part in ("values", "before")
        }
        for row in rows
    ]
    targets = {target for row in leads for part in row.values() for target in part.values()}
    titles = answer(connection, asking_titles_of_all(connection.dialect, context, targets))
    named = (
        {part: {name: titles[target] for name, target in row[part].items() if target in titles} for part in row} for row in leads
    )
    return [{**row, "_titles": each["values"], "_titles_before": each["before"]} for row, each in zip(rows, named, strict=True)]


def _drawn(connection: Connection, context: Context, batch: Batch) -> dict[str, object]:
    compiled, found = find_entity(context, batch.app, batch.entity)
    sight = Sight(context, batch.app, found, batch)
    people = persons_of(connection, {id for id in (batch.started_by, batch.decided_by, batch.undone_by) if id})
    earlier = earlier_of(connection, batch)
    columns = batch.reading.get("columns")
    seen = (
        [
            each
            for each in columns
            if isinstance(each, Mapping) and (batch.started_by == context.principal.id or sight.knows(str(each["field"])))
        ]
        if isinstance(columns, list)
        else []
    )
    reading = {name: batch.reading.get(name) for name in ("kind", "encoding", "delimiter", "bom", "size", "key")}
    return {
        "id": batch.id,
        "entity": batch.entity,
        "file": {"name": batch.file, "sha256": batch.file_hash, **reading, "columns": seen},
        "note": batch.note,
        "state": batch.state,
        "started_by": people.get(batch.started_by),
        "started_at": format_instant(batch.started_at),
        "checked": None if batch.checked is None else _counts(batch.checked),
        "counts": _counts(batch.counts()),
        "progress": {"rows": batch.rows, "of": batch.reading.get("rows")},
        "released_by": [compiled.app.roles[role].label for role in batch.released_by if role in compiled.app.roles],
        **_decision(batch, people),
        "error": None if batch.error is None else dict(batch.error),
        "ended_at": None if batch.ended_at is None else format_instant(batch.ended_at),
        "undone": batch.undone,
        "left": batch.left_alone,
        "undone_by": people.get(batch.undone_by) if batch.undone_by else None,
        "earlier": earlier.id if earlier is not None and earlier.started_by == context.principal.id else None,
        "can": list(acts_on(context, compiled, found, batch)),
    }


def _counts(kept: Mapping[str, int]) -> dict[str, int]:
    """What became of the rows, or would; together they are the rows."""
    return {"changed" if name == "updated" else name: count for name, count in kept.items()}


def _decision(batch: Batch, people: Mapping[str, Person]) -> dict[str, object]:
    return {
        "decided_by": people.get(batch.decided_by) if batch.decided_by else None,
        "decided_at": format_instant(batch.decided_at) if batch.decided_at else None,
        "decision_note": batch.decision_note,
    }


def _about(context: Context, compiled: CompiledApp, batch: Batch) -> list[tuple[str, str]]:
    person = context.principal
    who = " ".join(part for part in (person.unit_name, person.name, person.username) if part)
    at = f"{context.now.astimezone(ZoneInfo(compiled.app.timezone)):%Y-%m-%d %H:%M:%S}"
    return [
        (_word(context, "file"), f"{batch.file} (SHA-256 {batch.file_hash})"),
        (_word(context, "who"), who),
        (_word(context, "when"), at),
    ]


def _names(values: object) -> list[str]:
    return [name for name, _ in items(values)]


def _texts(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def _word(context: Context, name: str) -> str:
    said = _WORDS[name]
    return said.get(context.locale, said["en"])
