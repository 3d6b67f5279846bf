"""Take a completed approval back (撤销): start the reversal that the definition names for it."""

from __future__ import annotations

from runtime.context import Context
from runtime.process.reversing import start_reversal
from runtime.process.view import process_of_record
from runtime.records.read import get_record
from runtime.records.request import GetRequest
from runtime.store.database import Database
from workflow_engine.choosing import Choices

_EXISTS = GetRequest(select=("id",))


def reverse_approval(
    database: Database, context: Context, record: tuple[str, str, str], reason: str, choices: Choices
) -> dict[str, object] | None:
    """Start the reversal of the last approval of a record that this person may read; the reversal as it stands then."""
    app, entity, record_id = record
    with database.write() as connection:
        get_record(connection, context, app, entity, record_id, _EXISTS)
        start_reversal(connection, context, app, record_id, reason, choices)
    with database.read() as connection:
        return process_of_record(connection, context, app, entity, record_id)
