"""The merges into a record as its reader may know them: who merged what, why, and what became of it."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from runtime.context import Context
from runtime.records.access import find_entity
from runtime.records.mergeable import clarity, seen_of
from runtime.records.read import get_record
from runtime.records.request import GetRequest
from runtime.records.titles import titles_of
from runtime.store.merges import merges_of
from runtime.store.types import format_instant


def merges_of_record(connection: Connection, context: Context, app: str, entity: str, record_id: str) -> list[dict[str, object]]:
    """The merges into a record, newest first; NotFound when it is not his to read. A merged record that is not his has no name."""
    get_record(connection, context, app, entity, record_id, GetRequest(select=()))
    _, found = find_entity(context, app, entity)
    rows = merges_of(connection, app, found.entity.id, record_id)
    if not rows:
        return []
    ids = sorted({id for merge, _, _ in rows for id in merge.merged})
    titles = {
        **titles_of(connection, context, app, entity, ids, deleted=True),
        **titles_of(connection, context, app, entity, ids),
    }
    reading = seen_of(connection, context, app, entity, record_id)
    names = {field.id: name for name, field in found.entity.fields.items() if clarity(reading, name) > 0}
    return [
        {
            "id": merge.id,
            "state": merge.state,
            "reason": merge.reason,
            "by": maker,
            "at": format_instant(merge.made_at),
            "merged": [{"id": id, "title": titles[id]} if id in titles else None for id in merge.merged],
            "fields": [names[id] for id in merge.changes["fields"] if id in names],
            "references": merge.moved,
            "undone": None
            if merge.undone_at is None or merge.stayed is None
            else {
                "reason": merge.undone_reason,
                "by": undoer,
                "at": format_instant(merge.undone_at),
                "stayed": {
                    "fields": [names[id] for id in merge.stayed["fields"] if id in names],
                    "references": merge.stayed["references"],
                },
            },
        }
        for merge, maker, undoer in rows
    ]
