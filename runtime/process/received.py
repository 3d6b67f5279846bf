"""Events that other systems reported: what became of each, and those that are kept for a wait that is not open yet.

A kept event is taken by one wait, once: the row goes from `kept` to `taken` by one conditional statement, in the commit in which
the approval goes on. Whoever opens a wait has the lock of its event shared until he commits; who finds no wait for an event has it
alone before he keeps it. So an event that comes while its wait is being opened is found by the one or by the other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.context import Context
from runtime.store.add_job import add_job
from runtime.store.direct import ask_one
from runtime.store.identifiers import new_id
from runtime.store.locks import lock_until_the_end
from runtime.store.tables import received_event
from runtime.store.types import format_instant
from runtime.store.upsert import insert_if_absent

#: The kind of the job that ends the time for which an event is kept.
EXPIRY = "received_expiry"
#: received: the worker has not looked at it yet; late: the approval that it is for has gone on without it, or has ended.
EventState = Literal["received", "taken", "kept", "late", "expired"]
_KEPT = (
    sa.select(received_event.c.id, received_event.c.body)
    .where(
        received_event.c.app == sa.bindparam("of"),
        received_event.c.event == sa.bindparam("event"),
        received_event.c.state == "kept",
        received_event.c.until > sa.bindparam("now"),
    )
    .order_by(received_event.c.received_at, received_event.c.id)
)
_BY_KEY = sa.select(received_event).where(received_event.c.key == sa.bindparam("key"))


@dataclass(frozen=True, slots=True)
class Claimed:
    """A kept event that a wait has taken: its values as they were reported."""

    id: str
    values: Mapping[str, object]


def write_received(connection: Connection, context: Context, app: str, name: str, values: Mapping[str, object], key: str) -> bool:
    """Note an event; false when one of this key was reported before."""
    row = {
        "id": new_id(context.now),
        "app": app,
        "event": name,
        "key": key,
        "body": dict(values),
        "received_at": context.now,
        "state": "received",
        "approvals": 0,
    }
    return connection.execute(insert_if_absent(connection, received_event, row)).rowcount == 1


def find_received(connection: Connection, key: str) -> sa.Row[tuple[object, ...]] | None:
    """The event of a key."""
    row: sa.Row[tuple[object, ...]] | None = ask_one(connection, _BY_KEY, {"key": key})
    return row


def find_event(connection: Connection, app: str, name: str, id: str) -> sa.Row[tuple[object, ...]] | None:
    """The event of an id, if it was reported to this app under this name."""
    mine = (received_event.c.id == id, received_event.c.app == app, received_event.c.event == name)
    return connection.execute(sa.select(received_event).where(*mine)).one_or_none()


def show_received(row: sa.Row[tuple[object, ...]]) -> dict[str, object]:
    """What became of an event, as REST says it."""
    return {
        "id": row.id,
        "event": row.event,
        "state": row.state,
        "received_at": format_instant(row.received_at),
        "until": format_instant(row.until) if row.until is not None else None,
        "taken_at": format_instant(row.taken_at) if row.taken_at is not None else None,
        "approvals": row.approvals,
    }


def lock_event(connection: Connection, app: str, name: str, *, shared: bool) -> None:
    """Hold the event until the transaction ends: shared by those who open waits for it, alone by who is about to keep it.

    Always behind the approvals that the transaction holds, so that nobody waits in a circle.
    """
    lock_until_the_end(connection, f"event/{app}/{name}", shared=shared)


def note_taken(connection: Connection, id: str, now: dt.datetime, approvals: int) -> None:
    """Waits that were open have taken an event."""
    _change(connection, id, ("received",), state="taken", taken_at=now, approvals=approvals)


def note_late(connection: Connection, id: str) -> None:
    """Nothing will wait for an event any more."""
    _change(connection, id, ("received",), state="late")


def keep(connection: Connection, id: str, now: dt.datetime, until: dt.datetime) -> None:
    """Keep an event for a wait that is still to come."""
    _change(connection, id, ("received",), state="kept", until=until)
    add_job(connection, EXPIRY, f"{EXPIRY}:{id}", {"id": id}, until, now=now)


def claim_kept(
    connection: Connection, now: dt.datetime, app: str, name: str, fits: Callable[[Mapping[str, object]], bool]
) -> Claimed | None:
    """Take the oldest kept event that fits a wait which opens now; None where there is none."""
    lock_event(connection, app, name, shared=True)
    for row in connection.execute(_KEPT, {"of": app, "event": name, "now": now}).all():
        values = row.body
        # Another wait may take it at the same moment: then it is not there any more for this one.
        if fits(values) and _change(connection, row.id, ("kept",), state="taken", taken_at=now, approvals=1):
            return Claimed(row.id, values)
    return None


def expire(connection: Connection, id: str) -> sa.Row[tuple[object, ...]] | None:
    """End the time of an event that nothing has taken; the event, or None when it was taken."""
    if not _change(connection, id, ("kept",), state="expired"):
        return None
    return connection.execute(sa.select(received_event).where(received_event.c.id == id)).one()


def _change(connection: Connection, id: str, before: tuple[str, ...], **values: object) -> bool:
    change = sa.update(received_event).where(received_event.c.id == id, received_event.c.state.in_(before)).values(**values)
    return connection.execute(change).rowcount == 1
