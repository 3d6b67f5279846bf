"""A statement that gets so many seconds and not more: a count that nobody must wait for is given up, not the request."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

#: How often SQLite is asked to look at the time, in steps of its machine.
_STEPS = 10_000
_CANCELED = "57014"


class TookTooLong(Exception):
    """A statement was ended because its time was over; the transaction goes on."""


@contextmanager
def limited(connection: Connection, seconds: float) -> Iterator[None]:
    """Ends what runs within when its time is over, and raises TookTooLong; nothing else of the transaction is lost."""
    if connection.dialect.name == "sqlite":
        with _limited_sqlite(connection, seconds):
            yield
        return
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(f"SET LOCAL statement_timeout = {max(1, int(seconds * 1000))}")
            yield
            connection.exec_driver_sql("SET LOCAL statement_timeout TO DEFAULT")
    except DBAPIError as ended:
        if getattr(ended.orig, "pgcode", None) != _CANCELED:
            raise
        raise TookTooLong from ended


@contextmanager
def _limited_sqlite(connection: Connection, seconds: float) -> Iterator[None]:
    until, driver = time.monotonic() + seconds, cast("sqlite3.Connection", connection.connection.driver_connection)
    driver.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
    try:
        yield
    except DBAPIError as ended:
        if str(ended.orig) != "interrupted":
            raise
        raise TookTooLong from ended
    finally:
        driver.set_progress_handler(None, 0)
