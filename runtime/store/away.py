"""The database that does not answer: one failure for the caller to wait for, whatever the driver says."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from runtime.failures import Unavailable

#: PostgreSQL: shut down by an administrator, after a crash, still starting, too many connections (class 08 beside them).
_CLOSED = frozenset({"57P01", "57P02", "57P03", "53300"})
#: SQLite has no codes of this kind in older versions of the driver, so its own words are looked at.
_UNREADABLE = ("unable to open", "disk i/o error", "database is locked", "database or disk is full")


def is_away(error: BaseException) -> bool:
    """Whether an error means that the database cannot be reached or does not serve, not that a statement is wrong."""
    if isinstance(error, sa.exc.TimeoutError):
        return True
    if isinstance(error, DBAPIError):
        return error.orig is not None and is_away(error.orig)
    if isinstance(error, psycopg2.OperationalError | psycopg2.InterfaceError):
        code = error.pgcode
        return code is None or code.startswith("08") or code in _CLOSED
    return isinstance(error, sqlite3.OperationalError) and any(words in str(error).lower() for words in _UNREADABLE)


class DatabaseAway(Unavailable):
    """The database cannot be reached or does not serve: nothing was changed, try again."""

    def __init__(self) -> None:
        message = {"zh": "数据库暂时不可用，请稍后重试。", "en": "The database does not answer now; try again shortly."}
        super().__init__(message, extra={"retry_after": 5})


@contextmanager
def reachable() -> Iterator[None]:
    """Raises DatabaseAway where the database went away meanwhile."""
    try:
        yield
    except (DBAPIError, sa.exc.TimeoutError, psycopg2.Error, sqlite3.Error) as error:
        if not is_away(error):
            raise
        raise DatabaseAway from error
