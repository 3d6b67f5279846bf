"""The world around a worked case: people are those that the case names, and as many more as a step needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

from forms_dsl.model import HumanStep, People
from workflow_engine.decisions import compile_authority
from workflow_engine.trial_decisions import decided
from workflow_engine.worked_case import WorkedCase, facts_of, given_children, people_named, value_of
from workflow_engine.world import Candidate, Found, Ran, World, as_moment

_ANY_AMOUNT = Decimal(10) ** 18
#: People at one step of a case who could act there; more than any rule needs.
_POOL = 9
#: Kinds of people of whom there are several.
_MANY = frozenset({"role", "post", "group"})

#: Who changed one of these fields of the record.
Editors = Callable[[tuple[str, ...]], frozenset[str]]


def world_of(
    worked: WorkedCase, record: Mapping[str, object], now: dt.datetime, editors: Editors = lambda _fields: frozenset()
) -> World:
    """The world in which the record is as it is and everybody who is asked for is there."""
    everything = facts_of(worked, record, now)
    authorise, authority = compile_authority(worked.app, worked.workflow), worked.workflow.authority
    settled = authorise(everything) if authorise is not None else None
    if settled is not None and authority is not None:
        everything = replace(everything, authority={authority.gives: settled.value})

    def run(step: HumanStep) -> Ran:
        given = decided(worked.app, step, everything)
        values = None if given is None else {name: str(value) for name, value in given.items()}
        return Ran(values, world_of(worked, {**record, **(given or {})}, now, editors))

    rules = [step.rule for step in worked.definition.human_steps()]
    # In a trial nobody has a role of his own: each seat has the votes of the heaviest.
    weighing = {role for rule in rules for role in rule.weights} - {rule.veto for rule in rules}
    # Who is asked at a step fits it; a role beside it, as that of a veto, has whoever is called like it.
    return World(
        now=now,
        evaluate=lambda expression: value_of(expression, everything),
        people=lambda by: people_of(worked, by),
        still_fits=lambda by, person: id(by) in worked.steps or by.kind != "role" or by.name in weighing or person == by.name,
        limit_of=lambda person: _limit(worked, person),
        editors=editors,
        authors=lambda: frozenset({worked.starter}),
        material=lambda: repr([everything.record.get(name) for name in worked.workflow.replay_if_changed]),
        digest=lambda: repr([everything.record.get(name) for name in worked.workflow.repeat_approver.unless_changed]),
        authority=lambda: settled,
        run=run,
        clock=worked.clock,
        children=lambda step, again: given_children(worked.case, step, again),
        moment=lambda expression: as_moment(value_of(expression, everything), ZoneInfo(worked.app.timezone)),
    )


def people_of(worked: WorkedCase, by: People) -> Found:
    """Everybody who is asked: those whom the case names for the step, else those who act there in it, else invented ones."""
    if by.kind == "starter":
        return Found((Candidate(worked.starter),), "starter")
    step = worked.steps.get(id(by), "copy")
    named = people_named(worked.case, step) or (_given_leader(worked) if by.kind == "leader_of" else ())
    if named:
        return Found(_candidates(named), by.kind)
    acting = tuple(dict.fromkeys(act.by for act in worked.case.do if act.step == step and act.by is not None))
    seats = _seats(worked, by, step)
    wanted = max(seats.count_min, seats.count_max or 1) if by.kind in _MANY else 1
    # Where one of several takes the seat there is one more, so that a person who may not act finds it open.
    wanted = max(wanted, len(acting) + (by.kind in _MANY and by.pick != "all")) if acting else wanted
    called = step.replace("@", ".")  # a code, as cases name people by
    invented = tuple(f"{called}_{number}" for number in range(1, min(wanted, _POOL) + 1 - len(acting)))
    return Found(_candidates((*acting, *invented)), by.kind)


def _seats(worked: WorkedCase, by: People, step: str) -> People:
    """The specification that says how many are asked: of a range to choose from, the one around it."""
    place = worked.definition.places.get(step)
    human = place.step if place is not None and isinstance(place.step, HumanStep) else None
    return human.by if human is not None and human.by.among is by else by


def _candidates(people: tuple[str, ...]) -> tuple[Candidate, ...]:
    return tuple(Candidate(person) for person in people)


def _given_leader(worked: WorkedCase) -> tuple[str, ...]:
    named = worked.case.given.get("leader_of_branch")
    return (named,) if isinstance(named, str) else ()


def _limit(worked: WorkedCase, person: str) -> Decimal | None:
    said = worked.case.limits.get(person)
    return _ANY_AMOUNT if said is None else Decimal(said)
