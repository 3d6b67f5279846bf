"""Locks on what is no row: whoever takes one has it until his transaction ends."""

from __future__ import annotations

from hashlib import blake2b

import sqlalchemy as sa
from sqlalchemy.engine import Connection


def lock_until_the_end(connection: Connection, name: str, *, shared: bool = False) -> None:
    """Wait until nobody else has the lock of this name, or with `shared` nobody has it alone; on SQLite writers are alone anyway."""
    if connection.dialect.name == "postgresql":
        key = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)
        take = sa.func.pg_advisory_xact_lock_shared if shared else sa.func.pg_advisory_xact_lock
        connection.execute(sa.select(take(key)))
