"""子流程: a run of another workflow is begun, is stopped, and tells its end; each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connectors.templates import to_json
from forms_dsl.model import SubFlowStep
from runtime.context import Context
from runtime.failures import Conflict, Failure
from runtime.process import codes
from runtime.process.effects import carry_out, write_values
from runtime.process.flows import Flow, pinned_flow
from runtime.process.journal import Journal, lock_instance, write_start
from runtime.process.notify import notify
from runtime.process.opened import Opened, apply_command, open_instance, with_record
from runtime.process.record import lock_record, read_case
from runtime.process.rows import Frame
from runtime.process.sub_flow_jobs import END, START, put_off
from runtime.process.world import make_world
from runtime.store.direct import ask_one
from runtime.store.tables import wf_instance
from workflow_engine import commands as cmd
from workflow_engine.child_ends import completed_by, counted, unfit
from workflow_engine.guards import Refusal
from workflow_engine.handle import handle
from workflow_engine.state import Child, Visit

#: A run inside of a run and so on, at most: releases that follow each other may make a circle that no release has.
DEEPEST = 8
#: What stands as the reason where a run is stopped because the flow that began it waits no longer.
BY_PARENT = "sub_flow"

_ROW = sa.select(wf_instance.c.id, wf_instance.c.parent_id).where(wf_instance.c.id == sa.bindparam("instance"))
_FORMER = sa.select(wf_instance.c.id).where(
    wf_instance.c.parent_id == sa.bindparam("parent"),
    wf_instance.c.record_id == sa.bindparam("record"),
    wf_instance.c.workflow_id == sa.bindparam("workflow"),
    wf_instance.c.state.in_(("running", "held")),
)


def run_sub_flow(connection: Connection, context: Context, payload: Mapping[str, object]) -> None:
    """Do what a job of a sub-flow is for; done twice, it acts once."""
    parent, child = str(payload["parent"]), str(payload["child"])
    match payload["what"]:
        case what if what == START:
            _start(connection, context, parent, child, payload)
        case what if what == END:
            result = cast("Literal['approved', 'rejected', 'stopped']", str(payload["result"]))
            take_end(connection, context, parent, cmd.FinishChild(child, result))
        case _:
            _stop(connection, context, child, payload)


def take_end(connection: Connection, context: Context, parent: str, command: cmd.FinishChild) -> None:
    """Tell a flow how a run that it began has ended, with what its step saves then."""
    opened = open_instance(connection, context, parent)
    step = completed_by(opened.flow.definition, opened.journal.state, command)
    found = opened.journal.state.child(command.child)
    if step is not None and found is not None and step.save:
        try:
            with connection.begin_nested():
                opened = _save(opened, found[0], step, command)
        except Failure as refused:
            command = replace(command, fits=False, detail=str(refused)[:500])
    apply_command(opened, command)


def save_again(opened: Opened) -> Opened:
    """Write what sub-flows gave that the record did not take; raises the failure of what it does not take even now."""
    for visit in unfit(opened.journal.state):
        step = opened.flow.definition.places[visit.step].step
        if isinstance(step, SubFlowStep):
            opened = _save(opened, visit, step)
    return opened


def _save(opened: Opened, visit: Visit, step: SubFlowStep, last: cmd.FinishChild | None = None) -> Opened:
    result = counted(visit, last)
    record = write_values(opened.connection, opened.context, opened.flow, opened.record, step.save, result)
    return with_record(opened, record)


def _start(connection: Connection, context: Context, parent: str, child: str, payload: Mapping[str, object]) -> None:
    """Begin a run, unless it was begun or nothing waits for it any more; what forbids it is told to the flow that asked for it."""
    journal = lock_instance(connection, parent)
    found = journal.state.child(child) if journal is not None else None
    if journal is None or found is None or found[1].state != "running" or _exists(connection, child):
        return
    flow = _flow_of(connection, context, journal, *found)
    if _is_former_ending(connection, journal, flow, found[1]):
        put_off(connection, payload, context.now)
        return
    try:
        with connection.begin_nested():
            _refuse_deep(connection, parent)
            _begin(connection, context, flow, journal, found[1])
    except Failure as refused:
        take_end(connection, context, parent, cmd.FinishChild(child, "failed", detail=str(refused)[:500]))


def _begin(connection: Connection, context: Context, flow: Flow, parent: Journal, child: Child) -> None:
    lock_record(connection, flow, child.record)
    record = read_case(connection, context, flow, child.record)
    before = {name: to_json(record.values.get(name)) for name in flow.workflow.start_set}
    record = write_values(connection, context, flow, record, flow.workflow.start_set)
    of, unit = parent.state.starter, parent.state.starter_unit
    world = make_world(connection, context, flow, record, (of, unit), record.version)
    key = parent.frame.instance_id
    start = cmd.Start(cmd.SYSTEM, unit, before, record.version, starter=of, parent=key)
    outcome = handle(flow.definition, None, start, world)
    if isinstance(outcome, Refusal):
        raise TypeError(f"the platform may not start a sub-flow: {outcome.reason}")
    app, entity = flow.compiled.app.name, flow.workflow.entity
    frame = Frame(child.instance, app, child.release, entity, child.record, flow.workflow.id, unit, key)
    write_start(connection, frame, outcome.state, outcome.entries)
    notify(connection, context, frame, outcome.state, outcome.entries, world.proxies)
    carry_out(connection, context, flow, frame, record, outcome.entries)


def _stop(connection: Connection, context: Context, child: str, payload: Mapping[str, object]) -> None:
    """Stop a run; one with a call under way later, when it is known how that ended."""
    if not _exists(connection, child):
        # It was never begun: the job that would have begun it finds that nothing waits for it.
        return
    opened = open_instance(connection, context, child)
    state, stop = opened.journal.state, cmd.Terminate(cmd.SYSTEM, BY_PARENT)
    if not state.is_running or state.ending is not None:
        return
    if isinstance(handle(opened.flow.definition, state, stop, opened.world), Refusal):
        put_off(connection, payload, context.now)
        return
    apply_command(opened, stop)


def _flow_of(connection: Connection, context: Context, parent: Journal, visit: Visit, child: Child) -> Flow:
    frame = parent.frame
    outer = pinned_flow(connection, context, frame.app, frame.release, frame.workflow_id)
    step = outer.definition.places[visit.step].step
    if not isinstance(step, SubFlowStep):
        raise TypeError(f"{visit.step} runs no other workflow")
    inner = outer.compiled.app.workflows[step.workflow]
    return pinned_flow(connection, context, frame.app, child.release, inner.id)


def _is_former_ending(connection: Connection, parent: Journal, flow: Flow, child: Child) -> bool:
    """Whether an earlier run of the same flow over the record is about to be stopped: after a return a new one waits for that."""
    asked = {"parent": parent.frame.instance_id, "record": child.record, "workflow": flow.workflow.id}
    former = ask_one(connection, _FORMER, asked)
    found = parent.state.child(former.id) if former is not None else None
    return found is not None and found[1].state == "stopping"


def _exists(connection: Connection, instance: str) -> bool:
    return ask_one(connection, _ROW, {"instance": instance}) is not None


def _refuse_deep(connection: Connection, parent: str) -> None:
    key: str | None = parent
    for _ in range(DEEPEST):
        row = ask_one(connection, _ROW, {"instance": key})
        key = row.parent_id if row is not None else None
        if key is None:
            return
    message = {"zh": f"子流程嵌套超过 {DEEPEST} 层。", "en": f"Sub-flows stand more than {DEEPEST} deep in each other."}
    raise Conflict(message, code=codes.TOO_DEEP.id)
