"""How a visit gets its result, and how results inside a branch stop counting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflow_engine import act_events as ae
from workflow_engine import events as ev
from workflow_engine.commands import SYSTEM
from workflow_engine.state import PASSED_VISITS, Child, Visit, VisitState

if TYPE_CHECKING:
    from workflow_engine.progress import Progress


def close(progress: Progress, visit: Visit, result: VisitState) -> None:
    """Give a visit its result; runs of another workflow that it still waits for are stopped."""
    left = tuple(child.instance for child in running_children(progress, visit))
    if left:
        progress.emit(ae.ChildrenStopped(visit.step, visit.number, left), SYSTEM)
    progress.emit(ev.VisitClosed(visit.step, visit.number, result, progress.world.material()))


def running_children(progress: Progress, visit: Visit) -> tuple[Child, ...]:
    """The runs of another workflow that an open visit still waits for."""
    now = progress.state.visit(visit.step, visit.number)
    if now is None or not now.is_open:
        return ()
    return tuple(child for child in now.children if child.state == "running")


def supersede_inside(progress: Progress, sequence: int) -> None:
    """Let no result inside a sequence count any more."""
    inside = progress.definition.inside(sequence)
    for visit in progress.state.visits:
        if visit.state in PASSED_VISITS and progress.definition.position(visit.step) in inside:
            progress.emit(ev.Superseded(visit.step, visit.number))
