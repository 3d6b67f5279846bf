"""What happened to a record, from the audit trail, under the reader's field rights of now."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.model import Field
from runtime.context import Context
from runtime.query.plans import AccessPlan
from runtime.records.access import access_plan
from runtime.records.read import get_record
from runtime.records.request import GetRequest
from runtime.store.tables import audit_event, org_person
from runtime.store.types import format_instant

#: Events as one page of history holds them.
PAGE = 50


def record_history(
    connection: Connection, context: Context, app: str, entity: str, record_id: str, cursor: str | None
) -> dict[str, object]:
    """One page of a record's history, newest first (docs/rest.md 2); NotFound for what this person may not read."""
    get_record(connection, context, app, entity, record_id, GetRequest(select=()))
    access = access_plan(context, app, entity, "read")
    events = (
        sa.select(audit_event, org_person.c.f_name.label("actor_name"))
        .outerjoin(org_person, org_person.c.id == audit_event.c.actor)
        .where(audit_event.c.app == app, audit_event.c.entity == entity, audit_event.c.record_id == record_id)
        .order_by(audit_event.c.id.desc())
        .limit(PAGE + 1)
    )
    if cursor is not None:
        events = events.where(audit_event.c.id < cursor)
    found = connection.execute(events).mappings().all()
    items = [_shown(access, row) for row in found[:PAGE]]
    return {"items": items, "next": found[PAGE - 1]["id"] if len(found) > PAGE else None}


def _shown(access: AccessPlan, row: sa.RowMapping) -> dict[str, object]:
    body: dict[str, Any] = json.loads(row["body"])
    shown: dict[str, object] = {
        "at": format_instant(row["at"]),
        "actor": {"id": row["actor"], "name": row["actor_name"] or row["actor"]},
        "kind": str(row["kind"]),
        "version": row["record_version"],
        "changes": list(_changes(access, body.get("changes", []))),
    }
    if body.get("reason"):
        shown["reason"] = body["reason"]
    return shown


def _changes(access: AccessPlan, changes: list[dict[str, Any]]) -> Iterator[dict[str, object]]:
    """The changes of fields that the reader sees in clear or masked everywhere; the trail itself holds only masked personal values."""
    by_id = {field.id: field for field in access.entity.entity.fields.values()}
    for change in changes:
        field = by_id.get(change["field"])
        if field is not None and _may_show(access, field):
            yield {"field": field.name, "label": field.label, "before": change["before"], "after": change["after"]}


def _may_show(access: AccessPlan, field: Field) -> bool:
    shows = access.shows(field.name)
    return shows == "clear" or (shows == "masked" and field.classification == "C2")
