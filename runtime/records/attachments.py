"""Attached files of records: kept before the record is written, bound to it by the write, read under its access."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
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
from runtime.store.tables import attachment, org_person


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


def attachment_fields(entity: Entity) -> tuple[Field, ...]:
    """The fields of an entity that hold files."""
    return tuple(field for field in entity.fields.values() if isinstance(storage_of(field), FileStorage))


def check_attachments(connection: Connection, context: Context, app: str, found: CompiledEntity, draft: Draft) -> None:
    """Report ids that are not files which this person has just kept for this very field."""
    for field, ids in _new_ids(found.entity, draft.record, draft.before):
        query = sa.select(attachment.c.id).where(
            attachment.c.id.in_(ids),
            attachment.c.app == app,
            attachment.c.entity == found.entity.id,
            attachment.c.field == field.id,
            attachment.c.record_id.is_(None),
            attachment.c.created_by == context.principal.id,
        )
        if set(connection.execute(query).scalars()) != set(ids):
            draft.report(NO_SUCH_RECORD, f"/{field.name}", "没有这个已上传的文件。", "There is no such uploaded file.")


def bind_attachments(
    connection: Connection,
    found: CompiledEntity,
    record_id: str,
    record: Mapping[str, object],
    before: Mapping[str, object] | None,
) -> None:
    """Bind the new files of a record to it; raises Conflict when one was bound elsewhere meanwhile."""
    for _, ids in _new_ids(found.entity, record, before):
        bound = (
            sa.update(attachment).where(attachment.c.id.in_(ids), attachment.c.record_id.is_(None)).values(record_id=record_id)
        )
        if connection.execute(bound).rowcount != len(ids):
            raise Conflict({"zh": "文件已被其他记录使用。", "en": "A file was used by another record meanwhile."})


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
    field = next((each for each in entity.fields.values() if each.id == row["field"]), None) if entity else None
    if entity is None or field is None:
        return False
    try:
        # A field that this person may not know of is refused like one that does not exist.
        record = get_record(
            connection, context, str(row["app"]), entity.name, str(row["record_id"]), GetRequest(select=(field.name,))
        )
    except Failure:
        return False
    held = record.values.get(field.name)
    return isinstance(held, list) and row["id"] in held


def _new_ids(
    entity: Entity, record: Mapping[str, object], before: Mapping[str, object] | None
) -> Iterator[tuple[Field, list[str]]]:
    for field in attachment_fields(entity):
        now, stood = record.get(field.name), (before or {}).get(field.name)
        ids = [str(id) for id in now if not isinstance(stood, tuple) or id not in stood] if isinstance(now, tuple) else []
        if ids:
            yield field, ids
