"""Carries out the recorded steps of a release on PostgreSQL: each once, none that makes readers wait, all resumable.

A statement that must wait for a lock makes everybody behind it wait too (a plain ALTER behind a long report stalled all
readers for 5 s). So a step waits 100 ms at most and tries again, until `Patience` ends.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from psycopg2 import errorcodes
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from forms_dsl.model import Label
from runtime.failures import Conflict, Failure, Unavailable
from runtime.publish.codes import DATABASE_GONE, GAVE_UP, STEP_REFUSED
from runtime.publish.history import StepRow
from runtime.publish.types import AFTER, Step
from runtime.store.away import DatabaseAway
from runtime.store.database import Database
from runtime.store.tables import publish_step

#: Told before and after each step, so that a command line can show where a publication stands.
Progress = Callable[[str, int, Label], None]
_RETRIED = {errorcodes.LOCK_NOT_AVAILABLE, errorcodes.DEADLOCK_DETECTED}


class StepRefused(Exception):
    """A step cannot be done: the release is to be taken back, and `failure` is what the caller hears."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(str(failure))
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one statement may wait for a lock, and how long to go on trying."""

    lock: dt.timedelta = dt.timedelta(milliseconds=100)
    overall: dt.timedelta = dt.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs the steps of one release on PostgreSQL; `online` is the connection that holds the claim."""

    database: Database
    online: Connection
    app: str
    release: int
    now: dt.datetime
    progress: Progress
    patience: Patience = Patience()

    def run(self, rows: tuple[StepRow, ...]) -> None:
        """Carry out the steps that are not done yet, in their order; raises StepRefused, or Unavailable without the database."""
        for row in rows:
            if row.done_at is None:
                self.progress("step", row.position, row.because)
                _patiently(self._run_step, row, self.patience)
                self.progress("done", row.position, row.because)

    def take_back(self, rows: tuple[StepRow, ...]) -> None:
        """Undo the steps that were done, last first: what nobody used leaves no trace."""
        for row in reversed(rows):
            if row.done_at is not None and row.reverse is not None:
                _patiently(self._reverse_step, row, self.patience)

    def _run_step(self, row: StepRow) -> None:
        step = Step(row.phase, row.sql, row.because, row.reverse)
        if not step.transactional:
            self._run_online(step)
            with self.database.write() as connection:
                connection.execute(self._mark(row.position))
        elif step.batched:
            self._run_batches(step)
            with self.database.write() as connection:
                connection.execute(self._mark(row.position))
        else:
            with self.database.write() as connection:
                # The mark goes first: it locks the row, so a step is done once even by two runners.
                if connection.execute(self._mark(row.position)).rowcount:
                    self._limit_locks(connection)
                    run_step(connection, step.sql, step.because)

    def _run_online(self, step: Step) -> None:
        """A statement that takes no lock anybody feels; what a killed run left half-built goes first."""
        milliseconds = int(self.patience.overall.total_seconds() * 1000)
        self.online.exec_driver_sql(f"SET lock_timeout = {milliseconds}")
        if step.reverse is not None:
            run_statement(self.online, step.reverse)
        run_statement(self.online, step.sql)

    def _run_batches(self, step: Step) -> None:
        after = ""
        while True:
            before, _, behind = step.sql.rpartition(AFTER)
            with self.database.write() as connection:
                keys = run_statement(connection, f"{before}'{after}'{behind}").scalars().all()
            if not keys:
                return
            after = max(keys)

    def _reverse_step(self, row: StepRow) -> None:
        if Step(row.phase, row.reverse, row.because).transactional:
            with self.database.write() as connection:
                self._limit_locks(connection)
                run_statement(connection, row.reverse)
                connection.execute(self._mark(row.position, undone=True))
        else:
            run_statement(self.online, row.reverse)
            with self.database.write() as connection:
                connection.execute(self._mark(row.position, undone=True))

    def _limit_locks(self, connection: Connection) -> None:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {int(self.patience.lock.total_seconds() * 1000)}")

    def _mark(self, position: int, *, undone: bool = False) -> sa.Update:
        key = (publish_step.c.app == self.app, publish_step.c.release == self.release, publish_step.c.position == position)
        state = publish_step.c.done_at.is_not(None) if undone else publish_step.c.done_at.is_(None)
        return sa.update(publish_step).where(*key, state).values(done_at=None if undone else self.now)


def run_statement(connection: Connection, statement: str) -> sa.CursorResult[Any]:
    """Run the text of a step as it stands: nothing in it is a placeholder, whatever it looks like."""
    return connection.execution_options(no_parameters=True).exec_driver_sql(statement)


def run_step(connection: Connection, statement: str, because: Label) -> None:
    """Run a step that is one statement; raises StepRefused when it only looks and finds something."""
    result = run_statement(connection, statement)
    if result.returns_rows and result.first() is not None:
        raise StepRefused(_found(because))


def _found(step: Label) -> Failure:
    return Conflict(
        {
            "zh": f"发布未完成，原版本继续使用。以下要求不成立：{step['zh']}发布期间有数据被修改，请重新查看发布计划。",
            "en": f"Publishing did not succeed; the release before stays in use. This does not hold any more: {step['en']} "
            f"Records were written meanwhile; look at the plan again.",
        },
        code=STEP_REFUSED.id,
    )


def step_failed(step: Label, cause: DBAPIError) -> Failure:
    """What to raise when the database refuses a step; its message names no value of any record."""
    diagnostic = getattr(cause.orig, "diag", None)
    said = getattr(diagnostic, "message_primary", None) or str(cause.orig)
    return Conflict(
        {
            "zh": f"发布未完成，原版本继续使用。步骤“{step['zh']}”被数据库拒绝：{said}",
            "en": f"Publishing did not succeed; the release before stays in use. The database refused a step ({step['en']}): {said}",
        },
        code=STEP_REFUSED.id,
    )


def _patiently(run: Callable[[StepRow], None], row: StepRow, patience: Patience) -> None:
    started, pause = time.monotonic(), 0.05
    while True:
        try:
            run(row)
            return
        except DatabaseAway as gone:
            raise database_gone() from gone
        except DBAPIError as failure:
            if failure.connection_invalidated:
                raise database_gone() from failure
            if getattr(failure.orig, "pgcode", None) not in _RETRIED:
                raise StepRefused(step_failed(row.because, failure)) from failure
            if time.monotonic() - started > patience.overall.total_seconds():
                raise StepRefused(_blocked(row.because)) from failure
        time.sleep(pause)
        pause = min(pause * 1.5, 1.0)


def _blocked(step: Label) -> Unavailable:
    return Unavailable(
        {
            "zh": f"发布未完成，原版本继续使用：步骤“{step['zh']}”一直等不到锁，有长时间运行的查询占用该表。请稍后再发布。",
            "en": f"Publishing gave up and the release before stays in use: a long-running query holds the table that a step needs "
            f"({step['en']}). Publish again later.",
        },
        code=GAVE_UP.id,
    )


def database_gone() -> Unavailable:
    """The database does not answer: what is left of the publication is done by the next start."""
    return Unavailable(
        {
            "zh": "发布途中数据库连接中断。数据库恢复后，下一次启动会从中断处继续。",
            "en": "The database went away while publishing. The next start goes on where it stopped.",
        },
        code=DATABASE_GONE.id,
    )
