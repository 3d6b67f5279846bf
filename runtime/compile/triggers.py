"""The automations that a write of an entity sets off, with their expressions ready to run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from forms_dsl.expr.facts import Facts
from forms_dsl.expr.python import compile_python
from forms_dsl.expr.tree import Expression
from forms_dsl.model import App, Automation, Entity, Trigger

Evaluate = Callable[[Facts], object]


@dataclass(frozen=True, slots=True)
class WriteRule:
    """One automation with what sets it off, its condition and the values that it sets in the write itself."""

    automation: Automation
    trigger: Trigger
    where: Evaluate | None
    #: Values of `set` that are computed, by action and field.
    values: tuple[dict[str, Evaluate], ...]


@dataclass(frozen=True, slots=True)
class Triggers:
    """The automations of an entity: inside a write, and after it."""

    before: tuple[WriteRule, ...] = ()
    after: tuple[WriteRule, ...] = ()


def compile_triggers(app: App, entity: Entity) -> Triggers:
    """The triggers of an entity, in the order of the automations' names."""
    before, after = [], []
    for _, automation in sorted(app.automations.items()):
        if automation.entity == entity.name and automation.before is not None:
            before.append(_rule(automation, automation.before))
        if automation.entity == entity.name and automation.after is not None and automation.after.kind != "finish":
            after.append(_rule(automation, automation.after))
    return Triggers(tuple(before), tuple(after))


def trigger_expressions(app: App, entity: Entity) -> Iterator[Expression]:
    """The expressions that a write of the entity evaluates for automations."""
    for automation in app.automations.values():
        if automation.entity != entity.name or (automation.before is None and automation.after is None):
            continue
        if automation.where is not None:
            yield automation.where
        # What is deleted cannot be read again: what its actions read is read with it.
        if automation.before is not None or (automation.after is not None and automation.after.kind == "delete"):
            for action in automation.do:
                yield from (value for value in action.values.values() if isinstance(value, Expression))


def _rule(automation: Automation, trigger: Trigger) -> WriteRule:
    where = None if automation.where is None else compile_python(automation.where.tree)
    values = tuple(
        {name: compile_python(value.tree) for name, value in action.values.items() if isinstance(value, Expression)}
        for action in automation.do
    )
    return WriteRule(automation, trigger, where, values)
