"""Who is asked at a step: from the people who fit to seats, with everybody who is left out and why."""

from __future__ import annotations

from dataclasses import dataclass, replace

from forms_dsl.model import HumanStep, People, SeatRule
from workflow_engine.chosen import CHOSEN, people_at
from workflow_engine.controls import bar, is_over_limit
from workflow_engine.decide import possible
from workflow_engine.definition import Definition
from workflow_engine.events import SeatOffer
from workflow_engine.stand_ins import for_nobody, may_pass_without, without_starter
from workflow_engine.state import Instance, LeftOut
from workflow_engine.world import Candidate, World


@dataclass(frozen=True, slots=True)
class Seats:
    """The seats of a new visit."""

    offers: tuple[SeatOffer, ...]
    because: str
    left_out: tuple[LeftOut, ...]
    stand_ins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Nobody:
    """Not enough people: the flow is held, with the reason in a code."""

    reason: str
    left_out: tuple[LeftOut, ...]
    #: Whether the workflow lets the step pass, since there is really nobody for it.
    passes: bool = False


def assign(definition: Definition, state: Instance, world: World, step: HumanStep, prefer: str | None) -> Seats | Nobody:
    """The seats of a step for the people who fit now; `prefer` gets a single seat first (who returned it)."""
    if step.by.kind == CHOSEN and not state.choices.get(step.name):
        return Nobody("not_chosen", ())
    wanted = people_at(state, world, step.name, step.by)
    found = without_starter(definition, state, world, step, wanted)
    if found is None:
        return Nobody("starter_is_approver", (LeftOut(state.starter, "starter"),))
    asked, left_out = _sift(definition, state, world, step, found.candidates)
    if not asked:
        found = for_nobody(definition.workflow, state, world)
        asked, barred = _sift(definition, state, world, step, found.candidates)
        left_out = (*left_out, *(out for out in barred if out not in left_out))
    if len(asked) < max(1, step.by.count_min):
        passes = may_pass_without(definition, step, wanted)
        return Nobody("too_few_people" if asked else "no_approver", left_out, passes)
    offers = tuple(_weighed(step, world, offer) for offer in _offers(step.by, asked, prefer))
    if not possible(step.rule, len(offers), [offer.weight for offer in offers]):
        return Nobody("rule_cannot_be_met", left_out)
    fitting = {candidate.person for candidate in wanted.candidates}
    return Seats(offers, found.because, left_out, tuple(each.person for each in asked if each.person not in fitting))


def weight_of(rule: SeatRule, world: World, person: str) -> int:
    """How many votes a person's seat has: those of his heaviest role; without weights, one."""
    if not rule.weights:
        return 1
    return max((votes for role, votes in rule.weights.items() if world.still_fits(People("role", role), person)), default=0)


def _weighed(step: HumanStep, world: World, offer: SeatOffer) -> SeatOffer:
    """A seat with its votes; one that several may claim has those of the lightest of them."""
    people = offer.candidates if offer.owner is None else (offer.owner,)
    return replace(offer, weight=min(weight_of(step.rule, world, person) for person in people))


def _sift(
    definition: Definition, state: Instance, world: World, step: HumanStep, candidates: tuple[Candidate, ...]
) -> tuple[tuple[Candidate, ...], tuple[LeftOut, ...]]:
    asked: list[Candidate] = []
    left_out: list[LeftOut] = []
    for candidate in candidates:
        barred = bar(definition, state, world, step.name, candidate.person) or _over_limit(step.by, world, candidate.person)
        if barred is None:
            asked.append(candidate)
        else:
            left_out.append(barred)
    return tuple(asked), tuple(left_out)


def _over_limit(by: People, world: World, person: str) -> LeftOut | None:
    return LeftOut(person, "limit") if is_over_limit(by.with_limit, world, person) else None


def _offers(by: People, asked: tuple[Candidate, ...], prefer: str | None) -> tuple[SeatOffer, ...]:
    if by.pick == "least_busy":
        asked = tuple(sorted(asked, key=lambda candidate: (candidate.open_work, candidate.person)))[: _wanted(by, asked)]
    people = tuple(candidate.person for candidate in asked)
    seats = _wanted(by, asked)
    if seats == 1 and prefer in people:
        return (SeatOffer(prefer, people),)
    if seats == len(people):
        return tuple(SeatOffer(person, (person,)) for person in people)
    return tuple(SeatOffer(None, people) for _ in range(seats))


def _wanted(by: People, asked: tuple[Candidate, ...]) -> int:
    if by.pick == "claim":
        return max(1, by.count_min)
    return len(asked) if by.count_max is None else min(by.count_max, len(asked))
