"""What may be done with a whole approval: its starter recalls it, an administrator tries again where it is held."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.engine import Connection

from runtime.context import Context
from runtime.failures import NotFound
from runtime.process.service import recall, retry, running_instance
from runtime.process.view import process_of
from runtime.records.access import NOT_THERE
from runtime.store.database import Database


def recall_process(database: Database, context: Context, app: str, entity: str, record_id: str) -> dict[str, object]:
    """Take the submission of a record back; the approval as it is afterwards."""
    return _steer(database, context, (app, entity, record_id), recall)


def retry_process(database: Database, context: Context, app: str, entity: str, record_id: str) -> dict[str, object]:
    """Try again where the approval of a record is held; the approval as it is afterwards."""
    return _steer(database, context, (app, entity, record_id), retry)


def _steer(
    database: Database,
    context: Context,
    record: tuple[str, str, str],
    act: Callable[[Connection, Context, str], None],
) -> dict[str, object]:
    with database.write() as connection:
        instance = running_instance(connection, *record)
        if instance is None:
            raise NotFound(NOT_THERE)
        act(connection, context, instance)
    with database.read() as connection:
        return process_of(connection, context, instance)
