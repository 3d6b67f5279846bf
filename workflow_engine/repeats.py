"""自动去重: an approval that somebody gave already in this round stands for his next seat, as an act of the system.

It only ever saves a click: switching it off and letting those people approve leads to the same result.
"""

from __future__ import annotations

from dataclasses import dataclass

from forms_dsl.model import HumanStep
from workflow_engine.chosen import fits_step
from workflow_engine.controls import bar, is_over_limit
from workflow_engine.definition import Definition
from workflow_engine.earlier import return_targets
from workflow_engine.routes import has_moved
from workflow_engine.seats import has_turn, waits_for_others
from workflow_engine.stand_ins import stands_in
from workflow_engine.state import Instance, Seat, Visit
from workflow_engine.world import World


@dataclass(frozen=True, slots=True)
class Repeat:
    """A seat that needs no click, and the approval that stands for it: step, visit and seat."""

    seat: int
    step: str
    visit: int
    of_seat: int


def repeated(definition: Definition, state: Instance, world: World, visit: Visit) -> Repeat | None:
    """The first open seat of a visit for which its owner's earlier approval stands; None when everybody is asked."""
    step = definition.human(visit.step)
    if definition.workflow.repeat_approver.skip == "never" or visit.by_hand or visit.state != "open":
        return None
    if step.verb != "approve" or _asks_for_more(step) or has_moved(definition, world, step.name):
        return None
    for seat in visit.seats:
        if seat.owner is None or seat.state != "open" or seat.added_by is not None:
            continue
        if not has_turn(step.rule, visit, seat) or waits_for_others(visit, seat):
            continue
        if not _fits(state, world, step, visit, seat.owner) or not _may_approve(definition, state, world, step, seat.owner):
            continue
        found = _given(definition, state, world, step, seat.owner)
        if found is not None:
            return Repeat(seat.number, found[0].step, found[0].number, found[1].number)
    return None


def _asks_for_more(step: HumanStep) -> bool:
    """Whether an approval here is more than a click, or the definition wants each one."""
    return step.always_ask or step.signature or bool(step.fields.require) or "approve" in step.opinion


def _fits(state: Instance, world: World, step: HumanStep, visit: Visit, person: str) -> bool:
    """Whether he still is one of those whom the step asks: his turn may come long after the visit opened."""
    return fits_step(state, world, step.name, step.by, person) or stands_in(state, world, visit, person)


def _may_approve(definition: Definition, state: Instance, world: World, step: HumanStep, person: str) -> bool:
    if is_over_limit(step.limit, world, person) or is_over_limit(step.by.with_limit, world, person):
        return False
    return bar(definition, state, world, step.name, person) is None


def _given(definition: Definition, state: Instance, world: World, step: HumanStep, person: str) -> tuple[Visit, Seat] | None:
    """The nearest approval that this person gave himself in this round, with the same values before him."""
    rule = definition.workflow.repeat_approver
    earlier = return_targets(definition, state, step.name)
    for each in earlier[:1] if rule.skip == "consecutive" else earlier:
        visit = state.latest(each.name)
        if visit is None or each.verb != "approve" or visit.state != "approved" or not _is_of_this_round(state, visit):
            continue
        if any({each.name, step.name} <= set(apart.different_people) for apart in definition.workflow.four_eyes):
            continue
        for seat in visit.seats:
            himself = seat.actor == person and seat.owner == person and seat.decision == "approve" and seat.state == "approved"
            if himself and seat.digest == world.digest():
                return visit, seat
    return None


def _is_of_this_round(state: Instance, visit: Visit) -> bool:
    """Whether nothing was returned since the visit opened."""
    after = state.visits[state.visits.index(visit) :]
    return not any(each.state == "returned" or _was_sent_back(each) for each in after)


def _was_sent_back(visit: Visit) -> bool:
    """A refusal after which the flow still runs went back to an earlier step."""
    return visit.state == "rejected"
