"""Jobs: written in a business transaction or by a schedule, run once due, by whoever holds the lease and the fence.

The work of a job and its end stand in one transaction. A conflict with another transaction costs no attempt; a job
that fails again and again ends as `failed`, which operators see, and the others go on.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row
from sqlalchemy.exc import DBAPIError

from runtime.store.add_job import add_job
from runtime.store.away import DatabaseAway
from runtime.store.database import Database
from runtime.store.tables import job

__all__ = [
    "Job",
    "Lost",
    "add_job",
    "cancel_jobs",
    "claim",
    "finish",
    "give_back",
    "hold",
    "is_conflict",
    "put_back",
    "run_due",
    "run_job",
    "run_long_job",
]

_LOG = logging.getLogger("qiqiao.jobs")
LEASE = dt.timedelta(seconds=30)
ATTEMPTS = 8
_FIRST_WAIT = dt.timedelta(seconds=10)
_CONFLICT_WAIT = dt.timedelta(seconds=1)
_DIED = "the worker died each time it ran this job"
#: Serialization failure, deadlock, lock not available (PostgreSQL); SQLite says "locked" or "busy".
_CONFLICTS = frozenset({"40001", "40P01", "55P03"})


@dataclass(frozen=True, slots=True)
class Job:
    """One claimed job."""

    id: str
    kind: str
    key: str
    payload: Mapping[str, object]
    due_at: dt.datetime
    attempts: int
    fence: int


#: Does the work of a job in the given transaction, which also ends the job.
Handler = Callable[[Connection, Job, dt.datetime], None]
#: Does work of many transactions of its own, each harmless when repeated; calls the function between them to keep the lease.
LongHandler = Callable[[Job, Callable[[], None]], None]


class Lost(Exception):
    """The lease went to another worker during the work: the transaction is undone."""


def cancel_jobs(connection: Connection, keys: Sequence[str], now: dt.datetime) -> int:
    """Cancel waiting jobs by key; a running one re-checks for itself what it is still for."""
    waiting = sa.and_(job.c.key.in_(list(keys)), job.c.state == "waiting")
    return connection.execute(sa.update(job).where(waiting).values(state="cancelled", ended_at=now)).rowcount


def claim(database: Database, kinds: Sequence[str], now: dt.datetime, limit: int = 1, lease: dt.timedelta = LEASE) -> list[Job]:
    """Take up to `limit` due jobs for the time of `lease`, those of dead workers included."""
    due = sa.or_(
        sa.and_(job.c.state == "waiting", job.c.due_at <= now),
        sa.and_(job.c.state == "running", job.c.lease_until <= now),
    )
    mine = sa.and_(job.c.kind.in_(list(kinds)), due)
    with database.read() as connection:
        # An idle worker takes no lock: on SQLite a look would hold up every writer.
        if connection.execute(sa.select(job.c.id).where(mine).limit(1)).first() is None:
            return []
    chosen = sa.select(job.c.id).where(mine).order_by(job.c.due_at, job.c.id).limit(limit).with_for_update(skip_locked=True)
    taken = (
        sa.update(job)
        .where(job.c.id.in_(chosen))
        .values(state="running", fence=job.c.fence + 1, attempts=job.c.attempts + 1, lease_until=now + lease)
        .returning(*job.c)
    )
    with database.write() as connection:
        found = [_job(row) for row in connection.execute(taken)]
        for one in found:
            if one.attempts > ATTEMPTS:  # its worker died each time before it could say so
                _write(connection, one, {"state": "failed", "error": _DIED, "ended_at": now, "lease_until": None})
    return sorted((one for one in found if one.attempts <= ATTEMPTS), key=lambda one: (one.due_at, one.id))


def finish(connection: Connection, done: Job, now: dt.datetime) -> None:
    """End a job in the transaction of its work; raises `Lost` when another worker holds it by now."""
    _write(connection, done, {"state": "done", "ended_at": now, "lease_until": None, "error": None})


def hold(database: Database, held: Job, now: dt.datetime, lease: dt.timedelta = LEASE) -> None:
    """Prolong the lease of a job whose work takes many transactions; raises `Lost`."""
    with database.write() as connection:
        _write(connection, held, {"lease_until": now + lease})


def put_back(database: Database, failed: Job, error: Exception, now: dt.datetime) -> None:
    """Give a job back after its work failed: at once after a conflict, later after a failure, for good after too many."""
    with database.write() as connection:
        if is_conflict(error):
            values = {"state": "waiting", "attempts": failed.attempts - 1, "due_at": now + _CONFLICT_WAIT, "lease_until": None}
        elif failed.attempts >= ATTEMPTS:
            values = {"state": "failed", "error": _words(error), "ended_at": now, "lease_until": None}
        else:
            wait = _FIRST_WAIT * 3 ** (failed.attempts - 1)
            values = {"state": "waiting", "error": _words(error), "due_at": now + wait, "lease_until": None}
        _write(connection, failed, values)


def run_due(
    database: Database,
    handlers: Mapping[str, Handler],
    clock: Callable[[], dt.datetime],
    limit: int = 50,
    *,
    long: Mapping[str, LongHandler] | None = None,
) -> int:
    """Run due jobs one by one; returns how many were taken."""
    lasting = long or {}
    kinds, taken = [*handlers, *lasting], 0
    while taken < limit:
        found = claim(database, kinds, clock())
        if not found:
            break
        taken += 1
        if found[0].kind in handlers:
            run_job(database, found[0], handlers[found[0].kind], clock)
        else:
            run_long_job(database, found[0], lasting[found[0].kind], clock)
    return taken


def run_job(database: Database, taken: Job, handler: Handler, clock: Callable[[], dt.datetime]) -> bool:
    """Do the work of one claimed job and end it in one transaction; true when it is done, false when it was put back or lost."""

    def work() -> None:
        with database.write() as connection:
            handler(connection, taken, clock())
            finish(connection, taken, clock())

    return _done(database, taken, work, clock)


def run_long_job(database: Database, taken: Job, handler: LongHandler, clock: Callable[[], dt.datetime]) -> bool:
    """Do work of many transactions and end the job after it; true when it is done, false when it was put back or lost."""
    held_at = clock()

    def keep() -> None:
        nonlocal held_at
        if clock() - held_at > LEASE / 3:
            held_at = clock()
            hold(database, taken, held_at)

    def work() -> None:
        handler(taken, keep)
        with database.write() as connection:
            finish(connection, taken, clock())

    return _done(database, taken, work, clock)


def _done(database: Database, taken: Job, work: Callable[[], None], clock: Callable[[], dt.datetime]) -> bool:
    try:
        work()
    except Lost:
        _LOG.warning("job %s was taken over by another worker; what this run did last is undone", taken.key)
        return False
    except Exception as failure:
        _LOG.log(logging.INFO if is_conflict(failure) else logging.ERROR, "job %s failed", taken.key, exc_info=failure)
        give_back(database, taken, failure, clock())
        return False
    return True


def give_back(database: Database, failed: Job, error: Exception, now: dt.datetime) -> None:
    """`put_back`, or nothing when another worker holds the job by now."""
    try:
        put_back(database, failed, error, now)
    except Lost:
        _LOG.warning("job %s was taken over by another worker", failed.key)


def is_conflict(error: Exception) -> bool:
    """Whether a transaction only lost against another one and may be run again as it is."""
    if isinstance(error, DatabaseAway):
        return True  # it was not there, or SQLite's one writer took too long: nothing was done
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "pgcode", None)
    return state in _CONFLICTS if state else "locked" in str(error.orig) or "busy" in str(error.orig)


def _write(connection: Connection, held: Job, values: Mapping[str, object]) -> None:
    mine = sa.and_(job.c.id == held.id, job.c.fence == held.fence, job.c.state == "running")
    if connection.execute(sa.update(job).where(mine).values(**values)).rowcount == 0:
        raise Lost(held.key)


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:2000]


def _job(row: Row[tuple[object, ...]]) -> Job:
    return Job(row.id, row.kind, row.key, cast("Mapping[str, object]", row.payload), row.due_at, row.attempts, row.fence)
