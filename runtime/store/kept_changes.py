"""Changes of what is kept at run time: proposed by one person, decided by another, each kept for good."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.store.identifiers import new_id
from runtime.store.kept_tables import kept_change

KeptKind = Literal["parameter", "decision"]
ChangeState = Literal["open", "released", "returned", "withdrawn"]


@dataclass(frozen=True, slots=True)
class KeptThing:
    """What a change is of."""

    app: str
    kind: KeptKind
    name: str


@dataclass(frozen=True, slots=True)
class KeptChange:
    """One change: of a parameter `{"value", "valid_from", "unit"}`, of a decision `{"rows"}`."""

    id: str
    thing: KeptThing
    body: Mapping[str, object]
    state: ChangeState
    proposed_by: str
    proposed_at: dt.datetime
    note: str | None = None
    decided_by: str | None = None
    decided_at: dt.datetime | None = None
    decision_note: str | None = None


def add_change(
    connection: Connection, thing: KeptThing, body: Mapping[str, object], note: str | None, *, by: str, now: dt.datetime
) -> str:
    """Propose a change; raises IntegrityError while another one of the thing is open."""
    id = new_id(now)
    values = {"id": id, "app": thing.app, "kind": thing.kind, "name": thing.name, "body": dict(body), "note": note}
    connection.execute(sa.insert(kept_change).values(**values, proposed_by=by, proposed_at=now, state="open"))
    return id


def close_change(connection: Connection, id: str, state: ChangeState, note: str | None, *, by: str, now: dt.datetime) -> bool:
    """Decide an open change; false when somebody else did meanwhile."""
    values = {"state": state, "decided_by": by, "decided_at": now, "decision_note": note}
    done = connection.execute(sa.update(kept_change).where(kept_change.c.id == id, kept_change.c.state == "open").values(values))
    return done.rowcount == 1


def change_by_id(connection: Connection, app: str, id: str) -> KeptChange | None:
    """One change of an app."""
    row = connection.execute(sa.select(kept_change).where(kept_change.c.app == app, kept_change.c.id == id)).one_or_none()
    return None if row is None else _change(row)


def changes_of(connection: Connection, app: str, thing: KeptThing | None = None) -> list[KeptChange]:
    """The changes of an app, or of one thing, the newest first."""
    query = (
        sa.select(kept_change).where(kept_change.c.app == app).order_by(kept_change.c.proposed_at.desc(), kept_change.c.id.desc())
    )
    if thing is not None:
        query = query.where(kept_change.c.kind == thing.kind, kept_change.c.name == thing.name)
    return [_change(row) for row in connection.execute(query)]


def released_changes(connection: Connection, app: str | None = None) -> list[KeptChange]:
    """Every released change, in the order of the release."""
    query = sa.select(kept_change).where(kept_change.c.state == "released")
    if app is not None:
        query = query.where(kept_change.c.app == app)
    return [_change(row) for row in connection.execute(query.order_by(kept_change.c.decided_at, kept_change.c.id))]


def kept_rows(changes: Sequence[KeptChange], app: str) -> dict[str, object]:
    """The rows that hold now of each table of an app that was changed."""
    return {each.thing.name: each.body["rows"] for each in changes if each.thing.app == app and each.thing.kind == "decision"}


def _change(row: sa.Row[tuple[object, ...]]) -> KeptChange:
    return KeptChange(
        row.id,
        KeptThing(row.app, cast("KeptKind", row.kind), row.name),
        row.body,
        cast("ChangeState", row.state),
        row.proposed_by,
        row.proposed_at,
        row.note,
        row.decided_by,
        row.decided_at,
        row.decision_note,
    )
