"""The end of a wait: its time has come, the event has arrived, or it did not come in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forms_dsl.model import WaitStep
from workflow_engine import act_events as ae
from workflow_engine import commands as cmd
from workflow_engine import events as ev
from workflow_engine.progress import Progress, pass_step
from workflow_engine.settle import leave_out, reject
from workflow_engine.state import Visit

if TYPE_CHECKING:
    from workflow_engine.guards import Refusal


def wait_over(progress: Progress, visit: Visit) -> Refusal | None:
    """The time of a wait is over: it was for that, or the event did not come; a timer before its time changes nothing."""
    step = progress.definition.places[visit.step].step
    if not isinstance(step, WaitStep) or not progress.state.is_running:
        return None
    if visit.due_at is None or progress.world.now < visit.due_at:
        return None
    if step.event is None:
        _go_on(progress, visit, "time")
        return None
    match step.then:
        case "go_on":
            _go_on(progress, visit, "late")
        case "reject":
            progress.emit(ae.WaitEnded(visit.step, visit.number, "late"))
            reject(progress, visit)
        case _:
            progress.emit(ev.VisitHeld(visit.step, visit.number, "event_missing"))
    return None


def event_arrived(progress: Progress, command: cmd.EventArrived) -> Refusal | None:
    """The first event ends the wait; one that comes later, or that nothing waits for any more, changes nothing."""
    visit = progress.state.visit(command.step, command.visit)
    if visit is not None and is_wait(visit) and progress.state.is_running:
        if command.fits:
            _go_on(progress, visit, "event")
        else:
            # Its values are lost to the record: a person looks at it.
            progress.emit(ev.VisitHeld(visit.step, visit.number, "event_unfit"))
    return None


def is_wait(visit: Visit) -> bool:
    """Whether a visit waits for a time or an event, and not for the end of another workflow."""
    return visit.state == "waiting" and not visit.children


def _go_on(progress: Progress, visit: Visit, by: ae.WaitEnd) -> None:
    progress.emit(ae.WaitEnded(visit.step, visit.number, by))
    pass_step(progress, visit, "completed")
    leave_out(progress)
