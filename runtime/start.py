"""From a database URL to a database that is ready to serve."""

from __future__ import annotations

from runtime.store.database import Database
from runtime.store.tables import METADATA


def prepare_database(database: Database) -> None:
    """Bring the platform's own tables and SQL functions to the present state."""
    with database.write() as connection:
        METADATA.create_all(connection)
