"""Events to state: the only way a state comes about, for a command as for a rebuild from the stored events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import cast

from workflow_engine import events as ev
from workflow_engine.apply_acts import add_copies, apply_act
from workflow_engine.state import Block, Instance, InstanceState, Seat, SeatState, Visit, VisitState, held_or_running

_SEAT_OF_DECISION: dict[str, SeatState] = {
    "approve": "approved",
    "reject": "rejected",
    "abstain": "abstained",
    "return": "returned",
    "complete": "completed",
}


def replay(entries: Iterable[ev.Entry]) -> Instance:
    """The state that a history of events made; the first one is `Started`."""
    state: Instance | None = None
    for entry in entries:
        state = apply(state, entry)
    if state is None:
        raise ValueError("an instance without events")
    return state


def apply(state: Instance | None, entry: ev.Entry) -> Instance:
    """The state after one event."""
    event = entry.event
    if isinstance(event, ev.Started):
        return Instance(
            event.starter or entry.actor,
            event.unit,
            "running",
            entry.at,
            before=event.before,
            record_version=event.record_version,
            parent=event.parent,
            reverses=event.reverses,
        )
    if state is None:
        raise ValueError("the first event of an instance is its start")
    match event:
        case ev.VisitOpened():
            return held_or_running(_add_visit(state, _opened(entry.at, event)))
        case ev.PassedWithout():
            return _add_visit(state, Visit(event.step, event.visit, "approved", entry.at, closed_at=entry.at))
        case ev.VisitHeld():
            return held_or_running(_hold(state, entry.at, event))
        case ev.CallRequested():
            return _add_visit(state, Visit(event.step, event.visit, "calling", entry.at, undoes=event.undoes))
        case ev.SeatClaimed():
            return _change_seats(state, event.step, event.visit, lambda visit: _claim(visit, event))
        case ev.SeatReleased():
            return _change_seat(state, event.step, event.visit, event.seat, lambda seat: replace(seat, owner=None))
        case ev.SeatDecided():
            decided = _SEAT_OF_DECISION[event.decision]
            return _change_seat(
                state,
                event.step,
                event.visit,
                event.seat,
                lambda seat: replace(
                    seat,
                    state=decided,
                    owner=seat.owner or event.on_behalf_of or entry.actor,
                    actor=entry.actor,
                    decision=event.decision,
                    decided_at=entry.at,
                    digest=event.digest,
                ),
            )
        case ev.SeatRepeated():
            return _change_seat(state, event.step, event.visit, event.seat, lambda seat: _repeat(seat, entry))
        case ev.PeopleAdded():
            return _change_seat(state, event.step, event.visit, event.seat, lambda seat: _add_people(seat, event.people))
        case ev.PersonLeftOut():
            return _change_visit(state, event.step, event.visit, lambda visit: _leave_out(visit, event))
        case ev.VisitClosed():
            return held_or_running(_change_visit(state, event.step, event.visit, lambda visit: _close(visit, event, entry.at)))
        case ev.Superseded():
            return _change_visit(state, event.step, event.visit, _supersede)
        case ev.Overdue():
            return _change_visit(state, event.step, event.visit, lambda visit: replace(visit, overdue=True, reminders=1))
        case ev.Reminded():
            return _change_visit(state, event.step, event.visit, lambda visit: replace(visit, reminders=event.number))
        case ev.BlockStarted():
            return replace(state, blocks=(*state.blocks, Block(event.block, event.number, event.branches)))
        case ev.BranchEnded():
            return _change_block(
                state, event.block, event.number, lambda block: replace(block, ended=(*block.ended, event.branch))
            )
        case ev.BlockEnded():
            return _change_block(state, event.block, event.number, lambda block: replace(block, state="ended"))
        case ev.BlockCancelled():
            return _change_block(state, event.block, event.number, lambda block: replace(block, state="cancelled"))
        case ev.Recalled():
            return replace(state, state="stopped", ended_at=entry.at)
        case ev.Finished():
            return replace(state, state=cast("InstanceState", event.result), ended_at=entry.at)
        case ev.Copied():
            return add_copies(state, entry.at, event)
        case ev.CallFinished(late=False):
            return _change_visit(state, event.step, event.visit, lambda visit: replace(visit, call_result=event.result))
        case ev.Skipped() | ev.Reused() | ev.DecisionRun() | ev.CallFinished() | ev.BranchChosen() | ev.Returned():
            return state
        case _:
            return apply_act(state, entry.at, entry.actor, event)


def _opened(at: dt.datetime, event: ev.VisitOpened) -> Visit:
    return Visit(
        step=event.step,
        number=event.visit,
        state="open",
        opened_at=at,
        seats=tuple(Seat(n, offer.owner, offer.candidates, weight=offer.weight) for n, offer in enumerate(event.seats, start=1)),
        due_at=event.due_at,
        because=event.because,
        left_out=event.left_out,
        by_hand=event.by_hand,
        record_version=event.record_version,
        stand_ins=event.stand_ins,
        by_proxy=event.by_proxy,
        closes_at=event.closes_at,
    )


def _hold(state: Instance, at: dt.datetime, event: ev.VisitHeld) -> Instance:
    existing = state.visit(event.step, event.visit)
    if existing is None:
        held = Visit(event.step, event.visit, "held", at, held_reason=event.reason, left_out=event.left_out)
        return _add_visit(state, held)
    return _change_visit(
        state,
        event.step,
        event.visit,
        lambda visit: replace(visit, state="held", held_reason=event.reason, left_out=(*visit.left_out, *event.left_out)),
    )


def _claim(visit: Visit, event: ev.SeatClaimed) -> tuple[Seat, ...]:
    return tuple(replace(seat, owner=event.person) if seat.number == event.seat else seat for seat in visit.seats)


def _repeat(seat: Seat, entry: ev.Entry) -> Seat:
    return replace(seat, state="approved", actor=entry.actor, decision="approve", decided_at=entry.at)


def _add_people(seat: Seat, people: tuple[str, ...]) -> Seat:
    return replace(seat, owner=None, candidates=(*seat.candidates, *people))


def _leave_out(visit: Visit, event: ev.PersonLeftOut) -> Visit:
    person = event.left_out.person

    def without(seat: Seat) -> Seat:
        if seat.number != event.seat:
            return seat
        return replace(
            seat,
            owner=None if seat.owner == person else seat.owner,
            candidates=tuple(candidate for candidate in seat.candidates if candidate != person),
        )

    return replace(visit, seats=tuple(map(without, visit.seats)), left_out=(*visit.left_out, event.left_out))


def _close(visit: Visit, event: ev.VisitClosed, at: dt.datetime) -> Visit:
    rest: SeatState = "cancelled" if event.result == "cancelled" else "not_required"
    return replace(
        visit,
        state=cast("VisitState", event.result),
        closed_at=at,
        material=event.material,
        seats=tuple(replace(seat, state=rest) if seat.state == "open" else seat for seat in visit.seats),
        requests=tuple(replace(each, state="cancelled") if each.is_open else each for each in visit.requests),
    )


def _supersede(visit: Visit) -> Visit:
    def old(seat: Seat) -> Seat:
        return seat if seat.state in ("not_required", "cancelled") else replace(seat, state="superseded")

    return replace(visit, state="superseded", seats=tuple(map(old, visit.seats)))


def _add_visit(state: Instance, visit: Visit) -> Instance:
    return replace(state, visits=(*state.visits, visit))


def _change_visit(state: Instance, step: str, number: int, change: Callable[[Visit], Visit]) -> Instance:
    return replace(
        state,
        visits=tuple(change(visit) if (visit.step, visit.number) == (step, number) else visit for visit in state.visits),
    )


def _change_seats(state: Instance, step: str, number: int, change: Callable[[Visit], tuple[Seat, ...]]) -> Instance:
    return _change_visit(state, step, number, lambda visit: replace(visit, seats=change(visit)))


def _change_seat(state: Instance, step: str, number: int, seat: int, change: Callable[[Seat], Seat]) -> Instance:
    return _change_seats(
        state, step, number, lambda visit: tuple(change(old) if old.number == seat else old for old in visit.seats)
    )


def _change_block(state: Instance, name: str, number: int, change: Callable[[Block], Block]) -> Instance:
    return replace(
        state,
        blocks=tuple(change(block) if (block.name, block.number) == (name, number) else block for block in state.blocks),
    )
