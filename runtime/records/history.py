"""What happened to a record, from the audit trail, under the reader's field rights of now."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.model import App, Entity, Field, Label
from forms_dsl.moved import links_between
from forms_dsl.storage import IntegerStorage
from runtime.compile.access import Shows
from runtime.compile.tables import column_of, storage_of
from runtime.context import Context
from runtime.query.load import granted_on
from runtime.query.masks import masked_value
from runtime.query.plans import AccessPlan
from runtime.records.access import access_plan, is_record_id, plan_with_cases
from runtime.records.codes import BAD_CURSOR
from runtime.records.read import get_record
from runtime.records.request import GetRequest, fault, refused
from runtime.store.tables import audit_event, org_person
from runtime.store.types import format_instant

#: Events as one page of history holds them.
PAGE = 50
#: Looks at a record are for the auditor: who investigates somebody must not be told of in the record itself.
_UNTOLD = ("record.revealed", "emergency_act")


def record_history(
    connection: Connection, context: Context, app: str, entity: str, record_id: str, cursor: str | None
) -> dict[str, object]:
    """One page of a record's history, newest first (docs/rest.md 2); NotFound for what this person may not read."""
    get_record(connection, context, app, entity, record_id, GetRequest(select=()))
    possible = plan_with_cases(context, app, entity) or access_plan(context, app, entity, "read")
    access = held_grants(connection, context, possible, record_id)
    moved = _moved_from(connection, context.releases[app].app, access, record_id)
    events = (
        sa.select(audit_event, org_person.c.f_name.label("actor_name"))
        .outerjoin(org_person, org_person.c.id == audit_event.c.actor)
        .where(*_of_record(access.entity.entity, record_id, *moved), audit_event.c.kind.not_in(_UNTOLD))
        .order_by(audit_event.c.id.desc())
        .limit(PAGE + 1)
    )
    if cursor is not None:
        if not is_record_id(cursor):
            raise refused(
                [fault(BAD_CURSOR, "cursor", "cursor 不是本历史给出的位置。", "This cursor was not given by a history.")]
            )
        events = events.where(audit_event.c.id < cursor)
    found = connection.execute(events).mappings().all()
    # Another record's events count only as far as they are of fields that moved here since.
    shown = (_shown(access, row, moved.get(row["record_id"])) for row in found[:PAGE])
    items = [item for item, row in zip(shown, found, strict=False) if row["record_id"] not in moved or item["changes"]]
    return {"items": items, "next": found[PAGE - 1]["id"] if len(found) > PAGE else None}


def changed_since(connection: Connection, access: AccessPlan, record_id: str, version: int) -> dict[str, object]:
    """The fields that changed after a version, each with the value that it had then, under the grants of the plan.

    The plan must be narrowed to the grants that hold on the record (`held_grants`).
    """
    entity = access.entity.entity
    events = (
        sa.select(audit_event.c.body)
        .where(*_of_record(entity, record_id), audit_event.c.record_version > version)
        .where(audit_event.c.kind.in_(("record.created", "record.changed")))
        .order_by(audit_event.c.record_version)
    )
    before: dict[str, object] = {}
    now: dict[str, object] = {}
    for body in connection.scalars(events):
        for change in json.loads(body)["changes"]:
            before.setdefault(change["field"], change["before"])
            now[change["field"]] = change["after"]
    differing = [{"field": id, "before": value, "after": now[id]} for id, value in before.items() if value != now[id]]
    return {str(change["field"]): change["before"] for change in _changes(access, differing)}


def _of_record(entity: Entity, *record_ids: str) -> tuple[sa.ColumnElement[bool], ...]:
    # Not by the entity: an event keeps the name that it had then, and a record's key is made once for all entities.
    return (audit_event.c.app == entity.app, audit_event.c.record_id.in_(record_ids))


