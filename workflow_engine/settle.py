"""After a change of seats: what the rule says now, and who may not act elsewhere any more."""

from __future__ import annotations

from forms_dsl.model import HumanStep, People
from workflow_engine import act_events as ae
from workflow_engine import commands as cmd
from workflow_engine import events as ev
from workflow_engine.closing import close
from workflow_engine.controls import bar
from workflow_engine.progress import Progress, pass_step, skip_repeats
from workflow_engine.returns import cancel, go_back
from workflow_engine.seats import result_of
from workflow_engine.state import Visit
from workflow_engine.undoing import end


def count_vote(progress: Progress, visit: Visit, command: cmd.Decide) -> None:
    """Ask the rule again after a vote; a reject by the holder of the veto decides whatever the others say."""
    rule = progress.definition.human(visit.step).rule
    seat = visit.seat(command.seat)
    if command.decision == "reject" and seat is not None:
        _settle_group(progress, visit, seat.beside if seat.is_companion else seat.number)
    vetoed = command.decision == "reject" and rule.veto is not None
    now = progress.state.visit(visit.step, visit.number)
    decided = now.seat(command.seat) if now is not None else None
    holder = decided.owner if decided is not None and decided.owner is not None else command.actor
    if vetoed and progress.world.still_fits(People("role", rule.veto), holder):
        reject(progress, visit)
    else:
        settle(progress, visit)


def settle(progress: Progress, visit: Visit, *, closed: bool = False) -> None:
    """Ask the rule of a visit about its seats as they are now; `closed` when the time of a ballot is over."""
    now = progress.state.visit(visit.step, visit.number)
    if now is None or now.state != "open":
        return
    step = progress.definition.human(visit.step)
    if step.rule.kind == "in_turn" and skip_repeats(progress, step, visit.number):
        now = progress.state.visit(visit.step, visit.number) or now
    match result_of(step.rule, now, closed=closed):
        case "approved":
            pass_step(progress, visit, "approved")
        case "rejected":
            reject(progress, visit)
        case "no_quorum":
            progress.emit(ev.VisitHeld(visit.step, visit.number, "no_quorum"))
        case "pending":
            pass


def reject(progress: Progress, visit: Visit) -> None:
    """A refused visit ends the instance, unless the step says where to go back to."""
    step = progress.definition.places[visit.step].step
    on_reject = step.on_reject if isinstance(step, HumanStep) else None
    if on_reject is not None:
        go_back(progress, visit, "rejected", on_reject)
        return
    close(progress, visit, "rejected")
    cancel(progress, progress.definition.inside(0))
    end(progress, "rejected")


def leave_out(progress: Progress) -> None:
    """After an act, take steps that are open elsewhere from people who may not act there any more."""
    for visit in tuple(progress.state.open_visits()):
        for seat in visit.seats:
            for person in visit.entitled(seat):
                barred = bar(progress.definition, progress.state, progress.world, visit.step, person)
                if barred is not None:
                    progress.emit(ev.PersonLeftOut(visit.step, visit.number, seat.number, barred))
        now = progress.state.visit(visit.step, visit.number)
        if now is not None and is_short(now):
            progress.emit(ev.VisitHeld(visit.step, visit.number, "no_approver"))


def _settle_group(progress: Progress, visit: Visit, root: int | None) -> None:
    """A seat, or somebody added beside it, refused: the seat is settled, nobody else of the group is needed."""
    now = progress.state.visit(visit.step, visit.number)
    for seat in now.seats if now is not None else ():
        if seat.state == "open" and (seat.number == root or (seat.is_companion and seat.beside == root)):
            progress.emit(ae.SeatNotRequired(visit.step, visit.number, seat.number))


def is_short(visit: Visit) -> bool:
    """Whether some seat of an open visit can find nobody."""
    if visit.state != "open":
        return False
    free = [seat for seat in visit.seats if seat.state == "open" and seat.owner is None]
    people = {person for seat in free for person in visit.entitled(seat)}
    # Enough people in all may still be too few for one seat, where escalation opened seats to those who hold others.
    return len(people) < len(free) or any(not visit.entitled(seat) for seat in free if seat.mode != "after")
