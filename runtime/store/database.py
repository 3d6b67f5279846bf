"""One door to the database: read and write transactions on SQLite and PostgreSQL."""

from __future__ import annotations

import math
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from runtime.store.away import reachable
from runtime.store.waiting import refusals, send_before_others

#: A connection that was idle for so long may have lost its server meanwhile.
_IDLE_SECONDS = 1.0
_IDLE_SINCE = "qiqiao_idle_since"

#: Registers SQL functions on each new SQLite connection; the expression compiler adds its own.
SqliteSetup = Callable[[sqlite3.Connection], None]

#: What a request wants to be written in each of its transactions, last of all and in the same commit.
BEFORE_COMMIT: ContextVar[Callable[[Connection], None] | None] = ContextVar("BEFORE_COMMIT", default=None)


@dataclass(frozen=True, slots=True)
class Database:
    """An engine and its two kinds of transaction."""

    engine: Engine
    url: str = field(repr=False, default="")
    #: Whose turn it is to write among the threads of this process, on SQLite.
    turn: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may change things: commits at the end, rolls back on an exception.

        On SQLite it takes the write lock at once (BEGIN IMMEDIATE): with a deferred lock two voters
        can both read before either writes (approvals.md 1.7, race R1). Threads take turns before they ask
        for it: SQLite itself polls, and a writer among sixteen waited more than two seconds while others went first.
        """
        with reachable(), self.turn if self.is_sqlite else nullcontext(), self.engine.connect() as connection:
            connection = connection.execution_options(qiqiao_write=True)
            with connection.begin():
                yield connection
                mark = BEFORE_COMMIT.get()
                if mark is not None:
                    mark(connection)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads; always rolled back. Raises DatabaseAway where the database does not answer."""
        with reachable(), self.engine.connect() as connection:
            transaction = connection.begin()
            try:
                yield connection
            finally:
                transaction.rollback()

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A transaction that only reads, all of it as the database is at its first question."""
        with self.read() as connection:
            if not self.is_sqlite:
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield connection


def open_database(url: str, sqlite_setup: tuple[SqliteSetup, ...] = ()) -> Database:
    """Open the database at an SQLAlchemy URL (`sqlite:///file` or `postgresql://…`), making no tables."""
    if url.startswith(("postgres://", "postgresql://")):
        url = "postgresql+psycopg2://" + url.split("://", 1)[1]
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = sa.create_engine(url, connect_args={"timeout": 30, "check_same_thread": False})
        _prepare_sqlite(engine, sqlite_setup)
    else:
        engine = sa.create_engine(
            url, pool_size=16, max_overflow=16, pool_use_lifo=True, connect_args={"options": "-c timezone=UTC"}
        )
        _ask_the_idle(engine)
        send_before_others(engine)
    return Database(engine, url)


def _ask_the_idle(engine: Engine) -> None:
    """Ask a connection that was idle whether it still stands: asking each time would cost one way in each transaction."""

    @event.listens_for(engine, "checkin")
    def checkin(_: object, record: ConnectionPoolEntry) -> None:
        record.info[_IDLE_SINCE] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def checkout(connection: DBAPIConnection, record: ConnectionPoolEntry, _: object) -> None:
        if time.monotonic() - record.info.get(_IDLE_SINCE, math.inf) < _IDLE_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as gone:
            # The server was away, so none of the others stands either: the pool opens new ones.
            raise sa.exc.InvalidatePoolError from gone


def _prepare_sqlite(engine: Engine, setup: tuple[SqliteSetup, ...]) -> None:
    @event.listens_for(engine, "connect")
    def connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # SQLAlchemy's own BEGIN below decides the lock
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {pragma}")
        for register in setup:
            register(connection)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("qiqiao_write")
        with refusals(connection, "BEGIN"):
            connection.connection.driver_connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")  # type: ignore[union-attr]
