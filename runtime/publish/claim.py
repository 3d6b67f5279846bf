"""Who is publishing an app now: an advisory lock on PostgreSQL, which the server lets go when the publisher dies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.store.database import Database


@contextmanager
def claim(database: Database, app: str) -> Iterator[Connection | None]:
    """Be the only publisher of an app on PostgreSQL; None when somebody else is.

    The connection commits each statement by itself, as an index that is built beside running writers needs.
    """
    key = {"key": int.from_bytes(blake2b(f"publish:{app}".encode(), digest_size=8).digest(), "big", signed=True)}
    with database.engine.connect() as connection:
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        if not connection.execute(sa.text("SELECT pg_try_advisory_lock(:key)"), key).scalar():
            yield None
            return
        try:
            yield connection
        finally:
            # The connection goes back to the pool: what a step set on it must not follow the next request.
            connection.exec_driver_sql("RESET lock_timeout")
            connection.execute(sa.text("SELECT pg_advisory_unlock(:key)"), key)
