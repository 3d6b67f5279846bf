"""Work items without a seat, which automations make: claimed, given back and completed by single conditional statements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.model import Label
from runtime.audit.trail import record_event
from runtime.context import Context
from runtime.failures import Conflict, NotFound
from runtime.process import codes
from runtime.records.access import NOT_THERE
from runtime.store.identifiers import new_id
from runtime.store.offers import offer_row
from runtime.store.tables import org_person, wf_work, wf_work_person
from runtime.store.types import format_instant

#: What a word is called in the audit trail.
_KINDS: Mapping[str, str] = {"claim": "task_claimed", "release": "task_released", "complete": "work_item_done"}


@dataclass(frozen=True, slots=True)
class NewWork:
    """A work item to be made."""

    app: str
    release: int
    entity: str
    record_id: str
    text: Label
    people: Sequence[str]
    unit: str | None
    due_at: dt.datetime | None
    #: What made it: `automation/position of the action`.
    step: str | None = None


def add_work(connection: Connection, context: Context, new: NewWork) -> str:
    """Make a work item for these people in the caller's transaction; returns its id."""
    work_id = new_id(context.now)
    row = {
        "id": work_id,
        "app": new.app,
        "release": new.release,
        "entity": new.entity,
        "record_id": new.record_id,
        "step": new.step,
        "text": dict(new.text),
        "state": "open",
        "unit": new.unit,
        "created_at": context.now,
        "due_at": new.due_at,
    }
    connection.execute(sa.insert(wf_work), row)
    offers = [offer_row(row, person) for person in dict.fromkeys(new.people)]
    if offers:
        connection.execute(sa.insert(wf_work_person), offers)
    return work_id


def decide(connection: Connection, context: Context, work_id: str, word: str) -> None:
    """Claim, give back or complete a work item; the first one wins, the others hear who it was."""
    person = context.principal.id
    offered = sa.select(wf_work_person.c.work_id).where(wf_work_person.c.person_id == person)
    mine = sa.and_(wf_work.c.id == work_id, wf_work.c.state == "open", wf_work.c.id.in_(offered))
    free = wf_work.c.claimed_by.is_(None)
    change: sa.Update
    match word:
        case "claim":
            change = sa.update(wf_work).where(mine, free).values(claimed_by=person)
        case "release":
            change = sa.update(wf_work).where(mine, wf_work.c.claimed_by == person).values(claimed_by=None)
        case "complete":
            own = sa.or_(free, wf_work.c.claimed_by == person)
            done = {"state": "done", "result": "complete", "done_by": person, "done_at": context.now}
            change = sa.update(wf_work).where(mine, own).values(done)
        case _:
            message = {"zh": "此待办只能办结。", "en": "This task can only be completed."}
            raise Conflict(message, code=codes.NO_SUCH_DECISION.id)
    if connection.execute(change).rowcount != 1:
        raise _refusal(connection, work_id, person)
    if word == "complete":
        connection.execute(sa.delete(wf_work_person).where(wf_work_person.c.work_id == work_id))
    work = connection.execute(sa.select(wf_work).where(wf_work.c.id == work_id)).one()
    record_event(
        connection,
        context,
        _KINDS[word],
        app=work.app,
        entity=work.entity,
        record_id=work.record_id,
        body={"work": work_id, "text": work.text},
    )


def _refusal(connection: Connection, work_id: str, person: str) -> Conflict | NotFound:
    found = (
        sa.select(wf_work, org_person.c.f_name)
        .select_from(wf_work.outerjoin(org_person, org_person.c.id == sa.func.coalesce(wf_work.c.done_by, wf_work.c.claimed_by)))
        .where(wf_work.c.id == work_id)
    )
    work = connection.execute(found).one()
    asked = sa.select(wf_work_person).where(wf_work_person.c.work_id == work_id, wf_work_person.c.person_id == person)
    if work.state == "open" and connection.execute(asked).first() is None:
        return NotFound(NOT_THERE)
    if work.state == "done":
        extra: Mapping[str, object] = {
            "decided_by": {"id": work.done_by, "name": work.f_name},
            "decision": work.result,
            "decided_at": format_instant(work.done_at),
        }
        message = {"zh": f"{work.f_name} 已办结此待办。", "en": f"{work.f_name} completed this task."}
        return Conflict(message, code=codes.DECIDED.id, extra=extra)
    holder = {"id": work.claimed_by, "name": work.f_name}
    if work.claimed_by in (None, person):
        message = {"zh": "此待办没有被您认领。", "en": "You have not claimed this task."}
        return Conflict(message, code=codes.NO_CLAIM.id)
    message = {"zh": f"{work.f_name} 已认领此待办。", "en": f"{work.f_name} has claimed this task."}
    return Conflict(message, code=codes.DECIDED.id, extra={"claimed_by": holder})