@dataclass(frozen=True, slots=True)
class _Moved:
    """The entity of which a record was a part, and what each field that moved (by its id there) is here."""

    label: Label
    fields: Mapping[str, str]


def _moved_from(connection: Connection, app: App, access: AccessPlan, record_id: str) -> dict[str, _Moved]:
    """The record of which this one was a part before its fields moved, by its key; none for most."""
    entity, table = access.entity.entity, access.entity.table
    places = {field.moved_from: field.id for field in entity.fields.values() if field.moved_from is not None}
    for base in app.entities.values() if places else ():
        fields = {source[1]: id for source, id in places.items() if source[0] == base.id}
        for link in links_between(entity, base) if fields else ():
            column = column_of(entity, table, link.name)
            key = None if column is None else connection.scalar(sa.select(column).where(table.c.id == record_id))
            return {key: _Moved(base.label, fields)} if key is not None else {}
    return {}


def _shown(access: AccessPlan, row: sa.RowMapping, moved: _Moved | None) -> dict[str, object]:
    body: dict[str, Any] = json.loads(row["body"])
    if moved is not None:
        changes = [each for each in body.get("changes", []) if each["field"] in moved.fields]
        body = {"changes": [{**each, "field": moved.fields[each["field"]]} for each in changes]}
    shown: dict[str, object] = {
        "at": format_instant(row["at"]),
        "actor": {"id": row["actor"], "name": row["actor_name"] or row["actor"]},
        "kind": str(row["kind"]),
        "version": row["record_version"] if moved is None else None,
        "changes": list(_changes(access, body.get("changes", []))),
    }
    if moved is not None:
        shown["moved_from"] = dict(moved.label)
    for name in ("reason", "decision"):
        if body.get(name):
            shown[name] = body[name]
    return shown


def held_grants(
    connection: Connection, context: Context, access: AccessPlan, record_id: str, *, by_case: bool = False
) -> AccessPlan:
    """The plan with the grants that hold on this record: only they say which of its fields are shown."""
    case_record = record_id if by_case else None
    flags = granted_on(connection, context, access, [record_id], case_record=case_record).get(record_id, ())
    return replace(access, grants=tuple(grant for grant, holds in zip(access.grants, flags, strict=False) if holds))


def _changes(access: AccessPlan, changes: list[dict[str, Any]]) -> Iterator[dict[str, object]]:
    """The changes of fields that the reader sees, as he sees them; the trail itself holds personal values only masked."""
    entity = access.entity.entity
    by_id = {field.id: field for field in entity.fields.values()}
    for change in changes:
        field = by_id.get(change["field"])
        if field is not None and shown_best(access, field.name) != "nothing":
            before, after = (as_seen(access, field, field.name, change[side]) for side in ("before", "after"))
            yield {"field": field.name, "label": field.label, "before": before, "after": after}


def shown_best(access: AccessPlan, path: str) -> Shows:
    """How the most permissive of the grants that hold on a record shows a field."""
    shown = {access.right(grant, path).shows for grant in access.grants}
    return "clear" if "clear" in shown else "masked" if "masked" in shown else "nothing"


def as_seen(access: AccessPlan, field: Field, path: str, value: object) -> object:
    """A value of the trail in its wire form, as far as the grants that hold show it: what is kept masked is never opened."""
    if isinstance(value, list) and field.options.of is not None:
        inner = access.entity.entity.rows[field.options.of].fields
        paths = {f.id: (f, f"{path}.{f.name}") for f in inner.values() if shown_best(access, f"{path}.{f.name}") != "nothing"}
        return [
            {paths[id][0].name: as_seen(access, *paths[id], cell) for id, cell in row.items() if id in paths} for row in value
        ]
    if value is None or field.encrypted or field.classification != "C1":
        return value
    if shown_best(access, path) != "clear":
        return masked_value(field, value)
    # The trail keeps whole numbers as texts.
    return int(value) if isinstance(value, str) and isinstance(storage_of(field), IntegerStorage) else value
