"""The queue of jobs."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.jobs.queue import ATTEMPTS, LEASE, Job, Lost, add_job, cancel_jobs, claim, finish, run_due, run_job
from runtime.store.database import Database
from runtime.store.tables import job, setting

NOW = dt.datetime(2026, 3, 2, 2, tzinfo=dt.UTC)


def _add(database: Database, *keys: str, due: dt.datetime = NOW) -> list[bool]:
    with database.write() as connection:
        return [add_job(connection, "timer", key, {"key": key}, due, now=NOW) for key in keys]


def _note(connection: Connection, done: Job, now: dt.datetime) -> None:
    connection.execute(setting.insert().values(name=f"{done.key}:{done.attempts}", value={"at": now.isoformat()}))


def _state(database: Database, key: str) -> str:
    with database.read() as connection:
        return str(connection.scalar(sa.select(job.c.state).where(job.c.key == key)))


def _noted(database: Database) -> list[str]:
    with database.read() as connection:
        return sorted(connection.scalars(sa.select(setting.c.name)))


def test_a_key_is_queued_once(database: Database) -> None:
    """The same key a second time is no second job."""
    assert [True, False, True] == _add(database, "a", "a", "b")


def test_a_job_runs_when_it_is_due_and_once(database: Database) -> None:
    """Nothing runs early, and a done job does not run again."""
    _add(database, "a", due=NOW + dt.timedelta(hours=1))

    assert 0 == run_due(database, {"timer": _note}, lambda: NOW)
    assert 1 == run_due(database, {"timer": _note}, lambda: NOW + dt.timedelta(hours=1))
    assert 0 == run_due(database, {"timer": _note}, lambda: NOW + dt.timedelta(hours=2))
    assert ["a:1"] == _noted(database)


def test_two_workers_share_the_queue_without_taking_a_job_twice(database: Database) -> None:
    """Four threads drain 60 jobs; each is done once."""
    _add(database, *[f"k{number:02}" for number in range(60)])

    def drain() -> None:
        while run_due(database, {"timer": _note}, lambda: NOW):
            pass

    threads = [threading.Thread(target=drain) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [f"k{number:02}:1" for number in range(60)] == _noted(database)


def test_a_dead_workers_job_is_taken_over_and_its_late_result_is_undone(database: Database) -> None:
    """After the lease another worker has the job; what the first one still writes is rolled back with its end."""
    _add(database, "a")
    [first] = claim(database, ["timer"], NOW)
    assert [] == claim(database, ["timer"], NOW + LEASE / 2)
    [second] = claim(database, ["timer"], NOW + LEASE)

    done = run_job(database, first, _note, lambda: NOW + LEASE)

    assert done is False
    assert [] == _noted(database)
    assert run_job(database, second, _note, lambda: NOW + LEASE) is True
    assert ["a:2"] == _noted(database)


def test_the_end_of_a_job_that_another_holds_is_refused(database: Database) -> None:
    """The fence decides, not the clock of the first worker."""
    _add(database, "a")
    [first] = claim(database, ["timer"], NOW)
    claim(database, ["timer"], NOW + LEASE)

    with pytest.raises(Lost), database.write() as connection:
        finish(connection, first, NOW)


def test_a_poison_job_ends_as_failed_and_the_others_pass(database: Database) -> None:
    """A job that always fails is tried a number of times with growing waits and then stands as failed, with its error."""
    _add(database, "poison", "good")

    def handler(connection: Connection, taken: Job, now: dt.datetime) -> None:
        if taken.key == "poison":
            raise ValueError("always")
        _note(connection, taken, now)

    now = NOW
    for _ in range(ATTEMPTS * 2):
        run_due(database, {"timer": handler}, lambda: now)
        now += dt.timedelta(days=1)

    assert ("failed", "done") == (_state(database, "poison"), _state(database, "good"))
    with database.read() as connection:
        row = connection.execute(sa.select(job.c.attempts, job.c.error).where(job.c.key == "poison")).one()
    assert (ATTEMPTS, "ValueError: always") == tuple(row)


def test_a_job_that_kills_its_workers_ends_as_failed(database: Database) -> None:
    """A job whose workers die each time is not tried for ever."""
    _add(database, "a")
    now = NOW
    for _ in range(ATTEMPTS + 2):
        claim(database, ["timer"], now)
        now += LEASE

    assert "failed" == _state(database, "a")


def test_a_conflict_costs_no_attempt(database: Database) -> None:
    """A job that lost against another transaction is as fresh as before."""
    _add(database, "a")
    conflict = sa.exc.OperationalError("UPDATE", {}, _conflict(database))

    def handler(connection: Connection, taken: Job, now: dt.datetime) -> None:
        raise conflict

    for minute in range(ATTEMPTS * 2):
        run_due(database, {"timer": handler}, lambda: NOW + dt.timedelta(minutes=minute))
    assert "waiting" == _state(database, "a")

    run_due(database, {"timer": _note}, lambda: NOW + dt.timedelta(hours=1))
    assert ["a:1"] == _noted(database)


def test_a_cancelled_job_does_not_run(database: Database) -> None:
    """Cancelling takes waiting jobs only."""
    _add(database, "a", "b")
    with database.write() as connection:
        assert 1 == cancel_jobs(connection, ["a", "c"], NOW)

    run_due(database, {"timer": _note}, lambda: NOW)

    assert ["b:1"] == _noted(database)


def _conflict(database: Database) -> Exception:
    """What the driver raises when two transactions meet."""
    if database.is_sqlite:
        import sqlite3

        return sqlite3.OperationalError("database is locked")
    import psycopg2.errors

    with pytest.raises(sa.exc.DBAPIError) as raised, database.engine.connect() as one, database.engine.connect() as two:
        one.execute(setting.insert().values(name="x", value={}))
        two.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
        two.execute(setting.insert().values(name="x", value={}))
    assert isinstance(raised.value.orig, psycopg2.errors.LockNotAvailable)
    return raised.value.orig
