"""Four eyes and limits over persons: who may not act at a step, and because of which rule."""

from __future__ import annotations

from forms_dsl.expr.tree import Expression
from forms_dsl.model import FourEyes
from workflow_engine.definition import Definition
from workflow_engine.state import Instance, LeftOut
from workflow_engine.world import World, as_amount

#: Steps whose seats are votes: who started the flow never sits there.
VOTING = frozenset(("approve", "vote"))


def bar(definition: Definition, state: Instance, world: World, step: str, person: str) -> LeftOut | None:
    """Why this person may not act at this step, or None when nothing forbids it.

    The same question is asked when the step is offered and again in the transaction that commits the
    decision, for every route. It looks at the whole history: who acted in an earlier round still counts.
    """
    human = definition.human(step)
    if human.verb in VOTING and person == state.starter:
        rule = next((r for r in definition.workflow.four_eyes if _separates_starter(definition, r, step)), None)
        return LeftOut(person, "four_eyes", rule.name) if rule else LeftOut(person, "starter")
    for rule in definition.workflow.four_eyes:
        if _is_broken(definition, rule, state, world, step, person):
            return LeftOut(person, "four_eyes", rule.name)
    return None


def is_over_limit(amount_of: Expression | None, world: World, person: str) -> bool:
    """Whether an amount is not covered by this person's own limit; a missing amount or limit never covers it."""
    if amount_of is None:
        return False
    amount, limit = as_amount(world.evaluate(amount_of)), world.limit_of(person)
    return amount is None or limit is None or limit < amount


def _is_broken(definition: Definition, rule: FourEyes, state: Instance, world: World, step: str, person: str) -> bool:
    if _separates_starter(definition, rule, step) and person in world.authors():
        # Whoever wrote what was submitted stands where the starter stands, whoever pressed the button for him.
        return True
    if step in rule.different_people and state.has_acted(person, [other for other in rule.different_people if other != step]):
        return True
    if step in rule.same_person:
        acted = [state.actors(other) for other in rule.same_person if other != step]
        if any(people and person not in people for people in acted):
            return True
    return step in rule.may_not_act_at and bool(rule.editors_of) and person in world.editors(rule.editors_of)


def _separates_starter(definition: Definition, rule: FourEyes, step: str) -> bool:
    first = definition.first_fill()
    return first is not None and step != first.name and {step, first.name} <= set(rule.different_people)
