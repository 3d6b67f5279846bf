"""A worker process for the outbox tests: delivers what is due and kills itself with SIGKILL at a chosen boundary.

Boundaries are counted: each commit twice (before, after), each call of the engine twice (before, after).
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection as DatabaseConnection

from connectors.engine import Engine
from runtime.compile.sql_setup import SQLITE_SETUP
from runtime.outbox.deliver import Delivery, deliver_next
from runtime.outbox.rows import OutboxRow
from runtime.store.database import Database, open_database
from runtime.store.tables import setting
from tests.connectors.conftest import make_engine
from tests.jobs.routes import loan_route


class Boundary:
    """Dies at the n-th boundary."""

    def __init__(self, at: int) -> None:
        self.left = at

    def passed(self, *_: object) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def finished(connection: DatabaseConnection, row: OutboxRow, now: dt.datetime) -> None:
    """What follows from an outcome, for these tests: a row that a second time would break on its key."""
    connection.execute(setting.insert().values(name=row.key, value={"state": row.state, "result": row.result}))


def killed_at(boundary: int, url: str, work: Callable[[Database], None]) -> bool:
    """Do some work in a process of its own; true when it died at the boundary, false when it came to its end before."""
    # Forked: a fresh interpreter for each of a hundred kills would take minutes. The child opens a database of its own.
    worker = multiprocessing.get_context("fork").Process(target=_work, args=(boundary, url, work))
    worker.start()
    worker.join()
    assert worker.exitcode in (0, -signal.SIGKILL)
    return worker.exitcode != 0


def _work(at: int, url: str, work: Callable[[Database], None]) -> None:
    boundary = Boundary(at)
    database = open_database(url, SQLITE_SETUP)
    for name in ("command", "ask"):
        setattr(Engine, name, _watched(getattr(Engine, name), boundary))
    event.listen(database.engine, "commit", boundary.passed)
    sa.engine.RootTransaction.commit = _watched(sa.engine.RootTransaction.commit, boundary, before=False)
    work(database)


def deliver_all(database: Database) -> None:
    """Deliver what is due, with the tests' own route and end."""
    delivery = Delivery(database, make_engine(Path(), database), loan_route, finished, now)
    while deliver_next(delivery):
        pass


def _watched(call, boundary, before=True):
    def watched(*arguments, **named):
        if before:
            boundary.passed()
        result = call(*arguments, **named)
        boundary.passed()
        return result

    return watched


def now() -> dt.datetime:
    """The real time."""
    return dt.datetime.now(dt.UTC)
