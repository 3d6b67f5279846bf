"""What every new database connection needs before compiled expressions run on it."""

from __future__ import annotations

from runtime.compile.sqlite_functions import register_sqlite
from runtime.store.database import SqliteSetup

#: Registers the expression language's functions on a SQLite connection.
SQLITE_SETUP: tuple[SqliteSetup, ...] = (register_sqlite,)
