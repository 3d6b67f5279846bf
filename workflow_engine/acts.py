"""What people do with seats beside deciding them: 转办, 加签, 减签, 委派, 征询, 催办, and the end of a ballot's time.

Who comes in by any of these ways is asked the same questions as those whom the step itself found.
"""

from __future__ import annotations

import datetime as dt
from typing import assert_never

from workflow_engine import act_events as ae
from workflow_engine import commands as cmd
from workflow_engine import events as ev
from workflow_engine.assignment import weight_of
from workflow_engine.definition import Definition
from workflow_engine.entrants import refuse_entrant
from workflow_engine.guards import Refusal, refuse_acting
from workflow_engine.progress import Progress
from workflow_engine.settle import is_short, leave_out, settle
from workflow_engine.state import Instance, Seat, Visit
from workflow_engine.take_back import see, take_back
from workflow_engine.waits import event_arrived

#: How long after a reminder by the starter the next one may come.
URGE_PAUSE = dt.timedelta(hours=1)
#: More people are not added to a visit at all.
MOST_SEATS = 50
_MODES = {"before": "add_before", "after": "add_after", "together": "add_together"}


def act(progress: Progress, command: cmd.ActCommand) -> Refusal | None:
    """What an act does, or why it changes nothing."""
    match command:
        case cmd.Transfer() | cmd.AddSeats() | cmd.Ask():
            return _of_seat(progress, command)
        case cmd.RemoveSeat():
            return _remove(progress, command)
        case cmd.Answer():
            return _answer(progress, command)
        case cmd.Withdraw():
            return _withdraw(progress, command)
        case cmd.Urge():
            return _urge(progress, command)
        case cmd.CloseBallot():
            return _close_ballot(progress, command)
        case cmd.EventArrived():
            return event_arrived(progress, command)
        case cmd.ReadCopy():
            return read_copy(progress, command)
        case cmd.TakeBack():
            return take_back(progress, command)
        case cmd.See():
            return see(progress, command)
        case _:
            assert_never(command)


def word_of(command: cmd.SeatAct) -> str:
    """What the definition calls an act in `allow`."""
    match command:
        case cmd.Transfer():
            return "transfer"
        case cmd.AddSeats(mode=mode):
            return _MODES[mode]
        case cmd.Ask(kind=kind):
            return "delegate" if kind == "delegate" else "ask_opinion"


def _of_seat(progress: Progress, command: cmd.SeatAct) -> Refusal | None:
    definition, state, world = progress.definition, progress.state, progress.world
    acting = refuse_acting(definition, state, world, command)
    if isinstance(acting, Refusal):
        return acting
    visit, seat = acting
    if word_of(command) not in definition.human(visit.step).allow:
        return Refusal("no_such_decision")
    people = (command.person,) if isinstance(command, cmd.Transfer) else tuple(dict.fromkeys(command.people))
    if not people or (isinstance(command, cmd.Ask) and command.kind == "delegate" and len(people) > 1):
        return Refusal("nobody_named")
    if isinstance(command, cmd.AddSeats) and seat.added_by is not None:
        return Refusal("added_may_not_add")
    if len(visit.seats) + len(people) > MOST_SEATS:
        return Refusal("too_many_seats")
    for person in people:
        refusal = refuse_entrant(definition, state, world, command, visit, seat, person)
        if refusal is not None:
            return refusal
    _claim_first(progress, visit, seat, command.actor)
    _carry_out(progress, command, visit, seat, people)
    now = progress.state.visit(visit.step, visit.number)
    if now is not None and is_short(now):
        # They could claim a seat that nobody else is left for.
        return Refusal("entrant_seated", person=people[-1])
    return None


def _claim_first(progress: Progress, visit: Visit, seat: Seat, actor: str) -> None:
    """Whoever disposes of a seat that several may claim takes it with that."""
    if seat.owner is None:
        progress.emit(ev.SeatClaimed(visit.step, visit.number, seat.number, actor))


