"""Brings the platform's own tables to the newest migration; tables of apps are the publisher's business."""

from __future__ import annotations

import importlib.resources
from functools import cache

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Connection

from runtime.store.database import Database

#: Any fixed number: two processes that start together upgrade one after the other.
_ADVISORY_LOCK = 7_148_001


def upgrade(database: Database) -> None:
    """Apply all migrations that this database lacks, all or none, alone among all processes."""
    if _is_newest(database):
        return
    with database.write() as connection:
        if not database.is_sqlite:
            alone(connection)
        command.upgrade(alembic_config(connection), "head")


def _is_newest(database: Database) -> bool:
    """Whether nothing is to be applied: Alembic itself would read every migration to say so, at each start of each command."""
    with database.read() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return False
        return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalars().all() == [_newest()]


@cache
def _newest() -> str:
    """The number of the newest migration, which is the beginning of its file's name."""
    versions = importlib.resources.files("runtime.store") / "migrations" / "versions"
    return max(file.name[:4] for file in versions.iterdir() if file.name[:4].isdecimal())


def alone(connection: Connection) -> None:
    """Wait until no other process prepares this PostgreSQL database, and keep others out until the transaction ends."""
    connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})


def alembic_config(connection: Connection) -> Config:
    """Alembic's settings for the platform's migrations over one connection."""
    config = Config()
    config.set_main_option("script_location", str(importlib.resources.files("runtime.store") / "migrations"))
    config.attributes["connection"] = connection
    return config
