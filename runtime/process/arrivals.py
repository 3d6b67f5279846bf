"""An event of another system, taken into the approvals that wait for it."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.model import WaitStep
from runtime.context import Context
from runtime.failures import Failure
from runtime.process.effects import write_values
from runtime.process.flows import pinned_flow
from runtime.process.opened import apply_command, open_instance, with_record
from runtime.process.world import facts_of
from runtime.records.facts import value_of
from runtime.store.tables import wf_instance, wf_visit
from workflow_engine.commands import EventArrived

#: Where approvals of an app wait, in the order in which they are locked.
_WAITING = (
    sa.select(wf_visit.c.instance_id, wf_visit.c.step, wf_visit.c.number, wf_instance.c.release, wf_instance.c.workflow_id)
    .join(wf_instance, wf_instance.c.id == wf_visit.c.instance_id)
    .where(wf_visit.c.state == "waiting", wf_instance.c.app == sa.bindparam("of"))
    .order_by(wf_visit.c.instance_id, wf_visit.c.step)
)


def event_arrived(connection: Connection, context: Context, app: str, name: str, wire: Mapping[str, object]) -> int:
    """End every wait for this event (`binding.event`) whose `match` is true of it; how many went on."""
    went_on = 0
    for row in connection.execute(_WAITING, {"of": app}).all():
        step = pinned_flow(connection, context, app, row.release, row.workflow_id).definition.places[row.step].step
        if isinstance(step, WaitStep) and step.event == name:
            went_on += _arrive(connection, context, row.instance_id, row.step, row.number, wire)
    return went_on


def _arrive(connection: Connection, context: Context, instance: str, name: str, number: int, wire: Mapping[str, object]) -> bool:
    """Lock the approval, then look again: it may have gone on, or the event may be another record's."""
    opened = open_instance(connection, context, instance)
    visit, flow = opened.journal.state.visit(name, number), opened.flow
    step = flow.definition.places[visit.step].step if visit is not None else None
    if visit is None or visit.state != "waiting" or visit.call_result is not None:
        return False
    if not isinstance(step, WaitStep) or step.match is None:
        return False
    binding, _, event = (step.event or "").partition(".")
    declared = flow.compiled.app.bindings[binding].events[event].output
    result = {key: value_of(type, wire.get(key)) for key, type in declared.items()}
    if flow.value(step.match, facts_of(context, flow.compiled, opened.record, result)) is not True:
        return False
    fits = True
    try:
        with connection.begin_nested():
            opened = with_record(opened, write_values(connection, context, flow, opened.record, step.save, result))
    except Failure:
        # The other approvals that wait for the event must not miss it because this record does not take it.
        fits = False
    apply_command(opened, EventArrived(step.name, number, fits=fits))
    return True
