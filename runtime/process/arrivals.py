"""An event of another system, taken into the approvals that wait for it, kept for one that may yet, or come too late."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.expr.available import targets_of
from forms_dsl.model import BindingEvent, WaitStep
from forms_dsl.workflow_tree import steps_of
from forms_dsl.working_time import end_of
from runtime.audit.trail import record_event
from runtime.context import Context
from runtime.process.flows import live_flow, pinned_flow
from runtime.process.journal import read_instance
from runtime.process.opened import is_for, open_instance, take_event
from runtime.process.received import expire, find_received, keep, lock_event, note_late, note_taken
from runtime.process.record import platform_context
from runtime.records.facts import value_of
from runtime.records.matching import matching_ids
from runtime.store.direct import ask
from runtime.store.tables import wf_instance, wf_visit
from runtime.store.types import format_instant
from workflow_engine.arrivals import may_still_wait

#: Where approvals of an app wait, in the order in which they are locked.
_WAITING = (
    sa.select(wf_visit.c.instance_id, wf_visit.c.step, wf_visit.c.number, wf_instance.c.release, wf_instance.c.workflow_id)
    .join(wf_instance, wf_instance.c.id == wf_visit.c.instance_id)
    .where(wf_visit.c.state == "waiting", wf_instance.c.app == sa.bindparam("of"))
    .order_by(wf_visit.c.instance_id, wf_visit.c.step)
)
_OVER = (
    sa.select(wf_instance.c.id)
    .where(
        wf_instance.c.app == sa.bindparam("of"),
        wf_instance.c.workflow_id == sa.bindparam("workflow"),
        wf_instance.c.record_id == sa.bindparam("record"),
    )
    .order_by(wf_instance.c.started_at.desc(), wf_instance.c.id.desc())
    .limit(1)
)
#: More records than this are never one event's: then nothing is known of whom it is for.
_MOST = 20


@dataclass(frozen=True, slots=True)
class Arrived:
    """An event as its job has it: `binding.event`, its values, and the key of what was reported; None where nothing is kept of it."""

    name: str
    values: Mapping[str, object]
    key: str | None = None


def event_arrived(connection: Connection, context: Context, app: str, event: Arrived) -> int | None:
    """End every wait that is open for this event; without one, keep it for one that may yet open. How many approvals went on.

    None when a wait opened while this looked, so that it has to look again in a transaction of its own.
    """
    row = find_received(connection, event.key) if event.key is not None else None
    if row is not None and row.state != "received":
        return 0
    went_on, seen = 0, set[tuple[str, str, int]]()
    for wait in _waits(connection, context, app, event.name):
        seen.add((wait.instance_id, wait.step, wait.number))
        went_on += _arrive(connection, context, wait, event)
    if row is None:
        return went_on
    if went_on:
        note_taken(connection, row.id, context.now, went_on)
        return went_on
    lock_event(connection, app, event.name, shared=False)
    if any((wait.instance_id, wait.step, wait.number) not in seen for wait in _waits(connection, context, app, event.name)):
        # It opened while this looked. Its approval is not taken behind the lock of the event: the job looks once more.
        return None
    if _is_late(connection, context, app, event):
        note_late(connection, row.id)
        _tell(connection, context, app, event, "event_late")
        return 0
    until = end_of(_declared(context, app, event.name).keep, context.now, None)
    if until is None:
        raise ValueError("natural time has an end")
    keep(connection, row.id, context.now, until)
    _tell(connection, context, app, event, "event_kept", until=format_instant(until))
    return 0


def expire_kept(connection: Connection, context: Context, id: str) -> None:
    """The time of a kept event is over: nothing takes it any more, and the trail says so."""
    row = expire(connection, id)
    if row is not None:
        record_event(connection, context, "event_expired", app=row.app, body={"event": row.event, "id": row.id})


def _waits(connection: Connection, context: Context, app: str, name: str) -> list[sa.Row[Any]]:
    """The open waits for an event, by the releases that their approvals stand on."""

    def step_of(row: sa.Row[Any]) -> object:
        return pinned_flow(connection, context, app, row.release, row.workflow_id).definition.places[row.step].step

    rows: Sequence[sa.Row[Any]] = ask(connection, _WAITING, {"of": app})
    steps = [(row, step_of(row)) for row in rows]
    return [row for row, step in steps if isinstance(step, WaitStep) and step.event == name]


def _arrive(connection: Connection, context: Context, wait: sa.Row[Any], event: Arrived) -> bool:
    """Lock the approval, then look again: it may have gone on, or the event may be another record's."""
    opened = open_instance(connection, context, wait.instance_id)
    visit = opened.journal.state.visit(wait.step, wait.number)
    step = opened.flow.definition.places[visit.step].step if visit is not None else None
    if visit is None or visit.state != "waiting" or visit.call_result is not None:
        return False
    if not isinstance(step, WaitStep) or not is_for(opened, step, event.values):
        return False
    take_event(opened, step, visit.number, event.values)
    return True


def _is_late(connection: Connection, context: Context, app: str, event: Arrived) -> bool:
    """Whether every approval that the event is for has gone on without it; not so where one may yet wait, or begin."""
    found = list(_concerned(connection, context, app, event))
    return bool(found) and not any(found)


def _concerned(connection: Connection, context: Context, app: str, event: Arrived) -> Iterator[bool]:
    """For each record that the event is for, by each live workflow that waits for it: whether its approval may still wait."""
    live = context.releases.get(app)
    flows = live.app.workflows.values() if live is not None else ()
    for workflow in flows:
        waits = [step for step in steps_of(workflow) if isinstance(step, WaitStep) and step.event == event.name]
        flow = live_flow(context, app, workflow.name)
        for step in waits:
            for record in _records(connection, context, app, workflow.entity, step, event):
                key = {"of": app, "workflow": workflow.id, "record": record}
                instance = connection.execute(_OVER, key).scalar_one_or_none()
                journal = read_instance(connection, instance) if instance is not None else None
                yield journal is None or may_still_wait(flow.definition, journal.state, step.name)


def _records(connection: Connection, context: Context, app: str, entity: str, step: WaitStep, event: Arrived) -> Sequence[str]:
    """The records that an event is for, asked of the database; none where it cannot tell, or says too many."""
    live = context.releases[app]
    if step.match is None or "S" not in targets_of(step.match.tree):
        return ()
    declared = _declared(context, app, event.name).output
    result = {key: value_of(type, event.values.get(key)) for key, type in declared.items()}
    platform = platform_context(context, live)
    ids = matching_ids(connection, platform, live, live.entities[entity], step.match, limit=_MOST + 1, result=result)
    return ids if len(ids) <= _MOST else ()


def _declared(context: Context, app: str, name: str) -> BindingEvent:
    binding, _, event = name.partition(".")
    return context.releases[app].app.bindings[binding].events[event]


def _tell(connection: Connection, context: Context, app: str, event: Arrived, kind: str, **more: object) -> None:
    record_event(connection, context, kind, app=app, body={"event": event.name, **more})
