"""Attached files of records: kept before the record is written, bound to it by the write, read under its access."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from forms_dsl.model import Entity, Field
from forms_dsl.storage import FileStorage
from runtime.compile.app import CompiledEntity
from runtime.compile.tables import storage_of
from runtime.context import Context
from runtime.failures import Conflict, Failure, NotFound
from runtime.records.codes import NO_SUCH_RECORD
from runtime.records.draft import Draft
from runtime.records.read import get_record
from runtime.records.request import GetRequest
from runtime.store.identifiers import new_id, short_key
from runtime.store.tables import attachment, org_person

#: Characters of the column `field`.
_KEY = 48


@dataclass(frozen=True, slots=True)
class Attachment:
    """What is known of an attached file; `size` in bytes, `kind` a MIME type that the bytes themselves told."""

    id: str
    name: str
    kind: str
    size: int
    sha256: str
    #: What the person is called who sent it, and when.
    by: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Holder:
    """A field that holds files: of the record itself, or of its child rows in a field of rows."""

    field: Field
    rows: Field | None = None

    @property
    def path(self) -> str:
        """Its name as rights use it."""
        return self.field.name if self.rows is None else f"{self.rows.name}.{self.field.name}"

    @property
    def key(self) -> str:
        """Its ids, which outlive names."""
        return self.field.id if self.rows is None else short_key(f"{self.rows.id}.{self.field.id}", _KEY)

    def cells(self, record: Mapping[str, object]) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The ids in a record, each cell with its pointer."""
        if self.rows is None:
            yield f"/{self.field.name}", _ids(record.get(self.field.name))
            return
        rows = record.get(self.rows.name)
        for position, row in enumerate(rows if isinstance(rows, list) else ()):
            yield f"/{self.rows.name}/{position}/{self.field.name}", _ids(row.get(self.field.name))


def attachment_fields(entity: Entity) -> tuple[Holder, ...]:
    """The fields of an entity and of its rows that hold files."""
    own = [Holder(field) for field in entity.fields.values() if isinstance(storage_of(field), FileStorage)]
    inner = [
        Holder(field, rows)
        for rows in entity.fields.values()
        if rows.type == "rows" and rows.options.of is not None
        for field in entity.rows[rows.options.of].fields.values()
        if isinstance(storage_of(field), FileStorage)
    ]
    return (*own, *inner)


def check_attachments(connection: Connection, context: Context, app: str, found: CompiledEntity, draft: Draft) -> None:
    """Report ids that are not files which this person has just kept for this very field."""
    for holder, cells in _new_ids(found, draft.record, draft.before):
        query = sa.select(attachment.c.id).where(
            attachment.c.id.in_({id for ids in cells.values() for id in ids}),
            attachment.c.app == app,
            attachment.c.entity == found.entity.id,
            attachment.c.field == holder.key,
            attachment.c.record_id.is_(None),
            attachment.c.created_by == context.principal.id,
        )
        known = set(connection.execute(query).scalars())
        for pointer, ids in cells.items():
            if not known.issuperset(ids):
                draft.report(NO_SUCH_RECORD, pointer, "没有这个已上传的文件。", "There is no such uploaded file.")


def bind_attachments(
    connection: Connection,
    found: CompiledEntity,
    record_id: str,
    record: Mapping[str, object],
    before: Mapping[str, object] | None,
) -> None:
    """Bind the new files of a record to it; raises Conflict when one was bound elsewhere or swept away meanwhile."""
    for _, cells in _new_ids(found, record, before):
        ids = {id for some in cells.values() for id in some}
        bound = (
            sa.update(attachment).where(attachment.c.id.in_(ids), attachment.c.record_id.is_(None)).values(record_id=record_id)
        )
        if connection.execute(bound).rowcount != len(ids):
            raise Conflict({"zh": "文件已被其他记录使用或已过期。", "en": "A file was used by another record, or has expired."})


def copy_attachments(connection: Connection, context: Context, ids: Collection[str]) -> dict[str, str]:
    """Make copies of files for another record, by the ids of the originals; the bytes are kept once."""
    rows = connection.execute(sa.select(attachment).where(attachment.c.id.in_(ids))).mappings().all()
    copies = {str(row["id"]): new_id(context.now) for row in rows}
    for row in rows:
        connection.execute(sa.insert(attachment).values({**row, "id": copies[row["id"]], "record_id": None}))
    return copies


@contextmanager
def as_if_sent(connection: Connection, context: Context, ids: Collection[str]) -> Iterator[None]:
    """Let this person put these files into a record within this block as if he had just sent them; who sent them stays known."""
    chosen = attachment.c.id.in_(ids)
    senders = connection.execute(sa.select(attachment.c.id, attachment.c.created_by).where(chosen)).all() if ids else ()
    if ids:
        connection.execute(sa.update(attachment).where(chosen).values(record_id=None, created_by=context.principal.id))
    yield
    for id, sender in senders:
        connection.execute(sa.update(attachment).where(attachment.c.id == id).values(created_by=sender))


def find_attachment(connection: Connection, context: Context, id: str) -> Attachment:
    """A file that this person may read: one's own that no record has yet, else one that a readable field of its record holds."""
    sender = sa.select(org_person.c.f_name).where(org_person.c.id == attachment.c.created_by).scalar_subquery()
    row = connection.execute(sa.select(attachment, sender.label("by")).where(attachment.c.id == id)).mappings().one_or_none()
    if row is None or not _is_readable(connection, context, row):
        raise NotFound({"zh": "没有这个文件。", "en": "There is no such file."})
    by = row["by"] or row["created_by"]
    return Attachment(row["id"], row["name"], row["kind"], row["size"], row["sha256"], by, row["created_at"])


def _is_readable(connection: Connection, context: Context, row: RowMapping) -> bool:
    if row["record_id"] is None:
        return bool(row["created_by"] == context.principal.id)
    live = context.releases.get(str(row["app"]))
    entity = next((each.entity for each in live.entities.values() if each.entity.id == row["entity"]), None) if live else None
    holder = next((each for each in attachment_fields(entity) if each.key == row["field"]), None) if entity else None
    if entity is None or holder is None:
        return False
    asked = GetRequest(select=((holder.rows or holder.field).name,))
    try:
        # A field that this person may not know of is refused like one that does not exist.
        record = get_record(connection, context, str(row["app"]), entity.name, str(row["record_id"]), asked)
    except Failure:
        return False
    return any(row["id"] in ids for _, ids in holder.cells(record.values))


def _new_ids(
    found: CompiledEntity, record: Mapping[str, object], before: Mapping[str, object] | None
) -> Iterator[tuple[Holder, dict[str, tuple[str, ...]]]]:
    """For each field the ids that did not stand in it before, by the pointer of their cell."""
    for holder in attachment_fields(found.entity) if found.holds_files else ():
        stood = {id for _, ids in holder.cells(before or {}) for id in ids}
        cells = {pointer: tuple(id for id in ids if id not in stood) for pointer, ids in holder.cells(record)}
        new = {pointer: ids for pointer, ids in cells.items() if ids}
        if new:
            yield holder, new


def _ids(value: object) -> tuple[str, ...]:
    return tuple(str(id) for id in value) if isinstance(value, tuple | list) else ()
