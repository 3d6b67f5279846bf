"""Whether somebody may come into a visit that is open: by transfer, by being added, or to give a word."""

from __future__ import annotations

from forms_dsl.model import HumanStep
from workflow_engine.assignment import weight_of
from workflow_engine.commands import AddSeats, Ask, SeatAct, Transfer
from workflow_engine.controls import bar, is_over_limit
from workflow_engine.definition import Definition
from workflow_engine.guards import Refusal
from workflow_engine.state import Instance, Seat, Visit
from workflow_engine.world import World


def refuse_entrant(
    definition: Definition, state: Instance, world: World, command: SeatAct, visit: Visit, seat: Seat, person: str
) -> Refusal | None:
    """Why this person may not come in by this act; None when he may."""
    step = definition.human(visit.step)
    if person == command.actor or not world.is_known(person):
        return Refusal("entrant_unfit", person=person)
    if isinstance(command, Ask) and command.kind == "opinion":
        # A word decides nothing: whoever knows the case may be asked, the starter too.
        asked = any(each.is_open and each.person == person and each.seat == seat.number for each in visit.requests)
        return Refusal("entrant_asked", person=person) if asked else None
    if person in _seated(visit):
        return Refusal("entrant_seated", person=person)
    barred = bar(definition, state, world, visit.step, person)
    if barred is not None:
        return Refusal("entrant_barred", barred.rule, person=person)
    if isinstance(command, Ask):
        return None
    return _refuse_owner(step, world, command, seat, person)


def _is_in_range(step: HumanStep, world: World, person: str) -> bool:
    """Whether somebody is one of those whom the step could ask; of people who are chosen, one of the range."""
    return world.still_fits(step.by.among or step.by, person)


def _seated(visit: Visit) -> set[str | None]:
    return {person for seat in visit.seats if seat.state != "cancelled" for person in (seat.owner, seat.actor) if person}


def _refuse_owner(step: HumanStep, world: World, command: Transfer | AddSeats, seat: Seat, person: str) -> Refusal | None:
    """Whoever gets a vote needs the authority for it: of a transferred seat the role that the step asks for, always the limit."""
    if isinstance(command, Transfer) and seat.added_by is None and not _is_in_range(step, world, person):
        return Refusal("entrant_unfit", person=person)
    if is_over_limit(step.limit, world, person) or is_over_limit(step.by.with_limit, world, person):
        return Refusal("entrant_over_limit", person=person)
    if isinstance(command, AddSeats) and command.mode == "together" and weight_of(step.rule, world, person) < 1:
        return Refusal("entrant_unfit", person=person)
    return None
