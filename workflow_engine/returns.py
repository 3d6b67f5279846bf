"""Going backwards: to which steps one may return, what a return cancels, and the recall by the starter."""

from __future__ import annotations

from workflow_engine import events as ev
from workflow_engine.closing import close
from workflow_engine.definition import Definition
from workflow_engine.progress import Progress, open_people
from workflow_engine.state import PASSED_VISITS, Instance, Visit, VisitState

#: Why a call is held whose effect may stand in the other system.
_UNCLEAR = frozenset(("call_unknown", "undo_unknown", "undo_rejected"))


def calls_in_region(definition: Definition, state: Instance, target: str) -> tuple[Visit, ...]:
    """Calls that a return to `target` would leave behind: under way, or maybe done where nothing undoes them.

    Going forward again would request them again, and the other system would do the same thing twice.
    """
    region = definition.region(target)
    return tuple(v for v in state.visits if definition.position(v.step) in region and _binds(definition, v))


def _binds(definition: Definition, visit: Visit) -> bool:
    """Whether a visit is a call whose effect stands in the other system, or may stand there."""
    if visit.state == "calling":
        return True
    if visit.step not in definition.irreversible:
        return False
    if visit.children and visit.is_open:
        # What a run of another workflow has done by now is not known here.
        return True
    # Work by hand follows a call that was refused or whose end nobody knows: it too is done once, and forwards.
    unclear = visit.state == "held" and visit.held_reason in _UNCLEAR
    # What was taken back binds nobody, although what took it back was done.
    stands = visit.state in PASSED_VISITS and visit.undoes is None
    return stands or unclear or (visit.by_hand and visit.is_open)


def go_back(progress: Progress, visit: Visit, result: VisitState, to: str) -> None:
    """Close a visit with its result, cancel everything at or after the target, and ask the target again."""
    close(progress, visit, result)
    progress.emit(ev.Returned(visit.step, visit.number, to))
    cancel(progress, progress.definition.region(to))
    former = progress.state.latest(to)
    if former is not None and former.state in PASSED_VISITS:
        progress.emit(ev.Superseded(to, former.number))
    open_people(progress, progress.definition.human(to), returned=True)


def cancel(progress: Progress, region: range) -> None:
    """Close every open visit and every running block inside a region, but for calls that are being taken back."""
    for open_visit in tuple(progress.state.open_visits()):
        # What takes a call back is never given up: it would be done a second time.
        if progress.definition.position(open_visit.step) in region and open_visit.undoes is None:
            close(progress, open_visit, "cancelled")
    for block in progress.state.blocks:
        if block.state == "running" and progress.definition.position(block.name) in region:
            progress.emit(ev.BlockCancelled(block.name, block.number))


def may_recall(definition: Definition, state: Instance, person: str) -> bool:
    """Whether the starter may still take the submission back; never after a call that changed another system."""
    if not state.is_running or person != state.starter or definition.workflow.recall_until == "never":
        return False
    if state.parent is not None or any(visit.children for visit in state.visits):
        # He did not submit it himself; or others have it before them already, in a flow of its own.
        return False
    if any(_binds(definition, visit) or _is_done_call(definition, visit) for visit in state.visits):
        return False
    voting_only = definition.workflow.recall_until == "first_decision"
    return not any(_is_acted(definition, visit, voting_only) for visit in state.visits)


def _is_done_call(definition: Definition, visit: Visit) -> bool:
    return visit.step in definition.irreversible and visit.closed_at is not None


def _is_acted(definition: Definition, visit: Visit, voting_only: bool) -> bool:
    first = definition.first_fill()
    if first is not None and visit.step == first.name and visit.number == 1:
        return False
    if voting_only:
        return bool(visit.seats) and definition.human(visit.step).verb != "fill" and any(s.actor for s in visit.seats)
    handled = visit.requests or any(seat.added_by or seat.transferred for seat in visit.seats)
    return bool(handled) or any(seat.actor or (seat.owner and len(seat.candidates) > 1) for seat in visit.seats)
