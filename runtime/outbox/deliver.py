"""Takes due outbox rows out through the engine and brings the outcome back in one transaction with what follows from it.

Between the two transactions lies the call itself. A crash at any moment leaves a row that the next worker takes up:
before the first commit nothing was sent; after it the row is asked about before it is sent again.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy.engine import Connection as DatabaseConnection
from sqlalchemy.exc import OperationalError

from connectors.engine import Engine
from connectors.protocol import Answer, CallContext, Connection, Outcome
from runtime.outbox.connections import find_connection
from runtime.outbox.policy import Asking, Route, after_asking, after_sending
from runtime.outbox.rows import FINAL, LEASE, Next, OutboxRow, claim_next, holds, settle
from runtime.store.away import DatabaseAway
from runtime.store.database import Database

_LOG = logging.getLogger("qiqiao.outbox")
#: A closing transaction that loses against another one is repeated this often; the answer is not thrown away.
_TRIES = 5


class Overtaken(Exception):
    """Another worker took the row between the look and the write: everything of this transaction is undone."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What delivering needs: `route_of` finds the way of a row, `finished` takes its end into the process."""

    database: Database
    engine: Engine
    route_of: Callable[[OutboxRow], Route | None]
    #: Called in the closing transaction, before the row itself is closed: it takes the lock of the instance first.
    finished: Callable[[DatabaseConnection, OutboxRow, dt.datetime], None]
    clock: Callable[[], dt.datetime]


def deliver_next(delivery: Delivery) -> bool:
    """Take one due row and do what is next for it; false when none is due."""
    row = claim_next(delivery.database, delivery.clock())
    if row is None:
        return False
    then = _next_step(delivery, row)
    _close(delivery, row, then)
    return True


def _next_step(delivery: Delivery, row: OutboxRow) -> Next:
    now = delivery.clock
    route = delivery.route_of(row)
    if route is None:
        detail = {"outcome": Outcome.FORBIDDEN.value, "values": {}, "detail": "the release has no such operation"}
        return Next("rejected" if row.state == "sending" else "parked", now(), "no_route", detail)
    with delivery.database.read() as connection:
        saved = find_connection(connection, route.connector)
    if row.state == "sending":
        answer = _call(delivery, row, route, saved.settings if saved else None)
        return after_sending(row, route, answer, now())
    found = _ask(delivery, row, route.asking, saved.settings if saved else None) if route.asking else None
    return after_asking(row, route, found, now())


def _call(delivery: Delivery, row: OutboxRow, route: Route, connection: Connection | None) -> Answer:
    if connection is None:
        return Answer(Outcome.UNAVAILABLE, detail="the connection is not set up", attempts=1)
    way = delivery.engine.ask if route.is_query else delivery.engine.command
    return way(connection, route.operation, row.arguments, _context(row))


def _ask(delivery: Delivery, row: OutboxRow, asking: Asking, connection: Connection | None) -> Answer:
    if connection is None:
        return Answer(Outcome.UNAVAILABLE, detail="the connection is not set up", attempts=1)
    return delivery.engine.ask(connection, asking.operation, asking.arguments, _context(row))


def _context(row: OutboxRow) -> CallContext:
    # The lease bounds the whole of it: an answer that comes later would find the row in other hands.
    deadline = time.monotonic() + LEASE.total_seconds() - 5
    return CallContext(trace_id=row.id, actor="system", app=row.app, deadline=deadline, idempotency_key=row.key)


def _close(delivery: Delivery, row: OutboxRow, then: Next) -> None:
    try:
        _settle(delivery, row, then)
    except Overtaken:
        _LOG.warning("outbox row %s was taken over by another worker; this answer is not used", row.key)
    except Exception:
        if then.state not in FINAL:
            raise
        # The other side has done its part and the platform cannot take the result: a person must see it.
        _LOG.exception("outbox row %s: the outcome %s cannot be taken into the process", row.key, then.state)
        detail = "the outcome came, but it could not be taken into the process; see the log of the worker"
        _park(delivery, row, replace(then, state="parked", event="not_taken", result={**(then.result or {}), "detail": detail}))


def _park(delivery: Delivery, row: OutboxRow, then: Next) -> None:
    try:
        _settle(delivery, row, then)
    except Exception:
        _LOG.exception("outbox row %s is parked without its process knowing", row.key)
        with delivery.database.write() as connection:
            settle(connection, row, then, delivery.clock())


def _settle(delivery: Delivery, row: OutboxRow, then: Next) -> None:
    for attempt in range(1, _TRIES + 1):
        try:
            _settle_once(delivery, row, then)
            return
        except (OperationalError, DatabaseAway):
            if attempt == _TRIES:
                raise
            time.sleep(0.05 * attempt)


def _settle_once(delivery: Delivery, row: OutboxRow, then: Next) -> None:
    now = delivery.clock()
    with delivery.database.write() as connection:
        if not holds(connection, row):
            raise Overtaken(row.key)
        if then.state in FINAL:
            # First the instance, then the row: the order in which every approval takes its locks.
            delivery.finished(connection, replace(row, state=then.state, result=then.result), now)
        if settle(connection, row, then, now) is None:
            raise Overtaken(row.key)
