"""拿回: who decided last takes his decision back while nobody went on from it; and who has looked at what came next."""

from __future__ import annotations

from forms_dsl.model import AnyOfStep, TogetherStep
from workflow_engine import act_events as ae
from workflow_engine import commands as cmd
from workflow_engine import events as ev
from workflow_engine.definition import Definition
from workflow_engine.guards import Refusal
from workflow_engine.progress import Progress, open_people
from workflow_engine.proxies import represented
from workflow_engine.returns import cancel
from workflow_engine.settle import leave_out
from workflow_engine.state import PASSED_VISITS, Instance, Seat, Visit, is_system

#: With this option a decision stands as soon as somebody who is asked next has opened his task.
FIRST_LOOK = "first_look"


def take_back(progress: Progress, command: cmd.TakeBack) -> Refusal | None:
    """Undo what followed from a decision and ask the same person again; what was done stays in the history."""
    definition, state = progress.definition, progress.state
    visit = state.visit(command.step, command.visit)
    seat = visit.seat(command.seat) if visit is not None else None
    if visit is None or seat is None or seat.actor != command.actor:
        return Refusal("not_offered")
    if not may_take_back(definition, state, visit, seat):
        return Refusal("take_back_too_late", visit=visit, seat=seat)
    progress.emit(ae.TakenBack(visit.step, visit.number, seat.number))
    cancel(progress, definition.region(visit.step))
    for each in (visit, *_since(definition, state, visit)):
        if each.state in PASSED_VISITS:
            progress.emit(ev.Superseded(each.step, each.number))
    open_people(progress, definition.human(visit.step), returned=True, prefer=seat.owner or command.actor)
    leave_out(progress)
    return None


def see(progress: Progress, command: cmd.See) -> Refusal | None:
    """Note that somebody who is asked has opened his task, once, where the workflow counts that."""
    visit = progress.state.visit(command.step, command.visit)
    if progress.definition.workflow.take_back != FIRST_LOOK or visit is None or visit.state != "open":
        return None
    if command.actor not in visit.seen and any(_is_asked(progress, visit, seat, command.actor) for seat in visit.seats):
        progress.emit(ae.StepSeen(visit.step, visit.number, progress.world.record_version))
    return None


def may_take_back(definition: Definition, state: Instance, visit: Visit, seat: Seat) -> bool:
    """Whether the decision of a seat can still be taken back by who took it: it alone led on, and nobody went on from there."""
    if definition.workflow.take_back == "never" or not state.is_running:
        return False
    if state.suspended_at is not None or state.ending is not None:
        return False
    if visit.state not in PASSED_VISITS or visit.by_hand or state.latest(visit.step) is not visit:
        return False
    first = definition.first_fill()
    if first is not None and visit.step == first.name:
        # The starter recalls what he submitted.
        return False
    if [each.number for each in visit.seats if each.actor is not None and not is_system(each.actor)] != [seat.number]:
        # Others decided with him; their answers are not asked for again.
        return False
    if any(_is_over(definition, state, *around) for around in definition.around(visit.step)):
        return False
    return not any(_went_on(definition, visit, later) for later in _since(definition, state, visit))


def _since(definition: Definition, state: Instance, visit: Visit) -> list[Visit]:
    """What was opened after a visit, as far as its step leads there."""
    region, at = definition.region(visit.step), state.visits.index(visit)
    return [later for later in state.visits[at + 1 :] if definition.position(later.step) in region]


def _went_on(definition: Definition, visit: Visit, later: Visit) -> bool:
    """Whether somebody or something acted at a later visit, or looked at it where that counts."""
    if later.step in definition.irreversible or later.state == "calling" or later.children:
        return True
    if later.closed_at is not None and later.closed_at != visit.closed_at:
        return True
    if definition.workflow.take_back == FIRST_LOOK and later.seen:
        return True
    handled = later.requests or any(seat.added_by or seat.transferred for seat in later.seats)
    return bool(handled) or any(_is_acted(seat) for seat in later.seats)


def _is_acted(seat: Seat) -> bool:
    is_claimed = seat.actor is None and seat.owner is not None and len(seat.candidates) > 1
    return is_claimed or (seat.actor is not None and not is_system(seat.actor))


def _is_over(definition: Definition, state: Instance, block: str, branch: str) -> bool:
    """Whether a branch at the same time as others is through: from then on it counts for its block."""
    if not isinstance(definition.places[block].step, TogetherStep | AnyOfStep):
        return False
    running = state.block(block)
    return running is None or branch in running.ended


def _is_asked(progress: Progress, visit: Visit, seat: Seat, person: str) -> bool:
    if person in visit.entitled(seat):
        return True
    return represented(progress.definition, progress.state, progress.world, visit, seat, person) is not None
