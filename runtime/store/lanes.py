"""Reading from the event loop: questions are carried without a thread, read-only, and none may hold up the others.

PostgreSQL is waited for on its socket. SQLite answers at once or, after some milliseconds, in a thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import psycopg2
import psycopg2.errors
from psycopg2.extensions import POLL_OK, POLL_READ, POLL_WRITE

from runtime.failures import Unavailable
from runtime.store.asking import Answer, Asking, Question
from runtime.store.away import reachable
from runtime.store.database import Database
from runtime.store.prepared import Known
from runtime.store.waiting import Row

#: No page of records needs longer; a question that does is refused.
LONGEST_SECONDS = 10
#: As long as SQLite may hold the event loop itself.
_AT_ONCE_SECONDS = 0.005
_LANES = 16
#: SQLite looks at the clock after so many steps of its machine.
_STEPS = 1_000
_TOO_SLOW = {
    "zh": "查询耗时过长，请缩小筛选范围。",
    "en": "The question takes too long; narrow the filter.",
}


class Lanes(Protocol):
    """The way of one event loop to the database."""

    async def rows(self, question: Question) -> list[Row]:
        """The rows of one question."""
        ...

    def close(self) -> None:
        """Close all connections."""
        ...


async def carry(lanes: Lanes, asking: Asking[Answer]) -> Answer:
    """Carry the questions of some code from the event loop."""
    rows: list[Row] | None = None
    while True:
        try:
            question = asking.send(rows) if rows is not None else next(asking)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        try:
            rows = await lanes.rows(question)
        except BaseException:
            asking.close()
            raise


def open_lanes(database: Database) -> Lanes:
    """The lanes of the running event loop to a database."""
    return SqliteLanes(database) if database.is_sqlite else PostgresLanes(database)


class SqliteLanes:
    """One connection for the loop itself, which answers most questions in less time than a thread takes to wake."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection = _sqlite_connection(database)
        self._until = 0.0
        self._connection.set_progress_handler(self._is_late, _STEPS)

    async def rows(self, question: Question) -> list[Row]:
        """The rows of one question; one that takes long goes on in a thread."""
        self._until = time.monotonic() + _AT_ONCE_SECONDS
        try:
            return _sqlite_rows(self._connection, question)
        except sqlite3.OperationalError as stopped:
            if str(stopped) != "interrupted":
                raise
        return await asyncio.to_thread(self._patiently, question)

    def close(self) -> None:
        """Close the loop's connection."""
        self._connection.close()

    def _patiently(self, question: Question) -> list[Row]:
        connection = _sqlite_connection(self._database)
        until = time.monotonic() + LONGEST_SECONDS
        connection.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
        try:
            return _sqlite_rows(connection, question)
        except sqlite3.OperationalError as stopped:
            if str(stopped) != "interrupted":
                raise
            raise Unavailable(_TOO_SLOW, code="Q207") from stopped
        finally:
            connection.close()

    def _is_late(self) -> bool:
        return time.monotonic() > self._until


class PostgresLanes:
    """Connections that the event loop waits for on their sockets; each answers one question at a time."""

    def __init__(self, database: Database) -> None:
        _, self._parameters = database.engine.dialect.create_connect_args(database.engine.url)
        self._free: list[_Lane] = []
        self._is_closed = False
        self._places = asyncio.Semaphore(_LANES)

    async def rows(self, question: Question) -> list[Row]:
        """The rows of one question; a connection that the server closed meanwhile is replaced once."""
        with reachable():
            return await self._answered(question)

    async def _answered(self, question: Question) -> list[Row]:
        async with self._places:
            lane = self._free.pop() if self._free else None
            if lane is not None:
                try:
                    return await self._on(lane, question)
                except psycopg2.Error:
                    if not lane.is_closed:
                        raise
            return await self._on(await _Lane.open(self._parameters), question)

    async def _on(self, lane: _Lane, question: Question) -> list[Row]:
        try:
            found = await lane.rows(question)
        except psycopg2.errors.QueryCanceled as cancelled:
            self._free.append(lane)
            raise Unavailable(_TOO_SLOW, code="Q207") from cancelled
        except psycopg2.errors.FeatureNotSupported:
            # A publication has changed the type of a column that a statement prepared here reads.
            lane.close()
            raise
        except psycopg2.Error:
            if not lane.is_closed:
                self._free.append(lane)
            raise
        except BaseException:
            # Cancelled in the middle of an answer: nobody may read the rest of it.
            lane.close()
            raise
        self._free.append(lane)
        if self._is_closed:
            self.close()
        return found

    def close(self) -> None:
        """Close the connections: those in use when they have their answer."""
        self._is_closed = True
        while self._free:
            self._free.pop().close()


class _Lane:
    """One asynchronous connection with the statements that are prepared on it."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._known = Known()

    @classmethod
    async def open(cls, parameters: Mapping[str, Any]) -> _Lane:
        """A new read-only connection."""
        options = f"-c timezone=UTC -c default_transaction_read_only=on -c statement_timeout={LONGEST_SECONDS}s"
        connection = psycopg2.connect(**parameters, options=options, async_=True)
        lane = cls(connection)
        await lane._ready()
        return lane

    @property
    def is_closed(self) -> bool:
        """Whether the connection is of no more use."""
        return bool(self._connection.closed)

    async def rows(self, question: Question) -> list[Row]:
        """The rows of one question."""
        prepared = question.prepared
        cursor = self._connection.cursor()
        try:
            for statement in self._known.ready(prepared):
                cursor.execute(statement)
                await self._ready()
            cursor.execute(prepared.execute, prepared.bound(question.values))
            await self._ready()
            return list(cursor.fetchall())
        finally:
            with contextlib.suppress(psycopg2.Error):
                cursor.close()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    async def _ready(self) -> None:
        """Wait until the connection has its answer."""
        connection, loop = self._connection, asyncio.get_running_loop()
        while (state := connection.poll()) != POLL_OK:
            descriptor = connection.fileno()
            wait: Callable[..., None] = {POLL_READ: loop.add_reader, POLL_WRITE: loop.add_writer}[state]
            forget = {POLL_READ: loop.remove_reader, POLL_WRITE: loop.remove_writer}[state]
            woken = loop.create_future()
            wait(descriptor, _wake, woken)
            try:
                await woken
            finally:
                forget(descriptor)


def _wake(woken: asyncio.Future[None]) -> None:
    if not woken.done():
        woken.set_result(None)


def _sqlite_connection(database: Database) -> sqlite3.Connection:
    """A connection of its own, prepared like those of the pool, that cannot write."""
    pooled = database.engine.raw_connection()
    connection = pooled.driver_connection
    pooled.detach()
    assert isinstance(connection, sqlite3.Connection)  # noqa: S101 - the driver of this database
    connection.execute("PRAGMA query_only=ON")
    return connection


def _sqlite_rows(connection: sqlite3.Connection, question: Question) -> list[Row]:
    bound = question.prepared.bound(question.values)
    positions = question.prepared.positions or ()
    cursor = connection.execute(question.prepared.text, tuple(bound[name] for name in positions))
    try:
        return cursor.fetchall()
    finally:
        cursor.close()
