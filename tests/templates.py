"""What many tests put into a database first is put there once, and copied for each of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg2
import sqlalchemy as sa

from runtime.store.database import Database

#: By the server, or "sqlite", and the name of the filling: a file's bytes, or the name of a database to copy from.
_FILLED: dict[tuple[str, str], bytes | str] = {}


def fill(database: Database, name: str, put: Callable[[], object]) -> None:
    """Leave a fresh database as `put` leaves it; after the first time with this name by a copy."""
    url = sa.make_url(database.url)
    key = ("sqlite" if database.is_sqlite else f"{url.host}:{url.port}", name)
    found = _FILLED.get(key)
    if found is None:
        put()
        _FILLED[key] = _kept(database, url, name)
        return
    database.engine.dispose()
    if isinstance(found, bytes):
        file = Path(str(url.database))
        for beside in ("-wal", "-shm"):
            file.with_name(file.name + beside).unlink(missing_ok=True)
        file.write_bytes(found)
    else:
        on_server(url, f'DROP DATABASE "{url.database}" WITH (FORCE)')
        on_server(url, f'CREATE DATABASE "{url.database}" TEMPLATE "{found}"')


def _kept(database: Database, url: sa.URL, name: str) -> bytes | str:
    if database.is_sqlite:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        database.engine.dispose()
        return Path(str(url.database)).read_bytes()
    database.engine.dispose()
    on_server(url, f'CREATE DATABASE "filled_{name}" TEMPLATE "{url.database}"')
    return f"filled_{name}"


def on_server(url: sa.URL, statement: str) -> None:
    """Say something to the server of a PostgreSQL database, beside all databases of tests."""
    connection = psycopg2.connect(host=url.host, port=url.port, user=url.username, password=url.password, dbname="postgres")
    connection.autocommit = True
    try:
        connection.cursor().execute(statement)
    finally:
        connection.close()
