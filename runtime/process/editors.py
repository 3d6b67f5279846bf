"""Who changed a field of a record, ever: read from the audit trail, which no route of writing goes around."""

from __future__ import annotations

import json
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.model import Entity, StepFields
from runtime.context import SYSTEM
from runtime.store.tables import audit_event

#: Events of a record that hold changes of its fields.
_WRITES = ("record.created", "record.changed")


def editors_of(connection: Connection, entity: Entity, record_id: str, names: Iterable[str]) -> frozenset[str]:
    """The people who gave one of these fields a value; the platform itself is nobody."""
    ids = {entity.fields[name].id for name in names}
    events = sa.select(audit_event.c.actor, audit_event.c.body).where(
        audit_event.c.entity == entity.name,
        audit_event.c.record_id == record_id,
        audit_event.c.kind.in_(_WRITES),
        audit_event.c.actor != SYSTEM.id,
    )
    return frozenset(
        actor
        for actor, body in connection.execute(events)
        if any(change["field"] in ids for change in json.loads(body)["changes"])
    )


def changed_since(connection: Connection, entity: Entity, record_id: str, version: int, fields: StepFields) -> dict[str, object]:
    """The fields that changed after a version and that the step does not hide, each with the value that it had then."""
    by_id = {field.id: name for name, field in entity.fields.items() if name not in fields.hide}
    events = sa.select(audit_event.c.body).where(
        audit_event.c.entity == entity.name,
        audit_event.c.record_id == record_id,
        audit_event.c.kind == "record.changed",
        audit_event.c.record_version > version,
    )
    before: dict[str, object] = {}
    now: dict[str, object] = {}
    for (body,) in connection.execute(events.order_by(audit_event.c.record_version)):
        for change in json.loads(body)["changes"]:
            name = by_id.get(change["field"])
            if name is not None:
                before.setdefault(name, change["before"])
                now[name] = change["after"]
    return {name: value for name, value in before.items() if value != now[name]}
