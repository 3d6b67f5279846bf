"""Who wrote a record, and who changed which of its fields: read from the audit trail, which no way of writing goes around."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.model import Entity
from runtime.compile.app import CompiledEntity
from runtime.context import SYSTEM
from runtime.store.direct import ask
from runtime.store.tables import audit_event

_WRITES = ("record.created", "record.changed")
_ANY_VERSION = 2**31 - 1
#: By the key of the record, which is made once for all entities: the name of an entity may change, its records stay.
_EVENTS = (
    sa.select(audit_event.c.actor, audit_event.c.on_behalf_of, audit_event.c.body, audit_event.c.record_version)
    .where(
        audit_event.c.record_id == sa.bindparam("record"),
        audit_event.c.app == sa.bindparam("app"),
        audit_event.c.kind.in_(_WRITES),
        audit_event.c.record_version > sa.bindparam("after"),
    )
    .order_by(audit_event.c.record_version)
)


@dataclass(frozen=True, slots=True)
class _Write:
    """One write of a record: by whom, which version it made, and the ids of the fields that it changed."""

    people: frozenset[str]
    version: int
    changed: frozenset[str]


def editors_of(connection: Connection, entity: Entity, record_id: str, names: Iterable[str]) -> frozenset[str]:
    """The people who gave one of these fields a value, or in whose name it was given; the platform itself is nobody."""
    ids = {entity.fields[name].id for name in names}
    return frozenset(
        person for write in _writes(connection, entity, record_id, 0) if write.changed & ids for person in write.people
    )


def authors_of(connection: Connection, found: CompiledEntity, record_id: str, until: int | None) -> frozenset[str]:
    """The people who made a record or changed it up to a version; every version where it is not known."""
    values = {"record": record_id, "of": found.entity.app, "until": _ANY_VERSION if until is None else until}
    rows = ask(connection, _wrote(found.table), values)
    return frozenset(person for row in rows for person in row if person not in (None, SYSTEM.id))


def changed_names(connection: Connection, entity: Entity, record_id: str, after: int, names: Iterable[str]) -> tuple[str, ...]:
    """Which of these fields were changed after a version, even if changed back: whoever looked then did not see it happen.

    Of an entity that keeps no trail nobody can say: all of them.
    """
    if entity.audit == "none":
        return tuple(names)
    changed = {id for write in _writes(connection, entity, record_id, after) for id in write.changed}
    return tuple(name for name in names if entity.fields[name].id in changed)


def _writes(connection: Connection, entity: Entity, record_id: str, after: int) -> Iterator[_Write]:
    """The writes after a version, in their order."""
    keys = {"record": record_id, "app": entity.app, "after": after}
    for actor, on_behalf_of, body, version in ask(connection, _EVENTS, keys):
        people = frozenset(person for person in (actor, on_behalf_of) if person not in (None, SYSTEM.id))
        yield _Write(people, version, frozenset(change["field"] for change in json.loads(body)["changes"]))


@lru_cache(maxsize=256)
def _wrote(table: sa.Table) -> sa.Select[tuple[str, str]]:
    """Who made a record of this table, and who wrote it up to a version, in one question."""
    writes = sa.select(audit_event.c.actor, audit_event.c.on_behalf_of).where(
        audit_event.c.record_id == sa.bindparam("record"),
        audit_event.c.app == sa.bindparam("of"),
        audit_event.c.kind.in_(_WRITES),
        audit_event.c.record_version <= sa.bindparam("until"),
    )
    maker = sa.select(table.c.created_by, sa.null()).where(table.c.id == sa.bindparam("record"))
    found = sa.union_all(maker, writes).subquery()
    return sa.select(found.c[0], found.c[1])
