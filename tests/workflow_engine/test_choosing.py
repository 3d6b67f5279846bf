"""自选: people whom the starter or an earlier step chooses, checked when chosen and when asked, kept over returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from forms_dsl.model import People, SeatRule
from tests.workflow_engine.flows import approve, choose, fill, flow, four_eyes, role, together, world
from workflow_engine import commands as cmd
from workflow_engine.apply import replay
from workflow_engine.choosing import choosable
from workflow_engine.definition import Definition
from workflow_engine.events import Entry
from workflow_engine.guards import Refusal
from workflow_engine.handle import Handled, handle
from workflow_engine.simulate import simulate
from workflow_engine.state import Instance
from workflow_engine.world import World

PEOPLE = {"check": ("ann", "bob", "cat", "maker"), "head": ("eva", "ann"), "look": ("dan",)}


def chosen(by: str, among: str, **keys: object) -> People:
    return People("chosen_by", by, among=role(among), **keys)  # type: ignore[arg-type]


def start(definition: Definition, facts: World, **choices: tuple[str, ...]) -> Handled | Refusal:
    return handle(definition, None, cmd.Start("maker", "B1", choices=choices), facts)


def done(outcome: Handled | Refusal) -> Instance:
    assert isinstance(outcome, Handled)
    return outcome.state


def asked(state: Instance, step: str) -> tuple[str | None, ...]:
    visit = state.latest(step)
    return tuple(seat.owner for seat in visit.seats) if visit is not None else ()


BY_STARTER = flow(
    fill(),
    approve("check", chosen("starter", "check", count_max=2), rule=SeatRule("all")),
    approve("head"),
    four_eyes=(four_eyes("check", "head"),),
)


def test_those_who_were_chosen_are_asked_and_nobody_else() -> None:
    """Each of the chosen has a seat, in the order in which they were named."""
    state = done(start(BY_STARTER, world(PEOPLE), check=("bob", "ann")))
    assert asked(state, "check") == ("bob", "ann")
    refused = handle(BY_STARTER, state, cmd.Decide("cat", "check", 1, 1, "approve"), world(PEOPLE))
    assert isinstance(refused, Refusal) and refused.reason == "not_offered"


@pytest.mark.parametrize(
    ("choices", "reason"),
    [
        ({}, "choice_missing"),
        ({"check": ("ann", "bob", "cat")}, "choice_number"),
        ({"check": ()}, "choice_number"),
        ({"check": ("ann", "ann")}, "choice_number"),
        ({"check": ("eva",)}, "choice_unfit"),
        ({"check": ("maker",)}, "choice_unfit"),
        ({"check": ("ann",), "head": ("eva",)}, "no_such_choice"),
        ({"check": ("ann",), "nowhere": ("eva",)}, "no_such_choice"),
    ],
)
def test_a_choice_that_is_not_allowed_starts_nothing(choices: Mapping[str, tuple[str, ...]], reason: str) -> None:
    """Too few, too many, out of the range, oneself, or for a step that others choose."""
    refused = start(BY_STARTER, world(PEOPLE), **choices)
    assert isinstance(refused, Refusal) and refused.reason == reason


def test_who_may_not_act_beside_another_step_is_not_chosen() -> None:
    """Four eyes are asked when people are chosen, not only when they are offered the seat."""
    definition = flow(
        fill(),
        approve("look"),
        approve("check", chosen("look", "check")),
        four_eyes=(four_eyes("look", "check"),),
    )
    facts = world({**PEOPLE, "look": ("ann",)})
    state = done(start(definition, facts))
    refused = handle(definition, state, cmd.Decide("ann", "look", 1, 1, "approve", choices={"check": ("ann",)}), facts)
    assert isinstance(refused, Refusal) and (refused.reason, refused.person) == ("choice_unfit", "ann")
    offered = choosable(definition, state, facts, definition.human("check"), "ann")
    assert ["bob", "cat"] == [candidate.person for candidate in offered]


def test_an_earlier_step_chooses_with_its_decision_and_only_going_forward() -> None:
    """Who approves names the next people; who rejects names nobody."""
    definition = flow(fill(), approve("look"), approve("check", chosen("look", "check")))
    facts = world(PEOPLE)
    state = done(start(definition, facts))
    without = handle(definition, state, cmd.Decide("dan", "look", 1, 1, "approve"), facts)
    assert isinstance(without, Refusal) and without.reason == "choice_missing"
    back = cmd.Decide("dan", "look", 1, 1, "return", "no", choices={"check": ("ann",)})
    assert isinstance(handle(definition, state, back, facts), Refusal)
    named = handle(definition, state, cmd.Decide("dan", "look", 1, 1, "approve", choices={"check": ("cat",)}), facts)
    assert asked(done(named), "check") == ("cat",)


def test_a_choice_survives_a_return_and_may_be_changed_with_the_resubmission() -> None:
    """After a return the same people are asked again, unless the starter names others."""
    facts = world(PEOPLE)
    state = done(start(BY_STARTER, facts, check=("ann",)))
    back = done(handle(BY_STARTER, state, cmd.Decide("ann", "check", 1, 1, "return", "more"), facts))
    again = done(handle(BY_STARTER, back, cmd.Decide("maker", "apply", 2, 1, "complete"), facts))
    assert asked(again, "check") == ("ann",)
    changed = cmd.Decide("maker", "apply", 2, 1, "complete", choices={"check": ("cat",)})
    assert asked(done(handle(BY_STARTER, back, changed, facts)), "check") == ("cat",)


def test_whoever_left_since_is_not_asked_and_the_starter_names_another() -> None:
    """The choice is checked again when the step asks; its chooser mends what is held for want of people."""
    definition = flow(fill(), approve("look"), approve("check", chosen("starter", "check")))
    state = done(start(definition, world(PEOPLE), check=("bob",)))
    gone = world(PEOPLE, gone=frozenset({"bob"}))
    held = done(handle(definition, state, cmd.Decide("dan", "look", 1, 1, "approve"), gone))
    visit = held.latest("check")
    assert visit is not None and (visit.state, visit.held_reason) == ("held", "no_approver")
    stranger = handle(definition, held, cmd.Choose("dan", {"check": ("ann",)}), gone)
    assert isinstance(stranger, Refusal) and stranger.reason == "no_such_choice"
    mended = handle(definition, held, cmd.Choose("maker", {"check": ("ann",)}), gone)
    assert asked(done(mended), "check") == ("ann",) and done(mended).state == "running"


def test_only_steps_that_are_sure_to_come_need_a_choice_ahead() -> None:
    """What a branch or a condition may skip is chosen when the case stands there, at the latest."""
    inside = approve("check", chosen("starter", "check"))
    maybe = flow(fill(), choose("size", otherwise=(), big=(inside,)))
    held = done(start(maybe, world(PEOPLE, {"size": "big"})))
    assert [visit.held_reason for visit in held.open_visits()] == ["not_chosen"]
    both = flow(fill(), together("both", one=(inside,), two=(approve("head"),)))
    sure = start(both, world(PEOPLE))
    assert isinstance(sure, Refusal) and sure.reason == "choice_missing"


def test_a_case_that_a_rule_starts_waits_for_nobody_to_choose() -> None:
    """A rule names nobody: the step is held, it never passes."""
    outcome = handle(BY_STARTER, None, cmd.Start("system", "B1"), world(PEOPLE, starter="system"))
    assert [visit.held_reason for visit in done(outcome).open_visits()] == ["not_chosen"]


def test_the_trial_goes_the_way_that_the_choice_leads() -> None:
    """Who is wished for is asked in the trial as in the run; without a wish the first of the range, who may be chosen is told."""
    facts = world(PEOPLE)
    wished = simulate(BY_STARTER, "maker", "B1", lambda _: facts, {"check": ("cat", "bob")})
    assert [step.people for step in wished.steps if step.step == "check"] == [("cat", "bob")]
    plain = simulate(BY_STARTER, "maker", "B1", lambda _: facts)
    step = next(step for step in plain.steps if step.step == "check")
    assert (step.people, step.choosable, plain.ends) == (("ann",), ("ann", "bob", "cat"), "approved")
    nobody = simulate(BY_STARTER, "maker", "B1", lambda _: world({**PEOPLE, "check": ("maker",)}))
    assert (nobody.ends, nobody.steps[-1].stuck) == ("stuck", "nobody_to_choose")


def test_choices_are_rebuilt_from_the_events() -> None:
    """A state from the stored events holds the same choices."""
    outcome = start(BY_STARTER, world(PEOPLE), check=("ann",))
    assert isinstance(outcome, Handled)
    entries: tuple[Entry, ...] = outcome.entries
    assert replay(entries) == outcome.state and outcome.state.choices == {"check": ("ann",)}
    assert replace(outcome.state, choices={}) != outcome.state
