"""子流程, its beginning: the runs of another workflow that a visit asks for, each over a record of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forms_dsl.model import SubFlowStep
from workflow_engine import act_events as ae
from workflow_engine import events as ev
from workflow_engine.commands import SYSTEM
from workflow_engine.state import FAILED_CHILDREN, Visit

if TYPE_CHECKING:
    from workflow_engine.progress import Progress


def start_children(progress: Progress, step: SubFlowStep) -> bool:
    """Begin the runs of a step; true when nothing is waited for, so that the flow goes on at once."""
    number = progress.state.next_number(step.name)
    found = progress.world.children(step, str(number))
    if isinstance(found, str):
        progress.emit(ev.VisitHeld(step.name, number, found))
        return False
    progress.emit(ae.ChildrenStarted(step.name, number, found), SYSTEM)
    if found and not step.detached:
        return False
    progress.emit(ev.VisitClosed(step.name, number, "completed", progress.world.material()))
    return True


def start_again(progress: Progress, visit: Visit, step: SubFlowStep) -> bool:
    """Begin the runs anew that failed; a record over which none is asked for any more is left. False when it cannot be said."""
    failed = {child.record for child in visit.children if child.state in FAILED_CHILDREN}
    found = progress.world.children(step, f"{visit.number}/{len(visit.children)}") if failed else ()
    if isinstance(found, str):
        progress.emit(ev.VisitHeld(visit.step, visit.number, found))
        return False
    anew = tuple(child for child in found if child.record in failed)
    progress.emit(ae.ChildrenStarted(visit.step, visit.number, anew))
    return True
