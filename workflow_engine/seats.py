"""How the seats of a visit stand: who was added beside whom, whose turn it is, and what the rule counts."""

from __future__ import annotations

from dataclasses import dataclass

from forms_dsl.model import SeatRule
from workflow_engine.decide import Result, decide, may_act
from workflow_engine.state import Seat, SeatState, Visit


@dataclass(frozen=True, slots=True)
class Standing:
    """The seats that a rule counts: each seat of its own, together with those asked before or after it."""

    states: tuple[SeatState, ...]
    weights: tuple[int, ...]


def standing(visit: Visit) -> Standing:
    """What the rule of a visit is asked about.

    Who was added before or after a seat is no vote more: the seat stands open until all of them have answered, and
    is refused when one of them refuses. Who was added together is a seat like any other.
    """
    own = [seat for seat in visit.seats if not seat.is_companion]
    return Standing(tuple(_state_of(visit, seat) for seat in own), tuple(seat.weight for seat in own))


def result_of(rule: SeatRule, visit: Visit, *, closed: bool = False) -> Result:
    """The result of a visit by its rule."""
    now = standing(visit)
    return decide(rule, now.states, now.weights, closed=closed)


def companions(visit: Visit, seat: Seat) -> tuple[Seat, ...]:
    """The seats added before or after this one that still count."""
    beside = (other for other in visit.seats if other.is_companion and other.beside == seat.number)
    return tuple(other for other in beside if other.state not in ("cancelled", "not_required"))


def has_turn(rule: SeatRule, visit: Visit, seat: Seat) -> bool:
    """Whether the turn of a seat has come; who was added before or after a seat has the turn of that seat."""
    own = [each for each in visit.seats if not each.is_companion]
    number = seat.beside if seat.is_companion else seat.number
    index = next(place for place, each in enumerate(own) if each.number == number)
    return may_act(rule, [_state_of(visit, each) for each in own], index)


def waits_for_others(visit: Visit, seat: Seat) -> bool:
    """Whether people added before this seat, or a delegate or adviser it waits for, have not answered yet."""
    before = any(other.mode == "before" and other.state == "open" for other in companions(visit, seat))
    return before or any(each.seat == seat.number and each.blocks and each.is_open for each in visit.requests)


def _state_of(visit: Visit, seat: Seat) -> SeatState:
    beside = [other.state for other in companions(visit, seat)]
    if "rejected" in (seat.state, *beside):
        return "rejected"
    return "open" if "open" in beside else seat.state
