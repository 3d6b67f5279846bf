"""Who is asked too once a step is late, and whether he may act for that reason."""

from __future__ import annotations

from forms_dsl.model import HumanStep, People
from workflow_engine import events as ev
from workflow_engine.controls import bar
from workflow_engine.progress import Progress
from workflow_engine.state import Seat, Visit
from workflow_engine.world import World

#: People who depend on who holds the seat.
_OF_HOLDER = "leader_of_holder"


def escalate(progress: Progress, visit: Visit, to: People) -> None:
    """Ask further people beside those who let the time pass; whoever is first decides the seat."""
    for seat in visit.seats:
        if seat.state != "open":
            continue
        asked = [person for person in _asked(progress.world, to, seat) if person not in seat.candidates]
        people = tuple(p for p in asked if bar(progress.definition, progress.state, progress.world, visit.step, p) is None)
        if people:
            progress.emit(ev.PeopleAdded(visit.step, visit.number, seat.number, people))


def fits_by_escalation(world: World, step: HumanStep, seat: Seat, person: str) -> bool:
    """Whether a person is one of those to whom a step is escalated, or leads one of those who were asked."""
    due = step.due
    if due is None or due.then != "escalate" or due.to is None:
        return False
    if due.to.kind != _OF_HOLDER:
        return world.still_fits(due.to, person)
    others = (candidate for candidate in seat.candidates if candidate != person)
    return any(person == leader.person for other in others for leader in world.leader_of(other).candidates)


def _asked(world: World, to: People, seat: Seat) -> tuple[str, ...]:
    if to.kind != _OF_HOLDER:
        return tuple(candidate.person for candidate in world.people(to).candidates)
    holders = seat.candidates if seat.owner is None else (seat.owner,)
    return tuple(dict.fromkeys(leader.person for holder in holders for leader in world.leader_of(holder).candidates))
