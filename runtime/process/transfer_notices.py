"""Notices about exports and imports that wait for a second person: to everybody who may release them, with what they are about."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.model import Label
from runtime.compile.app import CompiledApp
from runtime.context import Context
from runtime.identity.holdings import role_counts
from runtime.process.persons import persons_of
from runtime.store.identifiers import new_id
from runtime.store.tables import notice, org_person, role_grant
from runtime.store.types import format_instant

#: The kinds of notices whose `record_id` is that of an export or of an import.
TRANSFERS = frozenset({"export_waits", "import_waits"})
_TITLES: dict[str, Label] = {
    "export_waits": {"zh": "导出待审批", "en": "An export waits for its release"},
    "import_waits": {"zh": "导入待审批", "en": "An import waits for its release"},
}


def tell_releasers(
    connection: Connection,
    context: Context,
    compiled: CompiledApp,
    about: tuple[Literal["export_waits", "import_waits"], str, str],
    roles: Collection[str],
    *,
    by: str,
) -> None:
    """Tell everybody but who asks, and who holds all these roles, of an export or import: its kind, its entity and its id."""
    kind, entity, id = about
    people = set.intersection(*(_holders(connection, context, compiled, role) for role in roles)) - {by} if roles else set()
    app = {"app": compiled.app.name, "release": compiled.release, "entity": entity, "record_id": id}
    rows = [
        {"id": new_id(context.now), "person_id": person, "kind": kind, **app, "actor": by, "at": context.now}
        for person in sorted(people)
    ]
    if rows:
        connection.execute(sa.insert(notice), rows)


def show_transfers(connection: Connection, context: Context, rows: Sequence[sa.Row[Any]]) -> dict[str, dict[str, object]]:
    """The notices of these kinds as docs/rest.md shows them, by id."""
    people = persons_of(connection, {row.actor for row in rows if row.actor})
    return {
        row.id: {
            "id": row.id,
            "at": format_instant(row.at),
            "kind": row.kind,
            "app": row.app,
            "entity": row.entity,
            "record_id": row.record_id,
            "record_title": _entity_label(context, row.app, row.entity),
            "title": _TITLES[row.kind],
            "task_id": None,
            "actor": people.get(row.actor or ""),
            "detail": None,
            "read": row.read_at is not None,
        }
        for row in rows
    }


def _holders(connection: Connection, context: Context, compiled: CompiledApp, role: str) -> set[str]:
    """Everybody who may act and holds the role now, itself or through another."""
    holding = [name for name in compiled.app.roles if role in compiled.role_closure.get(name, ())]
    held = sa.select(role_grant.c.person_id).where(
        role_grant.c.app == compiled.app.name, role_grant.c.role.in_(holding), role_counts()
    )
    people = sa.select(org_person.c.id).where(org_person.c.id.in_(held), org_person.c.active, org_person.c.deleted_at.is_(None))
    if not context.demo:
        people = people.where(org_person.c.demo.is_(sa.false()))
    return set(connection.scalars(people, {"now": context.now}))


def _entity_label(context: Context, app: str, entity: str) -> str:
    """What the entity is called; its name where it is not live any more."""
    compiled = context.releases.get(app)
    found = compiled.entities.get(entity) if compiled is not None else None
    return entity if found is None else found.entity.label.get(context.locale) or entity
