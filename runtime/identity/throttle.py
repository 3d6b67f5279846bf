"""Slows down guessing of passwords: failures are counted in the database, so that all processes know them."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.engine import Connection

from runtime.store.tables import credential

#: So many wrong passwords are a person's own mistakes.
FREE_FAILURES = 5
_FIRST_LOCK = dt.timedelta(seconds=30)
#: Longer locks would let anybody shut a colleague out for a day.
LONGEST_LOCK = dt.timedelta(minutes=15)


def lock_after(failures: int) -> dt.timedelta:
    """How long nobody may sign in as a person after so many failures in a row: twice as long each time."""
    if failures < FREE_FAILURES:
        return dt.timedelta(0)
    lock: dt.timedelta = min(_FIRST_LOCK * 2 ** min(failures - FREE_FAILURES, 10), LONGEST_LOCK)
    return lock


def count_failure(connection: Connection, person_id: str, now: dt.datetime) -> int:
    """Count one more failure and lock where there are too many; returns the count."""
    mine = credential.c.person_id == person_id
    # Counted by the statement, not read and written back: parallel guesses must not share one count.
    counted = credential.update().where(mine).values(failures=credential.c.failures + 1).returning(credential.c.failures)
    failures = int(connection.execute(counted).scalar_one())
    if lock_after(failures):
        connection.execute(credential.update().where(mine).values(locked_until=now + lock_after(failures)))
    return failures


def forget_failures(connection: Connection, person_id: str) -> None:
    """Start counting anew after a right password."""
    connection.execute(credential.update().where(credential.c.person_id == person_id).values(failures=0, locked_until=None))
