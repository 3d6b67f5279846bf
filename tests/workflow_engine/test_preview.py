"""Invariant 20: the preview is the run. Random definitions, facts and organisations; everybody approves, step by step, by hand."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass, replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from forms_dsl.model import Duration, People, WaitStep
from tests.workflow_engine.flows import NOW, SPAN, approve, fill, flow, four_eyes, hours, role, world
from tests.workflow_engine.random_flows import random_command, random_definition, random_world
from workflow_engine import commands as cmd
from workflow_engine import events as ev
from workflow_engine.choosing import STARTER, Choices, suggest
from workflow_engine.definition import Definition
from workflow_engine.guards import Refusal
from workflow_engine.handle import Handled, handle
from workflow_engine.simulate import ChosenAhead, TrialStep, simulate, simulate_from, with_decisions
from workflow_engine.state import Instance, Visit
from workflow_engine.world import World

SEEDS = st.integers(0, 2**40)
#: QIQIAO_PREVIEWS tries more than the usual run.
MANY = int(os.environ.get("QIQIAO_PREVIEWS", "150"))


@dataclass
class ByHand:
    """A run in which everybody approves, as late as it may be: what a preview has to foretell."""

    definition: Definition
    state: Instance
    world: World

    def do(self, command: cmd.Command) -> Refusal | None:
        """Give one command; what a decision settled is in the record of all that come after."""
        outcome = handle(self.definition, self.state, command, self.world)
        if isinstance(outcome, Refusal):
            return outcome
        self.state, now = outcome.state, self.world.now
        for entry in outcome.entries:
            if isinstance(entry.event, ev.DecisionRun):
                assert self.world.run is not None
                self.world = self.world.run(self.definition.human(entry.event.step)).world
        self.world = replace(self.world, now=now)
        return None

    def pass_step(self, visit: Visit) -> str | None:
        """Let everybody approve at a visit; why it does not go on there, None when it did."""
        if visit.state == "held":
            return visit.held_reason
        if visit.state == "calling":
            assert self.do(cmd.FinishCall(visit.step, visit.number, "confirmed")) is None
            return None
        if visit.state == "waiting" and visit.children:
            for child in visit.children:
                assert self.do(cmd.FinishChild(child.instance, "approved")) is None
            return None
        if visit.state == "waiting":
            is_event = getattr(self.definition.places[visit.step].step, "event", None) is not None
            over = cmd.EventArrived if is_event else cmd.TimerDue
            assert self.do(over(visit.step, visit.number)) is None
            return None
        while (now := self.state.visit(visit.step, visit.number)) is not None and now.state == "open":
            reasons = list(self.approve(now))
            if "" not in reasons:
                why = {"authority_moved": "authority_moved", "choice_missing": "nobody_to_choose"}
                return next((word for reason, word in why.items() if reason in reasons), "nobody_may_approve")
        return None

    def approve(self, visit: Visit) -> list[str]:
        """Let the first who may approve or complete; the reasons of those who might not, and an empty one when somebody did."""
        fills = self.definition.human(visit.step).verb == "fill" or visit.by_hand
        reasons: list[str] = []
        for seat in visit.seats:
            for person in visit.entitled(seat):
                chosen: Choices = suggest(self.definition, self.state, self.world, visit.step, actor=person)
                act = cmd.Decide(
                    person, visit.step, visit.number, seat.number, "complete" if fills else "approve", "-", choices=chosen
                )
                refusal = self.do(replace(act, signature="-"))
                reasons.append(refusal.reason if refusal is not None else "")
                if refusal is None:
                    return reasons
        return reasons


def told(visit: Visit) -> tuple[object, ...]:
    """What a step of a preview says of a visit."""
    people = dict.fromkeys(
        person for seat in visit.seats for person in (*visit.entitled(seat), *((seat.actor,) if seat.actor else ()))
    )
    return visit.step, tuple(people), visit.because, visit.left_out, visit.due_at


def foretold(step: TrialStep) -> tuple[object, ...]:
    return step.step, step.people, step.because, step.left_out, step.due_at


def follow(run: ByHand, steps: list[TrialStep]) -> None:
    """Go through the run as the preview went: each step is the one foretold, with the same people for the same reasons."""
    while run.state.is_running and (opened := sorted(run.state.open_visits(), key=lambda v: run.definition.position(v.step))):
        visit, known = opened[0], {(each.step, each.number) for each in run.state.visits}
        run.world = replace(run.world, now=max(run.world.now, visit.due_at or run.world.now))
        assert steps, f"the preview ends before {visit.step}"
        step = steps.pop(0)
        assert told(visit) == foretold(step)
        stuck = run.pass_step(visit)
        assert step.stuck == stuck
        if stuck is not None:
            assert [] == steps
            return
        for each in run.state.visits:
            if (each.step, each.number) not in known and each.state == "approved":
                assert told(each) == foretold(steps.pop(0))
    assert [] == steps


@settings(max_examples=MANY, deadline=None)
@given(SEEDS)
def test_the_preview_is_the_run(seed: int) -> None:
    """From the start: path, people, reasons, who is left out, due times and the end are those of the run."""
    random = Random(seed)
    definition = random_definition(random, chosen=True)
    facts = random_world(random, definition)
    trial = simulate(definition, "maker", "B1", with_decisions(definition, facts))
    choices = suggest(definition, Instance("maker", "B1", "running", facts.now), facts, STARTER)
    started = handle(definition, None, cmd.Start("maker", "B1", choices=choices), facts)
    if isinstance(started, Refusal):
        assert ("choice_missing", ["nobody_to_choose"]) == (started.reason, [step.stuck for step in trial.steps])
        return
    run = ByHand(definition, started.state, settled(definition, facts, started))
    steps = list(trial.steps)
    for visit in started.state.visits:
        if not visit.is_open and visit.seats:
            assert told(visit) == foretold(steps.pop(0))
    follow(run, steps)
    assert ("approved" == trial.ends) == ("approved" == run.state.state)


@settings(max_examples=MANY, deadline=None)
@given(SEEDS)
def test_the_preview_of_a_case_under_way_is_its_run(seed: int) -> None:
    """From wherever people have taken a case, what is foretold of the rest is what comes."""
    random = Random(seed)
    definition = random_definition(random, chosen=True)
    facts = random_world(random, definition)
    choices = suggest(definition, Instance("maker", "B1", "running", facts.now), facts, STARTER)
    started = handle(definition, None, cmd.Start("maker", "B1", choices=choices), facts)
    if isinstance(started, Refusal):
        return
    run = ByHand(definition, started.state, settled(definition, facts, started))
    for _ in range(random.randint(1, 12)):
        if run.state.is_running:
            run.do(random_command(random, definition, run.state))
    if not run.state.is_running or run.state.suspended_at is not None or run.state.ending is not None:
        return
    ran = frozenset(visit.step for visit in run.state.open_visits())
    trial = simulate_from(definition, run.state, with_decisions(definition, run.world, ran))
    follow(run, list(trial.steps))


def settled(definition: Definition, facts: World, started: Handled) -> World:
    """The facts after the decisions that the start itself has run."""
    run = ByHand(definition, started.state, facts)
    for entry in started.entries:
        if isinstance(entry.event, ev.DecisionRun):
            assert run.world.run is not None
            run.world = run.world.run(definition.human(entry.event.step)).world
    return run.world


def test_of_several_the_one_who_finds_somebody_to_choose_goes_on() -> None:
    """Who may not sit beside the only one in the range cannot go on; another of those who are asked can, so the preview does."""
    by = People("chosen_by", "look", among=role("few"))
    definition = flow(fill(), approve("look"), approve("check", by), four_eyes=(four_eyes("look", "check"),))
    facts = world({"look": ("kai", "eva"), "few": ("kai",)})
    trial = simulate(definition, "maker", "B1", lambda _: facts)
    assert ("approved", ["apply", "look", "check"]) == (trial.ends, [step.step for step in trial.steps])
    alone = simulate(definition, "maker", "B1", lambda _: world({"look": ("kai",), "few": ("kai",)}))
    assert ("stuck", "nobody_to_choose") == (alone.ends, alone.steps[-1].stuck)


def test_what_must_be_chosen_behind_a_stop_is_told() -> None:
    """A case that will be held can be submitted: the preview asks for the people of a step that it does not come to."""
    definition = flow(fill(), approve("look"), approve("check", People("chosen_by", "starter", among=role("few"))))
    trial = simulate(definition, "maker", "B1", lambda _: world({"few": ("kai", "eva")}))
    assert ("stuck", "look") == (trial.ends, trial.steps[-1].step)
    assert [ChosenAhead("check", ("kai",), ("kai", "eva"))] == list(trial.ahead)
    through = simulate(definition, "maker", "B1", lambda _: world({"look": ("ann",), "few": ("kai",)}))
    assert ("approved", ()) == (through.ends, through.ahead)


def test_a_step_that_runs_a_decision_is_due_from_when_it_will_be_asked() -> None:
    """Behind a wait a preview counts from the end of the wait, also where a decision is run before the people are asked."""
    cooling = WaitStep("cooling", {"en": "cooling"}, SPAN, length=Duration(3, "hour"))
    definition = flow(fill(), cooling, approve("check", run="score", due=hours(4)))
    facts = world({"check": ("ann",)}, decisions={"score": "7"})
    trial = simulate(definition, "maker", "B1", with_decisions(definition, facts))
    assert NOW + dt.timedelta(hours=7) == trial.steps[-1].due_at
