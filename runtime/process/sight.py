"""Who has opened his task: noted once, where a workflow lets that end the time to take the decision before it back."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.context import Context
from runtime.process.flows import pinned_flow
from runtime.process.opened import apply_command, look_at_instance, open_instance
from runtime.process.rows import find_seat
from runtime.store.tables import wf_work
from workflow_engine.commands import See
from workflow_engine.take_back import FIRST_LOOK

_OPEN = sa.select(wf_work).where(wf_work.c.id == sa.bindparam("work"), wf_work.c.state == "open", wf_work.c.seat_id.is_not(None))


def is_sight_new(connection: Connection, context: Context, work_id: str) -> bool:
    """Whether it is still to be noted that the caller has opened this task."""
    row = connection.execute(_OPEN, {"work": work_id}).one_or_none()
    if row is None or pinned_flow(connection, context, row.app, row.release, row.workflow_id).workflow.take_back != FIRST_LOOK:
        return False
    opened = look_at_instance(connection, context, row.instance_id)
    found = find_seat(opened.journal.state, row.instance_id, row.step, work_id)
    return found is not None and context.principal.id not in found[0].seen


def note_sight(connection: Connection, context: Context, work_id: str) -> None:
    """Note it in the history of the approval; of a suspended one nothing is taken back, so nothing is noted."""
    row = connection.execute(_OPEN, {"work": work_id}).one_or_none()
    if row is None:
        return
    opened = open_instance(connection, context, row.instance_id)
    found = find_seat(opened.journal.state, row.instance_id, row.step, work_id)
    if found is not None and opened.journal.state.suspended_at is None:
        apply_command(opened, See(context.principal.id, found[0].step, found[0].number))