def _carry_out(progress: Progress, command: cmd.SeatAct, visit: Visit, seat: Seat, people: tuple[str, ...]) -> None:
    step, number = visit.step, visit.number
    match command:
        case cmd.Transfer(reason=reason):
            progress.emit(ae.SeatTransferred(step, number, seat.number, people[0], reason))
        case cmd.AddSeats(mode=mode, reason=reason):
            for place, person in enumerate(people, start=len(visit.seats) + 1):
                weight = weight_of(progress.definition.human(step).rule, progress.world, person)
                progress.emit(ae.SeatAdded(step, number, place, person, seat.number, mode, weight, reason))
        case cmd.Ask(kind=kind, blocks=blocks, note=note):
            waits = blocks or kind == "delegate"
            for place, person in enumerate(people, start=len(visit.requests) + 1):
                progress.emit(ae.OpinionAsked(step, number, seat.number, place, person, kind, waits, note))


def _remove(progress: Progress, command: cmd.RemoveSeat) -> Refusal | None:
    """Only who added a seat takes it away, while nobody has decided it."""
    visit = progress.state.visit(command.step, command.visit)
    seat = visit.seat(command.seat) if visit else None
    if visit is None or seat is None or seat.added_by != command.actor:
        return Refusal("no_such_seat")
    if not progress.state.is_running or visit.state != "open" or seat.state != "open":
        return Refusal("already_decided", visit=visit, seat=seat)
    if "remove_added" not in progress.definition.human(visit.step).allow:
        return Refusal("no_such_decision")
    progress.emit(ae.SeatRemoved(visit.step, visit.number, seat.number, command.reason))
    settle(progress, visit)
    leave_out(progress)
    return None


def _answer(progress: Progress, command: cmd.Answer) -> Refusal | None:
    visit = progress.state.visit(command.step, command.visit)
    request = visit.request(command.request) if visit else None
    if visit is None or request is None or request.person != command.actor:
        return Refusal("not_offered")
    if not progress.state.is_running or visit.state != "open" or not request.is_open:
        return Refusal("request_over")
    if not (command.opinion or "").strip():
        return Refusal("opinion_missing")
    progress.emit(ae.OpinionGiven(visit.step, visit.number, request.number, command.opinion or ""))
    leave_out(progress)
    return None


def _withdraw(progress: Progress, command: cmd.Withdraw) -> Refusal | None:
    visit = progress.state.visit(command.step, command.visit)
    request = visit.request(command.request) if visit else None
    seat = visit.seat(request.seat) if visit and request else None
    if visit is None or request is None or seat is None or command.actor not in (request.asker, seat.owner):
        return Refusal("not_offered")
    if not progress.state.is_running or visit.state != "open" or not request.is_open:
        return Refusal("request_over")
    progress.emit(ae.OpinionWithdrawn(visit.step, visit.number, request.number))
    return None


def urgeable(definition: Definition, state: Instance, person: str) -> tuple[Visit, ...]:
    """The open visits whose holders this person may remind, the pause between two reminders apart."""
    if person != state.starter or not state.is_running:
        return ()
    asked = (visit for visit in state.open_visits() if visit.state == "open" and not visit.by_hand)
    return tuple(visit for visit in asked if "urge" in definition.human(visit.step).allow)


def _urge(progress: Progress, command: cmd.Urge) -> Refusal | None:
    visits = urgeable(progress.definition, progress.state, command.actor)
    if not visits:
        return Refusal("no_such_decision" if command.actor == progress.state.starter else "not_offered")
    now = progress.world.now
    due = [visit for visit in visits if visit.urged_at is None or now - visit.urged_at >= URGE_PAUSE]
    if not due:
        return Refusal("urged_lately", visit=visits[0])
    for visit in due:
        progress.emit(ae.Urged(visit.step, visit.number))
    return None


def read_copy(progress: Progress, command: cmd.ReadCopy) -> Refusal | None:
    """A receipt changes nothing of the flow: it is taken whatever became of the case; a second one changes nothing."""
    copy = progress.state.copy(command.copy)
    if copy is None or copy.person != command.actor:
        return Refusal("not_offered")
    if copy.read_at is None:
        progress.emit(ae.CopyRead(copy.step, copy.number))
    return None


def _close_ballot(progress: Progress, command: cmd.CloseBallot) -> Refusal | None:
    visit = progress.state.visit(command.step, command.visit)
    # A timer of a ballot that is counted, or that was given more time, changes nothing.
    if visit is None or visit.state != "open" or not progress.state.is_running:
        return None
    if visit.closes_at is None or progress.world.now < visit.closes_at:
        return None
    progress.emit(ae.BallotClosed(visit.step, visit.number))
    settle(progress, visit, closed=True)
    leave_out(progress)
    return None
