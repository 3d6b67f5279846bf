"""The audit trail as its reader knows its records: by what they are called and by the numbers of the business."""

from __future__ import annotations

from dataclasses import dataclass

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.audit.read import EventFilter, list_events
from runtime.compile.app import CompiledApp
from runtime.context import Context
from runtime.failures import Failure
from runtime.records.access import is_record_id
from runtime.records.read import list_records
from runtime.records.request import ListRequest
from runtime.records.titles import titles_of

#: More records than these of one number are no answer to a question about one.
_MOST = 20


def audit_page(
    connection: Connection, context: Context, wanted: EventFilter, limit: int, cursor: str | None
) -> tuple[list[dict[str, object]], str | None]:
    """One page of events, newest first, each with `record_title`: the title as this person may read it, else the number."""
    page = list_events(connection, wanted, limit, cursor)
    places: dict[tuple[str, str], set[str]] = {}
    for item in page.items:
        if item["app"] and item["entity"] and item["record_id"]:
            places.setdefault((str(item["app"]), str(item["entity"])), set()).add(str(item["record_id"]))
    titles = {place: _called(connection, context, *place, ids) for place, ids in places.items()}
    items = [
        item | {"record_title": titles.get((str(item["app"]), str(item["entity"])), {}).get(str(item["record_id"]))}
        for item in page.items
    ]
    return items, page.next


def records_called(connection: Connection, context: Context, text: str) -> tuple[str, ...]:
    """The ids of the records that a person means by an id, by a number that the platform gave, or by a unique value he may read."""
    found = [text] if is_record_id(text) else []
    return tuple(dict.fromkeys([*found, *(place.id for place in places_called(connection, context, text))]))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record is."""

    app: str
    entity: str
    id: str


def places_called(connection: Connection, context: Context, text: str) -> list[Place]:
    """The records with a number that the platform gave, or with a unique value that this person may read."""
    found = []
    for compiled in context.releases.values():
        for name, entity in compiled.entities.items():
            ids: list[str] = []
            if "number" in entity.table.c:
                numbered = sa.select(entity.table.c.id).where(entity.table.c.number == text).limit(_MOST)
                ids += connection.execute(numbered).scalars()
            for field in entity.entity.fields.values():
                if field.unique and field.value_type.name == "text" and field.classification == "C1":
                    ids += _equal(connection, context, compiled, name, field.name, text)
            found += [Place(compiled.app.name, name, id) for id in dict.fromkeys(ids)]
    return found


def _equal(connection: Connection, context: Context, compiled: CompiledApp, entity: str, field: str, text: str) -> list[str]:
    """Ids of the records that this person may read and that have this value; none where he may not ask."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    try:
        request = ListRequest(where=f'{field} == "{escaped}"', select=("id",), limit=_MOST)
        page = list_records(connection, context, compiled.app.name, entity, request)
    except Failure:
        return []
    return [str(orjson.loads(item)["id"]) for item in page.items]


def _called(connection: Connection, context: Context, app: str, entity: str, ids: set[str]) -> dict[str, str]:
    compiled = context.releases.get(app)
    if compiled is None or entity not in compiled.entities:
        return {}
    titles = titles_of(connection, context, app, entity, sorted(ids))
    table, unknown = compiled.entities[entity].table, ids - titles.keys()
    if unknown and "number" in table.c:
        numbers = connection.execute(sa.select(table.c.id, table.c.number).where(table.c.id.in_(unknown)))
        titles |= {row.id: row.number for row in numbers if row.number}
    return titles
