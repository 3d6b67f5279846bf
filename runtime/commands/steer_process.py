"""What may be done with a whole approval: its starter recalls it, an administrator tries again where it is held."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.engine import Connection

from runtime.context import Context
from runtime.failures import NotAllowed, NotFound
from runtime.process.service import recall, retry, running_instance
from runtime.process.view import process_of_record
from runtime.records.access import NOT_THERE
from runtime.store.database import Database

Json = dict[str, object]


def recall_process(database: Database, context: Context, app: str, entity: str, record_id: str) -> Json | None:
    """Take the submission of a record back; the approval as it is afterwards."""
    return _steer(database, context, (app, entity, record_id), recall)


def retry_process(database: Database, context: Context, app: str, entity: str, record_id: str) -> Json | None:
    """Try again where the approval of a record is held; the approval afterwards, if the administrator may read the record."""
    return _steer(database, context, (app, entity, record_id), retry)


def _steer(
    database: Database, context: Context, record: tuple[str, str, str], act: Callable[[Connection, Context, str], None]
) -> Json | None:
    with database.write() as connection:
        instance = running_instance(connection, record[0], record[2])
        if instance is None:
            raise NotFound(NOT_THERE)
        act(connection, context, instance)
    with database.read() as connection:
        try:
            return process_of_record(connection, context, *record)
        except (NotFound, NotAllowed):
            return None
