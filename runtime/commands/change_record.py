"""Change, delete or bring back a record that nobody else has changed meanwhile."""

from __future__ import annotations

from collections.abc import Mapping

from runtime.commands.create_record import seen_by_writer
from runtime.context import Context
from runtime.records.read import Record
from runtime.records.restore import restore_record
from runtime.records.write import delete_record, update_record
from runtime.store.database import Database


def change_record(
    database: Database, context: Context, app: str, entity: str, record_id: str, values: Mapping[str, object], version: int
) -> Record:
    """Change the given fields of a record that still has this version; returns it as this person may see it."""
    with database.write() as connection:
        written = update_record(connection, context, app, entity, record_id, values, version, later=True)
        return seen_by_writer(connection, context, app, entity, written)


def remove_record(database: Database, context: Context, app: str, entity: str, record_id: str, version: int) -> None:
    """Delete a record that still has this version; its data are kept with a mark."""
    with database.write() as connection:
        delete_record(connection, context, app, entity, record_id, version)


def bring_back_record(database: Database, context: Context, app: str, entity: str, record_id: str, version: int) -> Record:
    """Bring back a deleted record that still has this version; returns it as this person may see it."""
    with database.write() as connection:
        written = restore_record(connection, context, app, entity, record_id, version)
        return seen_by_writer(connection, context, app, entity, written)
