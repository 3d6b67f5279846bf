"""The table of purges: columns and tables out of use that somebody asks to be dropped, and who let it be done."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.store.metadata import id_column, table
from runtime.store.types import Instant, Json

purge = table(
    "purge",
    id_column(),
    sa.Column("app", sa.String(48), nullable=False),
    #: The tombstones, by their ids.
    sa.Column("things", Json, nullable=False),
    sa.Column("note", sa.Text),
    sa.Column("asked_by", sa.String(36), nullable=False),
    sa.Column("asked_at", Instant, nullable=False),
    #: open, done, withdrawn
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("decided_by", sa.String(36)),
    sa.Column("decided_at", Instant),
)
sa.Index("purge_of", purge.c.app, purge.c.asked_at)


def purges_done(connection: Connection) -> int:
    """How many purges were done: each may change in which column an earlier release finds a field."""
    return connection.execute(sa.select(sa.func.count()).where(purge.c.state == "done")).scalar_one()
