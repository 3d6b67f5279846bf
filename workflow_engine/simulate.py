"""The trial run: the same engine over given facts with everybody approving, and who would be asked and why.

The entry form's path pane, the designer's trial run and the examples of a workflow all come from here, so none of
them can say other than what a real approval would do.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from forms_dsl.model import HumanStep, WaitStep
from workflow_engine import commands as cmd
from workflow_engine import events as ev
from workflow_engine.choosing import STARTER, Choices, choosable, is_certain, steps_chosen_by, suggest
from workflow_engine.definition import Definition
from workflow_engine.guards import Refusal, offered
from workflow_engine.handle import Handled, handle
from workflow_engine.routes import Route, authority_of, has_moved
from workflow_engine.state import Instance, LeftOut, Reversed, Seat, Visit
from workflow_engine.world import World

#: The facts after these steps are through: what people enter and calls save becomes visible step by step.
Facts = Callable[[tuple[str, ...]], World]


@dataclass(frozen=True, slots=True)
class TrialStep:
    """One step that the trial run came to."""

    step: str
    #: Everybody who would find it in the to-do list.
    people: tuple[str, ...]
    because: str | None
    left_out: tuple[LeftOut, ...]
    due_at: dt.datetime | None
    #: The authority table's answer that brought it here; None outside of what the table decides.
    authority: Route | None = None
    #: Why it cannot go on here; None when it could.
    stuck: str | None = None
    #: Of a step whose people the starter chooses: whom he may choose.
    choosable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChosenAhead:
    """A step that the trial did not come to, although its people must be chosen before the case is submitted."""

    step: str
    people: tuple[str, ...]
    choosable: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """How far everybody's approval leads."""

    steps: tuple[TrialStep, ...]
    ends: Literal["approved", "stuck"]
    #: Behind the step where it is stuck.
    ahead: tuple[ChosenAhead, ...] = ()

    @property
    def path(self) -> tuple[str, ...]:
        """The steps by name, in the order in which the trial went through them."""
        return tuple(step.step for step in self.steps)


def simulate(
    definition: Definition,
    starter: str,
    unit: str | None,
    facts: Facts,
    wished: Choices | None = None,
    reverses: Reversed | None = None,
) -> Trial:
    """Start and let everybody approve, each as late as the deadline allows; parallel branches in the order of the file.

    `wished` says whom the starter chooses (自选); where he says nothing, the first of the range are asked. `reverses` is what
    a reversal takes back.
    """
    world = facts(())
    before = Instance(starter, unit, "running", world.now)
    choices = suggest(definition, before, world, STARTER, wished)
    started = handle(definition, None, cmd.Start(starter, unit, choices=choices, reverses=reverses), world)
    if isinstance(started, Refusal):
        return Trial((_nobody_to_choose(definition, world, before, started),), "stuck")
    done = tuple(
        _step(definition, started.state, world, visit, None)
        for visit in started.state.visits
        if not visit.is_open and visit.seats
    )
    trial = simulate_from(definition, started.state, facts, done)
    return replace(trial, ahead=tuple(_ahead(definition, started.state, world, trial.path)))


def _ahead(definition: Definition, state: Instance, world: World, path: tuple[str, ...]) -> Iterator[ChosenAhead]:
    for step in steps_chosen_by(definition, STARTER):
        if step.name not in path and is_certain(definition, step):
            able = choosable(definition, state, world, step)
            yield ChosenAhead(step.name, state.choices.get(step.name, ()), tuple(candidate.person for candidate in able))


def simulate_from(definition: Definition, state: Instance, facts: Facts, done: tuple[TrialStep, ...] = ()) -> Trial:
    """Let everybody approve from where an instance stands now; the steps of the trial are those still to come."""
    steps, now = list(done), facts(()).now
    while (visit := _next(definition, state)) is not None:
        # What a step enters or saves is there when the flow goes on from it.
        through = (*(step.step for step in steps), visit.step)
        world = replace(facts(through), now=max(now, visit.due_at or now))
        went = pass_visit(definition, state, world, visit)
        if isinstance(went, str):
            return Trial((*steps, _step(definition, state, world, visit, went)), "stuck")
        steps.append(_step(definition, state, world, visit, None))
        # Steps through which it went at once: earlier approvals stood for them, or nobody was there and the flow says pass.
        known = {(each.step, each.number) for each in state.visits}
        at_once = (each for each in went.state.visits if (each.step, each.number) not in known and each.state == "approved")
        steps.extend(_step(definition, went.state, world, each, None) for each in at_once)
        state, now = went.state, world.now
    return Trial(tuple(steps), "approved")


