"""Which steps of people lie behind a step on its own path: where a case may be returned to, and who decided last."""

from __future__ import annotations

from forms_dsl.model import HumanStep
from workflow_engine.definition import Definition
from workflow_engine.state import PASSED_VISITS, Instance


def return_targets(definition: Definition, state: Instance, step: str) -> tuple[HumanStep, ...]:
    """Earlier human steps on the own path of `step`, nearest first: visited, their result still counting.

    A step inside another branch of a together block is no target: its siblings would be half done.
    """
    position, around = definition.position(step), definition.parallel(step)
    targets: list[HumanStep] = []
    for human in definition.human_steps():
        latest = state.latest(human.name)
        if latest is None or latest.state not in PASSED_VISITS or definition.position(human.name) >= position:
            continue
        chain = definition.parallel(human.name)
        if around[: len(chain)] == chain:
            targets.append(human)
    return tuple(reversed(targets))
