"""子流程, its end: what the end of a run of another workflow means to the flow that began it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from forms_dsl.model import SubFlowStep
from workflow_engine import act_events as ae
from workflow_engine import commands as cmd
from workflow_engine import events as ev
from workflow_engine.definition import Definition
from workflow_engine.progress import Progress, pass_step
from workflow_engine.returns import calls_in_region, go_back
from workflow_engine.settle import leave_out, reject
from workflow_engine.start_children import start_again
from workflow_engine.state import FAILED_CHILDREN, Instance, Visit

if TYPE_CHECKING:
    from workflow_engine.guards import Refusal

#: Why the flow is held at a sub-flow.
STOPPED, FAILED, UNFIT, REJECTED = "sub_flow_stopped", "sub_flow_not_started", "sub_flow_unfit", "sub_flow_rejected"


def child_ended(progress: Progress, command: cmd.FinishChild) -> Refusal | None:
    """Take the end of a run, once; one that is told again, or that nothing waits for any more, changes nothing."""
    found = progress.state.child(command.child)
    if found is None or found[1].state != "running":
        return None
    visit, child = found
    progress.emit(ae.ChildEnded(visit.step, visit.number, child.instance, command.result, command.fits, command.detail))
    if visit.is_open and progress.state.is_running and progress.state.suspended_at is None:
        go_on_from(progress, visit)
    return None


def go_on_from(progress: Progress, visit: Visit) -> None:
    """What the runs of an open visit mean together: the first refusal counts, and whatever nobody expects is for an administrator."""
    now = progress.state.visit(visit.step, visit.number)
    step = progress.definition.places[visit.step].step
    if now is None or not now.is_open or not isinstance(step, SubFlowStep):
        return
    states = {child.state for child in now.children}
    if "rejected" in states and step.on_reject != "go_on":
        _refused(progress, now, step)
    elif states & FAILED_CHILDREN:
        _hold(progress, now, STOPPED if "stopped" in states else FAILED)
    elif "running" not in states and now.call_result == "unfit":
        _hold(progress, now, UNFIT)
    elif "running" not in states:
        pass_step(progress, now, "completed")
        leave_out(progress)


def try_again(progress: Progress, visit: Visit) -> None:
    """An administrator asks to go on from a held sub-flow: what failed is begun anew, what only has to be looked at goes on."""
    step = progress.definition.places[visit.step].step
    if not isinstance(step, SubFlowStep) or not start_again(progress, visit, step):
        return
    go_on_from(progress, visit)


def completed_by(definition: Definition, state: Instance, command: cmd.FinishChild) -> SubFlowStep | None:
    """The step that this end of a run leaves with its result, so that what it saves is written now."""
    found = state.child(command.child)
    if found is None or found[1].state != "running" or not found[0].is_open or not state.is_running:
        return None
    visit, child = found
    states = {other.state for other in visit.children if other is not child} | {command.result}
    step = definition.places[visit.step].step
    passed = {"approved", "rejected"} if isinstance(step, SubFlowStep) and step.on_reject == "go_on" else {"approved"}
    return step if isinstance(step, SubFlowStep) and states <= passed else None


def counted(visit: Visit, last: cmd.FinishChild | None = None) -> dict[str, Decimal]:
    """How many runs were approved and rejected, `last` counted with them: what a step saves from."""
    states = [last.result if last is not None and child.instance == last.child else child.state for child in visit.children]
    return {result: Decimal(states.count(result)) for result in ("approved", "rejected")}


def unfit(state: Instance) -> tuple[Visit, ...]:
    """Sub-flows that are held because the record did not take what they gave."""
    return tuple(visit for visit in state.open_visits() if visit.state == "held" and visit.held_reason == UNFIT)


def _refused(progress: Progress, visit: Visit, step: SubFlowStep) -> None:
    if step.return_to is None:
        reject(progress, visit)
        return
    left = calls_in_region(progress.definition, progress.state, step.return_to)
    approved = any(child.state == "approved" for child in visit.children)
    if any(each.step != visit.step or approved for each in left):
        # A return must leave nothing behind that would be done again; a refused run has taken back what it can.
        _hold(progress, visit, REJECTED)
    else:
        go_back(progress, visit, "rejected", step.return_to)


def _hold(progress: Progress, visit: Visit, reason: str) -> None:
    if (visit.state, visit.held_reason) != ("held", reason):
        progress.emit(ev.VisitHeld(visit.step, visit.number, reason))
