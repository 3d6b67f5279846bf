"""What people did beside deciding, to state: the second half of `apply`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from workflow_engine import act_events as ae
from workflow_engine.apply_children import begin_children, end_child, stop_children
from workflow_engine.state import Copy, Ending, Instance, Jump, Request, Seat, Visit

if TYPE_CHECKING:
    from workflow_engine.events import Copied


def apply_act(state: Instance, at: dt.datetime, actor: str, event: ae.ActEvent) -> Instance:
    """The state after one act."""
    match event:
        case ae.SeatTransferred():
            return _seat(
                state, event, lambda seat: replace(seat, owner=event.person, candidates=(event.person,), transferred=True)
            )
        case ae.SeatAdded():
            return _visit(state, event, lambda visit: _add(visit, event, actor))
        case ae.SeatRemoved():
            return _ask_no_more(_seat(state, event, lambda seat: replace(seat, state="cancelled")), event)
        case ae.SeatNotRequired():
            return _ask_no_more(_seat(state, event, lambda seat: replace(seat, state="not_required")), event)
        case ae.OpinionAsked():
            return _visit(state, event, lambda visit: _ask(visit, event, at, actor))
        case ae.OpinionGiven():
            return _request(state, event, lambda r: replace(r, state="answered", opinion=event.opinion, answered_at=at))
        case ae.OpinionWithdrawn():
            return _request(state, event, lambda r: replace(r, state="withdrawn", answered_at=at))
        case ae.Urged():
            return _visit(state, event, lambda visit: replace(visit, urged_at=at))
        case ae.BallotClosed() | ae.WaitEnded() | ae.TakenBack():
            return state
        case ae.CopyRead():
            read = (replace(each, read_at=at) if each.number == event.copy else each for each in state.copies)
            return replace(state, copies=tuple(read))
        case ae.UndoStarted():
            return replace(state, ending=Ending(event.result, event.reason), suspended_at=None)
        case ae.CallSettled():
            return _visit(state, event, lambda visit: replace(visit, call_result=event.result))
        case ae.PeopleChosen():
            return replace(state, choices={**state.choices, event.step: event.people})
        case ae.EventKept():
            return _visit(state, event, lambda visit: replace(visit, call_result="event"))
        case ae.WaitStarted():
            waiting = Visit(event.step, event.visit, "waiting", at, due_at=event.due_at)
            return replace(state, visits=(*state.visits, waiting))
        case ae.ChildrenStarted():
            return begin_children(state, at, event)
        case ae.ChildEnded():
            return end_child(state, event)
        case ae.ChildrenStopped():
            return stop_children(state, event)
        case ae.Suspended():
            return replace(state, suspended_at=at)
        case ae.Resumed():
            return _resume(state, event)
        case ae.Terminated():
            return replace(state, state="stopped", ended_at=at, suspended_at=None)
        case ae.JumpAsked():
            return replace(state, jump=Jump(event.to, actor))
        case ae.Jumped():
            return replace(state, jump=None)
        case ae.StepSeen():
            return _visit(state, event, lambda visit: replace(visit, seen=(*visit.seen, actor)))
        case ae.Migrated():
            return _migrate(state, event)
        case _:
            assert_never(event)


def add_copies(state: Instance, at: dt.datetime, event: Copied) -> Instance:
    """The state after people got copies; nobody gets the same version twice."""
    version = event.record_version
    has = {copy.person for copy in state.copies if copy.record_version == version}
    new = [person for person in dict.fromkeys(event.people) if person not in has]
    numbered = enumerate(new, start=len(state.copies) + 1)
    added = tuple(Copy(number, event.step, person, at, version, must_read=event.must_read) for number, person in numbered)
    return replace(state, copies=(*state.copies, *added))


def _add(visit: Visit, event: ae.SeatAdded, actor: str) -> Visit:
    seat = Seat(
        event.seat,
        event.person,
        (event.person,),
        weight=event.weight,
        added_by=actor,
        beside=event.beside,
        mode=event.mode,
    )
    return replace(visit, seats=(*visit.seats, seat))


def _ask(visit: Visit, event: ae.OpinionAsked, at: dt.datetime, actor: str) -> Visit:
    asked = Request(event.request, event.seat, event.kind, actor, event.person, at, event.note, event.blocks)
    return replace(visit, requests=(*visit.requests, asked))


def _resume(state: Instance, event: ae.Resumed) -> Instance:
    terms = {(term.step, term.visit): term for term in event.terms}

    def moved(visit: Visit) -> Visit:
        term = terms.get((visit.step, visit.number))
        return visit if term is None else replace(visit, due_at=term.due_at, closes_at=term.closes_at)

    return replace(state, suspended_at=None, visits=tuple(map(moved, state.visits)))


def _migrate(state: Instance, event: ae.Migrated) -> Instance:
    """The state under the names of another version; what that one does not have stands aside."""

    def moved(visit: Visit) -> Visit:
        name = event.steps.get(visit.step)
        return visit if name is None else replace(visit, step=name, former_names=(*visit.former_names, visit.step))

    jump = state.jump and replace(state.jump, to=event.steps.get(state.jump.to, state.jump.to))
    return replace(
        state,
        visits=tuple(moved(visit) for visit in state.visits if visit.step not in event.left),
        former=(*state.former, *(visit for visit in state.visits if visit.step in event.left)),
        blocks=tuple(replace(block, name=event.blocks.get(block.name, block.name)) for block in state.blocks),
        jump=jump,
        choices={event.steps.get(step, step): people for step, people in state.choices.items()},
    )


_OfSeat = ae.SeatTransferred | ae.SeatRemoved | ae.SeatNotRequired
_OfVisit = (
    _OfSeat
    | ae.SeatAdded
    | ae.OpinionAsked
    | ae.OpinionGiven
    | ae.OpinionWithdrawn
    | ae.Urged
    | ae.EventKept
    | ae.CallSettled
    | ae.StepSeen
)


def _visit(state: Instance, event: _OfVisit, change: Callable[[Visit], Visit]) -> Instance:
    key = (event.step, event.visit)
    visits = tuple(change(visit) if (visit.step, visit.number) == key else visit for visit in state.visits)
    return replace(state, visits=visits)


def _seat(state: Instance, event: _OfSeat, change: Callable[[Seat], Seat]) -> Instance:
    def changed(visit: Visit) -> Visit:
        return replace(visit, seats=tuple(change(seat) if seat.number == event.seat else seat for seat in visit.seats))

    return _visit(state, event, changed)


def _request(state: Instance, event: ae.OpinionGiven | ae.OpinionWithdrawn, change: Callable[[Request], Request]) -> Instance:
    def changed(visit: Visit) -> Visit:
        requests = tuple(change(each) if each.number == event.request else each for each in visit.requests)
        return replace(visit, requests=requests)

    return _visit(state, event, changed)


def _ask_no_more(state: Instance, event: ae.SeatRemoved | ae.SeatNotRequired) -> Instance:
    """The state without open requests of a seat that decides nothing any more."""

    def over(each: Request) -> Request:
        return replace(each, state="cancelled") if each.seat == event.seat and each.is_open else each

    return _visit(state, event, lambda visit: replace(visit, requests=tuple(map(over, visit.requests))))
