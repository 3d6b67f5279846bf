"""Walking over the block tree of a workflow."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.model import AnyOfStep, ChooseStep, HumanStep, TogetherStep, Workflow, WorkflowStep

#: Where a reversal takes back the calls of the approval that it reverses: behind its last step, in no file.
UNDO = "undo"


def branches_of(step: WorkflowStep) -> tuple[tuple[WorkflowStep, ...], ...]:
    """The lists of steps inside a block."""
    match step:
        case ChooseStep():
            rest = () if step.otherwise is None else (step.otherwise,)
            return (*(branch.steps for branch in step.branches), *rest)
        case TogetherStep() | AnyOfStep():
            return tuple(branch.steps for branch in step.branches)
        case _:
            return ()


def steps_within(steps: tuple[WorkflowStep, ...]) -> Iterator[WorkflowStep]:
    """Every step of a list and of the blocks in it, in the order of the file."""
    for step in steps:
        yield step
        for inner in branches_of(step):
            yield from steps_within(inner)


def steps_of(flow: Workflow) -> Iterator[WorkflowStep]:
    """Every step of a workflow."""
    return steps_within(flow.steps)


def has_people(flow: Workflow) -> bool:
    """Whether the flow may wait for somebody: a step of people, or a call that somebody may have to do by hand."""
    return any(isinstance(step, HumanStep) for step in steps_of(flow))


def parallel_branch_of(flow: Workflow) -> dict[str, tuple[str, ...]]:
    """Step name → the branches at the same time around it, outermost first, as `block/branch`."""
    found: dict[str, tuple[str, ...]] = {}

    def walk(steps: tuple[WorkflowStep, ...], around: tuple[str, ...]) -> None:
        for step in steps:
            found[step.name] = around
            if isinstance(step, TogetherStep | AnyOfStep):
                for branch in step.branches:
                    walk(branch.steps, (*around, f"{step.name}/{branch.name}"))
            if isinstance(step, ChooseStep):
                for inner in branches_of(step):
                    walk(inner, around)

    walk(flow.steps, ())
    return found
