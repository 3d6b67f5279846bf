"""离职交接: all seats of somebody who leaves go to another person, each in a transaction of its own, each with its own result."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from runtime.context import Context
from runtime.failures import Conflict, Failure
from runtime.process import codes
from runtime.process.opened import apply_command, open_instance
from runtime.process.rows import find_seat
from runtime.store.database import Database
from runtime.store.tables import wf_seat, wf_work
from workflow_engine import commands as cmd

#: As many seats are handed over in one request; the rest in the next.
_MOST = 500


@dataclass(frozen=True, slots=True)
class HandingOver:
    """Whose seats go to whom, and why; all, or those of one app and workflow."""

    leaver: str
    person: str
    reason: str
    app: str | None = None
    workflow_id: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """What became of one seat: handed over, or why not."""

    task_id: str
    failure: Failure | None


def hand_over(database: Database, context: Context, handing: HandingOver) -> list[Item]:
    """Give every open seat that somebody owns to another person; what may not be given stays, with the reason."""
    found = (
        sa.select(wf_work.c.id, wf_work.c.instance_id, wf_work.c.step)
        .join(wf_seat, wf_seat.c.id == wf_work.c.seat_id)
        .where(wf_work.c.state == "open", wf_seat.c.owner == handing.leaver)
        .order_by(wf_work.c.created_at, wf_work.c.id)
        .limit(_MOST)
    )
    if handing.app is not None:
        found = found.where(wf_work.c.app == handing.app)
    if handing.workflow_id is not None:
        found = found.where(wf_work.c.workflow_id == handing.workflow_id)
    with database.read() as connection:
        rows = connection.execute(found).all()
    items: list[Item] = []
    for row in rows:
        try:
            _one(database, context, handing, row.id, row.instance_id, row.step)
        except Failure as failure:
            items.append(Item(row.id, failure))
        else:
            items.append(Item(row.id, None))
    return items


def _one(database: Database, context: Context, handing: HandingOver, task_id: str, instance_id: str, step: str) -> None:
    with database.write() as connection:
        opened = open_instance(connection, context, instance_id)
        found = find_seat(opened.journal.state, instance_id, step, task_id)
        if found is None or found[1].owner != handing.leaver:
            raise Conflict({"zh": "此待办已不在其名下。", "en": "The task is not theirs any more."}, code=codes.DECIDED.id)
        visit, seat = found
        apply_command(opened, cmd.HandOver(context.principal.id, step, visit.number, seat.number, handing.person, handing.reason))
