"""离职交接: an administrator gives the seat of somebody who leaves to another person, checked like a transfer by himself."""

from __future__ import annotations

from workflow_engine import act_events as ae
from workflow_engine import commands as cmd
from workflow_engine.entrants import refuse_entrant
from workflow_engine.guards import Refusal
from workflow_engine.progress import Progress
from workflow_engine.settle import is_short


def hand_over(progress: Progress, command: cmd.HandOver) -> Refusal | None:
    """Give an owned, open seat to somebody else for good; a ballot is nobody's to give, nor is a seat the administrator's to take."""
    visit = progress.state.visit(command.step, command.visit)
    seat = visit.seat(command.seat) if visit is not None else None
    if visit is None or seat is None:
        return Refusal("not_offered")
    if not progress.state.is_running or visit.state != "open" or seat.state != "open":
        return Refusal("already_decided", visit=visit, seat=seat)
    if seat.owner is None or command.person == command.actor:
        return Refusal("entrant_unfit", person=command.person)
    if progress.definition.human(visit.step).verb == "vote":
        return Refusal("no_such_decision")
    asked = cmd.Transfer(seat.owner, visit.step, visit.number, seat.number, command.person)
    refusal = refuse_entrant(progress.definition, progress.state, progress.world, asked, visit, seat, command.person)
    if refusal is not None:
        return refusal
    progress.emit(ae.SeatTransferred(visit.step, visit.number, seat.number, command.person, command.reason))
    now = progress.state.visit(visit.step, visit.number)
    if now is not None and is_short(now):
        return Refusal("entrant_seated", person=command.person)
    return None
