"""Who changed a field of a record, ever: read from the audit trail, which no route of writing goes around."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.model import Entity, Field, StepFields
from runtime.context import SYSTEM
from runtime.store.tables import audit_event

_EVENTS = (
    sa.select(audit_event.c.actor, audit_event.c.on_behalf_of, audit_event.c.body)
    .where(
        audit_event.c.entity == sa.bindparam("entity"),
        audit_event.c.record_id == sa.bindparam("record"),
        audit_event.c.app == sa.bindparam("app"),
        audit_event.c.kind.in_(("record.created", "record.changed")),
        audit_event.c.record_version > sa.bindparam("after"),
    )
    .order_by(audit_event.c.record_version)
)


def editors_of(connection: Connection, entity: Entity, record_id: str, names: Iterable[str]) -> frozenset[str]:
    """The people who gave one of these fields a value, or in whose name it was given; the platform itself is nobody."""
    ids = {entity.fields[name].id for name in names}
    people = {
        person
        for actor, on_behalf_of, changes in _writes(connection, entity, record_id, 0)
        if any(change["field"] in ids for change in changes)
        for person in (actor, on_behalf_of)
        if person not in (None, SYSTEM.id)
    }
    return frozenset(people)


def changed_since(connection: Connection, entity: Entity, record_id: str, version: int, fields: StepFields) -> dict[str, object]:
    """The fields that changed after a version and that the step does not hide, each with the value that it had then."""
    shown = {field.id: field for name, field in entity.fields.items() if name not in fields.hide and field.type != "status"}
    before: dict[str, object] = {}
    now: dict[str, object] = {}
    for _, _, changes in _writes(connection, entity, record_id, version):
        for change in changes:
            if change["field"] in shown:
                before.setdefault(change["field"], change["before"])
                now[change["field"]] = change["after"]
    return {shown[id].name: _wire(shown[id], value) for id, value in before.items() if value != now[id]}


def _writes(
    connection: Connection, entity: Entity, record_id: str, after: int
) -> Iterator[tuple[str, str | None, list[Mapping[str, Any]]]]:
    """Who wrote, in whose name, and the changes of each write after a version, in their order."""
    keys = {"entity": entity.name, "record": record_id, "app": entity.app, "after": after}
    for actor, on_behalf_of, body in connection.execute(_EVENTS, keys):
        yield actor, on_behalf_of, json.loads(body)["changes"]


def _wire(field: Field, value: object) -> object:
    """A value of the trail as answers write it: the trail keeps whole numbers as texts too."""
    return int(value) if field.type == "integer" and isinstance(value, str) else value
