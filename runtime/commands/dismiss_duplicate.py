"""Say with a reason that two records are not the same; the reason stays with the pair and in the trail of the record."""

from __future__ import annotations

from runtime.audit.trail import record_event
from runtime.context import Context
from runtime.records.duplicate_cases import cases_of_record, dismiss
from runtime.store.database import Database


def dismiss_duplicate(
    database: Database, context: Context, app: str, entity: str, record_id: str, case_id: str, reason: object
) -> list[dict[str, object]]:
    """Settle one proposal of a record; returns the record's proposals as they stand now."""
    with database.write() as connection:
        kept = dismiss(connection, context, app, entity, record_id, case_id, reason)
        record_event(connection, context, "duplicate.dismissed", app=app, entity=entity, record_id=record_id, body=dict(kept))
        return cases_of_record(connection, context, app, entity, record_id)
