"""Opening the product's database: tables upgraded, SQL functions in place; the first step of every process."""

from __future__ import annotations

from runtime.compile.sql_setup import SQLITE_SETUP
from runtime.settings import Settings
from runtime.store.database import Database, open_database
from runtime.store.upgrade import upgrade


def open_prepared(settings: Settings) -> Database:
    """The database of these settings, ready for use."""
    settings.data_folder.mkdir(parents=True, exist_ok=True)
    database = open_database(settings.database_url, SQLITE_SETUP)
    prepare_database(database)
    return database


def prepare_database(database: Database) -> None:
    """Bring the platform's tables to the newest migration."""
    upgrade(database)
