"""自选 (#34): the starter, or whoever decides an earlier step, chooses the people of a step out of a range.

What was chosen is checked when it is chosen and again when the step asks; it survives every return.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forms_dsl.model import HumanStep, People, TogetherStep
from workflow_engine import act_events as ae
from workflow_engine.chosen import CHOSEN
from workflow_engine.closing import close
from workflow_engine.controls import bar, is_over_limit
from workflow_engine.definition import Definition
from workflow_engine.guards import Refusal
from workflow_engine.progress import Progress, open_people
from workflow_engine.state import Instance, Visit
from workflow_engine.world import Candidate, World

#: Who chooses when a case is submitted, in `chosen_by`; any other word there is a step.
STARTER = "starter"
#: Why a step is held that whoever chooses its people can mend.
_FOR_WANT_OF_PEOPLE = frozenset(("not_chosen", "no_approver", "too_few_people", "rule_cannot_be_met"))

#: The people who are chosen, by step.
Choices = Mapping[str, tuple[str, ...]]


def steps_chosen_by(definition: Definition, chooser: str) -> tuple[HumanStep, ...]:
    """The steps whose people `chooser` ("starter" or a step) chooses, in the order of the file."""
    return tuple(step for step in definition.human_steps() if step.by.kind == CHOSEN and step.by.name == chooser)


def choosable(
    definition: Definition, state: Instance, world: World, step: HumanStep, chooser: str | None = None
) -> tuple[Candidate, ...]:
    """The range that the people of a step are chosen from, without those who may not act there now.

    `chooser` is who is about to decide the step that chooses: he is left out where he may not act at both.
    """
    if step.by.among is None:
        raise ValueError(f"nobody is chosen for step {step.name!r}")
    return tuple(
        candidate
        for candidate in world.people(step.by.among).candidates
        if bar(definition, state, world, step.name, candidate.person) is None
        and not (candidate.person == chooser and _are_apart(definition, step.by.name or "", step.name))
        and not is_over_limit(step.by.with_limit, world, candidate.person)
    )


def _are_apart(definition: Definition, one: str, other: str) -> bool:
    return any({one, other} <= set(rule.different_people) for rule in definition.workflow.four_eyes)


def is_certain(definition: Definition, step: HumanStep) -> bool:
    """Whether a flow that goes on comes to a step whatever the record says: only then must its people be chosen ahead."""
    sequence = definition.sequences[definition.places[step.name].sequence]
    while sequence.block is not None:
        block = definition.places[sequence.block]
        if not isinstance(block.step, TogetherStep):
            return False
        sequence = definition.sequences[block.sequence]
    return step.when is None


def choose(progress: Progress, chooser: str, choices: Choices, *, all_needed: bool = True) -> Refusal | None:
    """Keep whom somebody chose for later steps, or say why not: one refused choice refuses them all."""
    steps = steps_chosen_by(progress.definition, chooser)
    refusal = _refuse(progress, steps, choices)
    if refusal is not None:
        return refusal
    for name, people in choices.items():
        if progress.state.choices.get(name) != people:
            progress.emit(ae.PeopleChosen(name, people))
    open_ends = (step for step in steps if not progress.state.choices.get(step.name) and is_certain(progress.definition, step))
    missing = next(open_ends, None) if all_needed else None
    return None if missing is None else Refusal("choice_missing", step=missing.name)


def choose_late(progress: Progress, actor: str, choices: Choices) -> Refusal | None:
    """Choose for steps that are held for want of people; they are asked at once."""
    held = {visit.step: visit for visit in held_for(progress.definition, progress.state, actor)}
    unknown = next((name for name in choices if name not in held), None)
    if unknown is not None or not choices:
        return Refusal("no_such_choice", step=unknown)
    for name in choices:
        step = progress.definition.human(name)
        refusal = choose(progress, step.by.name or "", {name: choices[name]}, all_needed=False)
        if refusal is not None:
            return refusal
        close(progress, held[name], "cancelled")
        open_people(progress, step)
    return None


def held_for(definition: Definition, state: Instance, person: str) -> Iterator[Visit]:
    """The visits that are held for want of people whom this person chooses."""
    for visit in state.open_visits():
        if visit.state != "held" or visit.held_reason not in _FOR_WANT_OF_PEOPLE or visit.by_hand:
            continue
        by = definition.human(visit.step).by
        chooser = by.name or ""
        choosers = {state.starter} if chooser == STARTER else state.actors(chooser)
        if by.kind == CHOSEN and person in choosers:
            yield visit


def _refuse(progress: Progress, steps: tuple[HumanStep, ...], choices: Choices) -> Refusal | None:
    known = {step.name: step for step in steps}
    for name, people in choices.items():
        step = known.get(name)
        if step is None:
            return Refusal("no_such_choice", step=name)
        if not _is_right_number(step.by, people):
            return Refusal("choice_number", step=name)
        able = {candidate.person for candidate in choosable(progress.definition, progress.state, progress.world, step)}
        unfit = next((person for person in people if person not in able), None)
        if unfit is not None:
            return Refusal("choice_unfit", step=name, person=unfit)
    return None


def _is_right_number(by: People, people: tuple[str, ...]) -> bool:
    number = len(people)
    return number == len(set(people)) and max(1, by.count_min) <= number and (by.count_max is None or number <= by.count_max)


def suggest(
    definition: Definition, state: Instance, world: World, chooser: str, wished: Choices | None = None, actor: str | None = None
) -> Choices:
    """Whom a trial lets somebody choose: those whom he wishes and may choose, else the first of the range."""
    suggested: dict[str, tuple[str, ...]] = {}
    for step in steps_chosen_by(definition, chooser):
        able = [candidate.person for candidate in choosable(definition, state, world, step, actor)]
        wish = (wished or {}).get(step.name, ())
        if _is_right_number(step.by, wish) and set(wish) <= set(able):
            suggested[step.name] = wish
        elif step.name not in state.choices and len(able) >= max(1, step.by.count_min):
            suggested[step.name] = tuple(able[: max(1, step.by.count_min)])
    return suggested
