"""What the events of one command do beside their rows: calls into the outbox, timers, values of the record, the trail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.engine import Connection

from connectors.templates import to_json
from forms_dsl.expr.facts import Facts
from forms_dsl.expr.tree import Expression
from forms_dsl.model import CallStep, Value
from runtime.audit.trail import NewEvent, record_events
from runtime.context import Context
from runtime.outbox.rows import enqueue
from runtime.process.finished import announce_finish
from runtime.process.flows import Flow
from runtime.process.record import CaseRecord, platform_context, read_case, read_whole
from runtime.process.rows import Frame
from runtime.process.secret_ballots import HIDDEN, is_ballot
from runtime.process.shadows import run_shadows
from runtime.process.sub_flow_jobs import tell
from runtime.process.timers import add_reminder, add_timers, call_key
from runtime.process.undo_calls import send_undo
from runtime.process.world import facts_of
from runtime.records.write import update_record
from workflow_engine import act_events as ae
from workflow_engine import events as ev
from workflow_engine.event_codec import encode

#: How what happened is called in the audit trail; other events stand in the approval's own history only.
_KINDS: Mapping[type[ev.Event], str] = {
    ev.Started: "process_started",
    ev.SeatClaimed: "task_claimed",
    ev.SeatReleased: "task_released",
    ev.SeatDecided: "process_decided",
    ev.VisitHeld: "process_held",
    ev.PassedWithout: "process_passed",
    ev.CallFinished: "process_called",
    ev.SeatRepeated: "process_repeated",
    ev.Overdue: "process_overdue",
    ev.Reminded: "process_reminded",
    ev.Recalled: "process_recalled",
    ae.SeatTransferred: "task_transferred",
    ae.SeatAdded: "task_added",
    ae.SeatRemoved: "task_removed",
    ae.OpinionAsked: "opinion_asked",
    ae.OpinionGiven: "opinion_given",
    ae.OpinionWithdrawn: "opinion_withdrawn",
    ae.Urged: "process_urged",
    ae.BallotClosed: "process_ballot_closed",
    ae.WaitEnded: "process_waited",
    ev.Copied: "process_copied",
    ae.CallSettled: "process_call_settled",
    ae.PeopleChosen: "process_people_chosen",
    ae.UndoStarted: "process_undo_started",
    ae.ChildrenStarted: "process_sub_flow_started",
    ae.ChildEnded: "process_sub_flow_ended",
    ae.ChildrenStopped: "process_sub_flow_stopped",
    ae.CopyRead: "copy_read",
    ae.Suspended: "process_suspended",
    ae.Resumed: "process_resumed",
    ae.Terminated: "process_terminated",
    ae.JumpAsked: "process_jump_asked",
    ae.Jumped: "process_jumped",
    ae.Migrated: "process_migrated",
    ae.TakenBack: "process_taken_back",
    ev.Finished: "process_finished",
}


#: Everything of an approval that the audit trail knows.
TRAIL_KINDS: tuple[str, ...] = tuple(dict.fromkeys((*_KINDS.values(), "process_voted")))


def carry_out(
    connection: Connection, context: Context, flow: Flow, frame: Frame, record: CaseRecord, entries: Sequence[ev.Entry]
) -> CaseRecord:
    """Do what these events ask for, in the transaction that made them; the record as it is afterwards."""
    for entry in entries:
        tell(connection, frame, entry)
        match entry.event:
            case ev.CallRequested(step=step, visit=visit, undoes=None):
                _send(connection, context, flow, frame, record, step, visit)
            case ev.CallRequested():
                send_undo(connection, context, flow, frame, entry.event)
            case ev.VisitOpened() | ae.WaitStarted():
                add_timers(connection, frame, entry.at, entry.event)
            case ev.Overdue() | ev.Reminded():
                add_reminder(connection, frame, entry.at, entry.event)
            case ae.Resumed(terms=terms):
                for term in terms:
                    add_timers(connection, frame, entry.at, term)
            case ae.Terminated():
                record = write_values(connection, context, flow, record, flow.workflow.finish_set.get("stopped", {}))
            case ev.DecisionRun(step=step, decision=decision, values=values):
                run_shadows(connection, context, flow, record, flow.runs[step], (decision, values))
                # Read again: what the outputs change of computed values, the events after this one must see.
                put(connection, context, flow, record, values)
                record = read_case(connection, context, flow, record.id)
            case ev.Finished(result=result):
                record = write_values(connection, context, flow, record, flow.workflow.finish_set.get(result, {}))
                announce_finish(connection, context, flow, frame, record.id)
    _record(connection, context, flow, frame, record, entries)
    return record


def write_values(
    connection: Connection,
    context: Context,
    flow: Flow,
    record: CaseRecord,
    values: Mapping[str, Value],
    result: Mapping[str, object] | None = None,
) -> CaseRecord:
    """Write values that the flow sets (`set`, `save`) as the platform; `result` is the answer of a call."""
    if not values:
        return record
    facts = facts_of(context, flow.compiled, record, result)
    written = {name: evaluate(flow, value, facts) for name, value in values.items()}
    return put(connection, context, flow, record, written)


def put(connection: Connection, context: Context, flow: Flow, record: CaseRecord, values: Mapping[str, object]) -> CaseRecord:
    """Write plain values as the platform and keep what the flow knows of the record in step."""
    platform = platform_context(context, flow.compiled)
    done = update_record(
        connection,
        platform,
        flow.compiled.app.name,
        flow.workflow.entity,
        record.id,
        {name: to_json(value) for name, value in values.items()},
        record.version,
        by_platform=True,
    )
    return CaseRecord(record.id, done.version, {**record.values, **values})


def evaluate(flow: Flow, value: Value, facts: Facts) -> object:
    """A literal as written, or the value of an expression."""
    return flow.value(value, facts) if isinstance(value, Expression) else value


def _send(connection: Connection, context: Context, flow: Flow, frame: Frame, record: CaseRecord, step: str, visit: int) -> None:
    found = flow.definition.places[step].step
    if not isinstance(found, CallStep):
        raise TypeError(f"{step} is no call")
    key, facts = call_key(frame, step, visit), facts_of(context, flow.compiled, record)
    arguments: dict[str, object] = {}
    for name, value in found.send.items():
        if value == "$request_id":
            arguments[name] = key
        elif value == "$record":
            arguments[name] = read_whole(connection, context, flow, record.id)
        else:
            arguments[name] = to_json(evaluate(flow, value, facts))
    enqueue(
        connection,
        key=key,
        app=frame.app,
        release=frame.release,
        operation=found.connector,
        arguments=arguments,
        due_at=context.now,
        instance_id=frame.instance_id,
        step=step,
        visit=visit,
    )


def _record(
    connection: Connection, context: Context, flow: Flow, frame: Frame, record: CaseRecord, entries: Sequence[ev.Entry]
) -> None:
    """The audit trail: who did what to which version of the record, without values of the record itself."""
    events = [
        NewEvent(
            "process_voted" if is_ballot(flow, entry.event) else _KINDS[type(entry.event)],
            {"instance": frame.instance_id, "workflow": frame.workflow_id, "actor": entry.actor, **_told(flow, entry.event)},
            frame.app,
            frame.entity,
            frame.record_id,
            record.version,
        )
        for entry in entries
        if type(entry.event) in _KINDS
    ]
    record_events(connection, context, events)


def _told(flow: Flow, event: ev.Event) -> dict[str, object]:
    """What of an event the trail tells: of a ballot under way only that it was cast, of a signed record nothing to guess by."""
    left_out = {"form"} | (HIDDEN if is_ballot(flow, event) else set())
    return {name: value for name, value in encode(event).items() if name not in left_out}
