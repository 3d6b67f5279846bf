"""Reads the audit trail for the auditor: newest first, by record, person or kind."""

from __future__ import annotations

import json
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.store.tables import audit_event, org_person
from runtime.store.types import format_instant


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events to show; every condition that is given must hold."""

    record_id: str | None = None
    #: Any of these records; none at all when it is empty.
    record_ids: tuple[str, ...] | None = None
    actor: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class EventPage:
    """Some events, ready for JSON, and where the next ones begin."""

    items: list[dict[str, object]]
    next: str | None


def list_events(connection: Connection, wanted: EventFilter, limit: int, cursor: str | None) -> EventPage:
    """One page of events, newest first; `cursor` is the id of the last event of the page before."""
    person = sa.outerjoin(audit_event, org_person, org_person.c.id == audit_event.c.actor)
    statement = sa.select(audit_event, org_person.c.f_name).select_from(person)
    for name in ("record_id", "actor", "kind"):
        value = getattr(wanted, name)
        if value is not None:
            statement = statement.where(audit_event.c[name] == value)
    if wanted.record_ids is not None:
        statement = statement.where(audit_event.c.record_id.in_(wanted.record_ids))
    if cursor is not None:
        statement = statement.where(audit_event.c.id < cursor)
    rows = connection.execute(statement.order_by(audit_event.c.id.desc()).limit(limit + 1)).all()
    shown = rows[:limit]
    return EventPage([_shown(row) for row in shown], shown[-1].id if len(rows) > limit else None)


def _shown(row: sa.Row[tuple[object, ...]]) -> dict[str, object]:
    return {
        "id": row.id,
        "at": format_instant(row.at),
        "kind": row.kind,
        "actor": {"id": row.actor, "name": row.f_name or row.actor},
        "on_behalf_of": row.on_behalf_of,
        "unit": row.unit,
        "channel": row.channel,
        "request_id": row.request_id,
        "app": row.app,
        "release": row.release,
        "entity": row.entity,
        "record_id": row.record_id,
        "record_version": row.record_version,
        "body": json.loads(row.body),
        "leaf": row.leaf,
    }
