"""Outbox rows: written once per business key, claimed under a lease and a fence, closed by whoever holds the fence.

    pending → sending → confirmed | rejected | unknown | sent → (inquiry) → confirmed | rejected | pending | parked

A row found in `sending` after its lease belongs to a process that died during the call: nobody knows what left, so it
becomes `unknown` and is inquired about before anything is sent again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from runtime.store.database import Database
from runtime.store.identifiers import new_id
from runtime.store.tables import outbox
from runtime.store.types import format_instant
from runtime.store.upsert import insert_if_absent

State = Literal["pending", "sending", "sent", "unknown", "confirmed", "rejected", "parked"]
FINAL: frozenset[State] = frozenset({"confirmed", "rejected", "parked"})

#: Longer than any attempt may take (connectors.shapes.TimeoutShape: 20 s), so that a living holder is never overtaken.
LEASE = dt.timedelta(seconds=30)
_LONGEST_TRAIL = 200


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One command on its way out."""

    id: str
    key: str
    app: str
    release: int
    #: "binding.operation"
    operation: str
    arguments: Mapping[str, object]
    state: State
    #: how often it was sent
    attempts: int
    fence: int
    #: when done: outcome, values, code, detail
    result: Mapping[str, object] | None
    trail: tuple[Mapping[str, object], ...]
    instance_id: str | None
    step: str | None
    visit: int | None

    def inquiries(self) -> int:
        """How many inquiries were made since it was last sent."""
        count = 0
        for entry in reversed(self.trail):
            if entry["event"] == "sending":
                break
            count += entry["event"] == "inquired"
        return count


@dataclass(frozen=True, slots=True)
class Next:
    """What becomes of a row after an answer."""

    state: State
    due_at: dt.datetime
    event: str
    result: Mapping[str, object] | None = None
    #: of the trail entry: outcome, status, code, detail
    note: Mapping[str, object] | None = None
    #: False when nothing was tried, because a guard of the engine let nothing through
    counts: bool = True


def enqueue(
    connection: Connection,
    *,
    key: str,
    app: str,
    release: int,
    operation: str,
    arguments: Mapping[str, object],
    due_at: dt.datetime,
    instance_id: str | None = None,
    step: str | None = None,
    visit: int | None = None,
) -> bool:
    """Write a command into the caller's transaction; false when its key is there already, so that it leaves once.

    Arguments are texts, booleans, None, or maps of them (`connectors.templates.to_json`).
    """
    values = {
        "id": new_id(due_at),
        "key": key,
        "app": app,
        "release": release,
        "operation": operation,
        "arguments": dict(arguments),
        "state": "pending",
        "attempts": 0,
        "due_at": due_at,
        "fence": 0,
        "trail": [{"at": format_instant(due_at), "event": "queued"}],
        "instance_id": instance_id,
        "step": step,
        "visit": visit,
        "created_at": due_at,
    }
    return connection.execute(insert_if_absent(connection, outbox, values)).rowcount == 1


def claim_next(database: Database, now: dt.datetime) -> OutboxRow | None:
    """Take the row that has been due longest, for `LEASE`; its state says whether to send or to inquire."""
    free = sa.or_(outbox.c.lease_until.is_(None), outbox.c.lease_until <= now)
    due = sa.or_(
        sa.and_(outbox.c.state == "sending", outbox.c.lease_until <= now),
        sa.and_(outbox.c.state.in_(["pending", "unknown", "sent"]), outbox.c.due_at <= now, free),
    )
    chosen = sa.select(outbox.c.id).where(due).order_by(outbox.c.due_at, outbox.c.id).limit(1).with_for_update(skip_locked=True)
    # A call that was interrupted must not look like one that is to be made: it becomes `unknown`, never `sending` again.
    state = sa.case((outbox.c.state == "pending", "sending"), (outbox.c.state == "sending", "unknown"), else_=outbox.c.state)
    taken = (
        sa.update(outbox)
        .where(outbox.c.id == chosen.scalar_subquery())
        .values(
            state=state,
            attempts=outbox.c.attempts + sa.case((outbox.c.state == "pending", 1), else_=0),
            fence=outbox.c.fence + 1,
            lease_until=now + LEASE,
        )
        .returning(*outbox.c)
    )
    with database.read() as connection:
        # An idle worker takes no lock: on SQLite a look would hold up every writer.
        if connection.execute(sa.select(outbox.c.id).where(due).limit(1)).first() is None:
            return None
    with database.write() as connection:
        found = connection.execute(taken).one_or_none()
        if found is None:
            return None
        row = _row(found)
        event = "sending" if row.state == "sending" else "asking"
        trail = [*row.trail, {"at": format_instant(now), "event": event, "fence": row.fence}][-_LONGEST_TRAIL:]
        connection.execute(sa.update(outbox).where(outbox.c.id == row.id).values(trail=trail))
    return replace(row, trail=tuple(trail))


def settle(connection: Connection, row: OutboxRow, then: Next, now: dt.datetime) -> OutboxRow | None:
    """Write what became of a claimed row; None when somebody else holds it by now and nothing was written."""
    entry = {"at": format_instant(now), "event": then.event, **(then.note or {})}
    trail = [*row.trail, entry][-_LONGEST_TRAIL:]
    written = connection.execute(
        sa.update(outbox)
        .where(outbox.c.id == row.id, outbox.c.fence == row.fence, outbox.c.state == row.state)
        .values(
            state=then.state,
            attempts=row.attempts if then.counts else row.attempts - 1,
            due_at=then.due_at,
            lease_until=None,
            result=then.result,
            trail=trail,
            ended_at=now if then.state in FINAL else None,
        )
    )
    if written.rowcount == 0:
        return None
    return replace(row, state=then.state, result=then.result, trail=tuple(trail))


def find_row(connection: Connection, key: str) -> OutboxRow | None:
    """The row of a business key."""
    found = connection.execute(sa.select(outbox).where(outbox.c.key == key)).one_or_none()
    return _row(found) if found else None


def holds(connection: Connection, row: OutboxRow) -> bool:
    """Whether the claim that `row` came from is still the last one."""
    return connection.scalar(sa.select(outbox.c.fence).where(outbox.c.id == row.id)) == row.fence


def _row(found: Row[tuple[object, ...]]) -> OutboxRow:
    return OutboxRow(
        found.id,
        found.key,
        found.app,
        found.release,
        found.operation,
        cast("Mapping[str, object]", found.arguments),
        found.state,
        found.attempts,
        found.fence,
        cast("Mapping[str, object] | None", found.result),
        tuple(cast("list[Mapping[str, object]]", found.trail)),
        found.instance_id,
        found.step,
        found.visit,
    )
