"""Submit a draft: last changes and the start of its approval in one transaction."""

from __future__ import annotations

from collections.abc import Mapping

from runtime.commands.create_record import seen_by_writer, startable_workflow
from runtime.context import Context
from runtime.failures import NotAllowed
from runtime.process.choices import choices_in
from runtime.process.service import running_instance, start_process
from runtime.records.access import find_entity
from runtime.records.read import Record, get_record
from runtime.records.submitting import require_submittable
from runtime.records.write import Written, update_record
from runtime.store.database import Database


def submit_record(
    database: Database, context: Context, app: str, entity: str, record_id: str, values: Mapping[str, object], version: int | None
) -> Record:
    """Start the approval of a draft, with fields changed first when any are given; returns the record as this person may see it.

    It takes the right to change the draft. A case that came back to its starter goes on instead: its seat is the right there.
    """
    compiled, _ = find_entity(context, app, entity)
    fields, choices = choices_in(values)
    with database.write() as connection:
        found = get_record(connection, context, app, entity, record_id)
        written = Written(found.id, found.version, {}, {})
        if fields:
            written = update_record(
                connection, context, app, entity, record_id, fields, version if version is not None else found.version
            )
        workflow = startable_workflow(connection, context, compiled, entity)
        if workflow is None:
            raise NotAllowed({"zh": "您不能发起此审批。", "en": "You may not start this approval."}, code="P405")
        if running_instance(connection, app, record_id) is None:
            require_submittable(connection, context, app, entity, record_id)
        start_process(connection, context, app, workflow.name, record_id, choices)
        return seen_by_writer(connection, context, app, entity, written)
