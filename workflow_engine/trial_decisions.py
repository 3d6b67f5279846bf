"""A worked case as a trial runs it, and what the decision of a step fills in there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from forms_dsl.expr.facts import Facts
from forms_dsl.model import (
    AnyOfStep,
    App,
    Branch,
    ChooseStep,
    HumanStep,
    TogetherStep,
    Workflow,
    WorkflowStep,
)
from workflow_engine.decisions import compile_decision


def for_trial(workflow: Workflow, *, counts: bool) -> Workflow:
    """The flow as a trial runs it: without a calendar (`counts`) nobody is late where working time says when."""
    return replace(workflow, steps=_steps(workflow.steps, counts))


def _steps(steps: tuple[WorkflowStep, ...], counts: bool) -> tuple[WorkflowStep, ...]:
    return tuple(_step(step, counts) for step in steps)


def _step(step: WorkflowStep, counts: bool) -> WorkflowStep:
    match step:
        case HumanStep():
            due = None if step.due is not None and step.due.within.working and not counts else step.due
            open_for = None if step.open_for is not None and step.open_for.working and not counts else step.open_for
            return replace(step, due=due, open_for=open_for)
        case ChooseStep():
            otherwise = None if step.otherwise is None else _steps(step.otherwise, counts)
            return replace(step, branches=_branches(step.branches, counts), otherwise=otherwise)
        case TogetherStep() | AnyOfStep():
            return replace(step, branches=_branches(step.branches, counts))
        case _:
            return step


def _branches(branches: tuple[Branch, ...], counts: bool) -> tuple[Branch, ...]:
    return tuple(replace(branch, steps=_steps(branch.steps, counts)) for branch in branches)


def decided(app: App, step: HumanStep, facts: Facts) -> Mapping[str, object] | None:
    """What the decision of a step fills in when its visit starts; None when it settles nothing."""
    decision = app.decisions[step.run or ""]
    return compile_decision(decision)(facts)
