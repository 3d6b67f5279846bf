"""The steps of a workflow that change another system: calls of commands, and sub-flows that hold some, however deep."""

from __future__ import annotations

from forms_dsl.model import App, CallStep, CopyStep, SubFlowStep, TogetherStep, Workflow, WorkflowStep
from forms_dsl.workflow_tree import steps_of, steps_within


def irreversible_steps(app: App, workflow: Workflow) -> frozenset[str]:
    """The names of these steps."""
    return frozenset(step.name for step in steps_of(workflow) if changes_elsewhere(app, step))


def changes_elsewhere(app: App, step: WorkflowStep, inside: frozenset[str] = frozenset()) -> bool:
    """Whether a step may change another system; `inside` are the workflows that it is looked for in."""
    match step:
        case CallStep():
            binding, _, operation = step.connector.partition(".")
            bound = app.bindings.get(binding)
            return bound is not None and operation in bound.operations and bound.operations[operation].kind != "query"
        case SubFlowStep() if step.workflow in app.workflows and step.workflow not in inside:
            inner = steps_of(app.workflows[step.workflow])
            return any(changes_elsewhere(app, each, inside | {step.workflow}) for each in inner)
        case _:
            return False


def leaves_something(app: App, step: SubFlowStep) -> bool:
    """Whether a run of another workflow may be refused after it changed another system for good, or beside such a change."""
    flow = app.workflows.get(step.workflow)
    if flow is None:
        return False
    beside = {each.name for block in steps_of(flow) if isinstance(block, TogetherStep) for each in steps_within((block,))}
    changed = False
    for each in steps_of(flow):
        if changed and not isinstance(each, CallStep | CopyStep):
            return True
        lasts = changes_elsewhere(app, each) and not (isinstance(each, CallStep) and each.undo is not None)
        changed = changed or lasts
        if lasts and (each.name in beside or isinstance(each, SubFlowStep)):
            return True
    return False
