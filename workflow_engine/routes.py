"""Which branch of a choose is taken, and whether it still would be: the authority table is asked again at each commit."""

from __future__ import annotations

from dataclasses import dataclass

from forms_dsl.model import ChooseStep
from workflow_engine.definition import OTHERWISE, Definition
from workflow_engine.world import World


@dataclass(frozen=True, slots=True)
class Route:
    """The branch of a choose; without one, `reason` says in a code why the flow is held there."""

    branch: str | None
    #: The code that it was chosen by; None where conditions choose.
    value: str | None = None
    #: The rows of the authority table that said so.
    rows: tuple[str, ...] = ()
    reason: str | None = None


def route(definition: Definition, world: World, step: ChooseStep) -> Route:
    """The branch that the facts choose now; an authority table without an answer chooses none, not even `otherwise`."""
    rows: tuple[str, ...] = ()
    if step.name in definition.by_authority:
        settled = world.authority()
        if settled is None or settled.value is None:
            return Route(None, reason="no_authority")
        rows = settled.rows
    value: str | None = None
    if step.value is not None:
        value = _code(world.evaluate(step.value))
        chosen = next((branch.name for branch in step.branches if value is not None and branch.code == value), None)
    else:
        conditions = ((branch.name, branch.condition) for branch in step.branches)
        chosen = next((name for name, c in conditions if c is not None and world.evaluate(c) is True), None)
    if chosen is None and step.otherwise is not None:
        chosen = OTHERWISE
    if chosen is None:
        return Route(None, value, rows, "no_branch" if value is not None else "value_missing")
    return Route(chosen, value, rows)


def authority_of(definition: Definition, world: World, step: str) -> Route | None:
    """What the authority table says now about the innermost choose around a step that it decides; None outside of one."""
    return next((found for found, _ in _around(definition, world, step)), None)


def has_moved(definition: Definition, world: World, step: str) -> bool:
    """Whether the authority table would now send the case elsewhere than to the branch that this step stands in (#37)."""
    return any(found.branch != branch for found, branch in _around(definition, world, step))


def _around(definition: Definition, world: World, step: str) -> list[tuple[Route, str | None]]:
    """The chooses by authority around a step, innermost first, each with the branch that the step stands in."""
    found: list[tuple[Route, str | None]] = []
    sequence = definition.sequences[definition.places[step].sequence]
    while sequence.block is not None:
        block = definition.places[sequence.block]
        if isinstance(block.step, ChooseStep) and block.step.name in definition.by_authority:
            found.append((route(definition, world, block.step), sequence.branch))
        sequence = definition.sequences[block.sequence]
    return found


def _code(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)