def with_decisions(definition: Definition, world: World, ran: frozenset[str] = frozenset()) -> Facts:
    """The facts as the decisions of the steps on the way change them; those of `ran` were run before."""

    def after(done: tuple[str, ...]) -> World:
        now = world
        for name in dict.fromkeys(done):
            step = definition.places[name].step
            if isinstance(step, HumanStep) and step.run is not None and name not in ran and now.run is not None:
                now = now.run(step).world
        return now

    return after


def _next(definition: Definition, state: Instance) -> Visit | None:
    return min(state.open_visits(), key=lambda visit: definition.position(visit.step), default=None)


def pass_visit(definition: Definition, state: Instance, world: World, visit: Visit) -> Handled | str:
    """What everybody's approval at a visit does, or the code of what stops it there."""
    if visit.state == "held":
        return visit.held_reason or "held"
    if visit.state == "calling":
        return _after(definition, state, world, cmd.FinishCall(visit.step, visit.number, "confirmed"))
    if visit.state == "waiting" and visit.children:
        return _end_children(definition, state, world, visit)
    if visit.state == "waiting":
        step = definition.places[visit.step].step
        arrives = isinstance(step, WaitStep) and step.event is not None
        over: cmd.Command = (cmd.EventArrived if arrives else cmd.TimerDue)(visit.step, visit.number)
        return _after(definition, state, world, over)
    now: Visit | None = visit
    entries: tuple[ev.Entry, ...] = ()
    while now is not None and now.state == "open":
        went = _approve(definition, state, world, now)
        if isinstance(went, str):
            return went
        state, entries = went.state, (*entries, *went.entries)
        now = state.visit(visit.step, visit.number)
    return Handled(state, entries)


def _end_children(definition: Definition, state: Instance, world: World, visit: Visit) -> Handled | str:
    """Every run of another workflow is approved: a trial of this flow says nothing about how one of those comes out."""
    entries: tuple[ev.Entry, ...] = ()
    for child in visit.children:
        went = _after(definition, state, world, cmd.FinishChild(child.instance, "approved"))
        state, entries = went.state, (*entries, *went.entries)
    return Handled(state, entries)


def _approve(definition: Definition, state: Instance, world: World, visit: Visit) -> Handled | str:
    """What the approval of the first who may give it does: where he would find nobody to choose for a later step, the next one's."""
    stuck = "authority_moved" if has_moved(definition, world, visit.step) else "nobody_may_approve"
    for act in _approvals(definition, state, world, visit):
        chosen = replace(act, choices=suggest(definition, state, world, act.step, actor=act.actor))
        outcome = handle(definition, state, chosen, world)
        if not (isinstance(outcome, Refusal) and outcome.reason == "choice_missing"):
            return _handled(outcome)
        stuck = "nobody_to_choose"
    return stuck


def _approvals(definition: Definition, state: Instance, world: World, visit: Visit) -> Iterator[cmd.Decide]:
    for seat in visit.seats:
        for person in visit.entitled(seat):
            act = _act(definition, visit, seat, person)
            if act.decision in offered(definition, state, world, act):
                yield act


def _act(definition: Definition, visit: Visit, seat: Seat, person: str) -> cmd.Decide:
    fills = definition.human(visit.step).verb == "fill"
    return cmd.Decide(
        person, visit.step, visit.number, seat.number, "complete" if fills else "approve", opinion="-", signature="-"
    )


def _after(definition: Definition, state: Instance, world: World, command: cmd.Command) -> Handled:
    return _handled(handle(definition, state, command, world))


def _handled(outcome: Handled | Refusal) -> Handled:
    if isinstance(outcome, Refusal):
        raise TypeError(f"an offered decision was refused: {outcome.reason}")
    return outcome


def _nobody_to_choose(definition: Definition, world: World, before: Instance, refusal: Refusal) -> TrialStep:
    """The step for which the starter finds nobody to choose."""
    name = refusal.step or definition.workflow.steps[0].name
    return TrialStep(name, (), None, (), None, authority_of(definition, world, name), "nobody_to_choose")


def _step(definition: Definition, state: Instance, world: World, visit: Visit, stuck: str | None) -> TrialStep:
    people = {person: None for seat in visit.seats for person in (*visit.entitled(seat), *filter(None, (seat.actor,)))}
    chosen = next((step for step in steps_chosen_by(definition, STARTER) if step.name == visit.step), None)
    able = choosable(definition, state, world, chosen) if chosen is not None else ()
    return TrialStep(
        visit.step,
        tuple(people),
        visit.because,
        visit.left_out,
        visit.due_at,
        authority_of(definition, world, visit.step),
        stuck,
        tuple(candidate.person for candidate in able),
    )
