"""Refusals that lead back behind a call which changes another system: known from the file, so said before anybody is refused."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.diagnostics import Diagnostic, Sentence, code
from forms_dsl.model import AnyOfStep, App, CallStep, ChooseStep, HumanStep, SubFlowStep, TogetherStep, WorkflowStep
from workflow_engine.definition import Definition
from workflow_engine.irreversible import changes_elsewhere, leaves_something

BEHIND_A_COMMAND = code("W108", "A refusal returns behind a call that changes another system, which would be done twice.")


def refusals_behind_commands(app: App, definition: Definition) -> Iterator[Diagnostic]:
    """A finding for each step whose refusal goes back behind a command that may have been carried out by then."""
    steps = [place.step for place in definition.places.values()]
    commands = [step for step in steps if changes_elsewhere(app, step)]
    for step in steps:
        target = _returns_to(step)
        if target is None or target not in definition.places or definition.position(target) >= definition.position(step.name):
            continue
        passed = next((call for call in commands if _may_be_done(app, definition, step, target, call)), None)
        if passed is not None:
            what = Sentence("command", "命令") if isinstance(passed, CallStep) else Sentence("commands of", "子流程命令")
            message = Sentence(
                f"A refusal at {step.name!r} goes back to {target!r}, behind the {what.en} {passed.name!r}: "
                "it would be done twice.",
                f"“{step.name}”拒绝后退回到“{target}”，而其间的{what.zh}“{passed.name}”已在外部系统办理，会重复办理。",
            )
            hint = Sentence(
                "Return to a step behind the call, put the call behind this step, or let the refusal end the flow.",
                "请退回到该调用之后的步骤、把调用移到本步骤之后，或让拒绝直接结束流程。",
            )
            yield BEHIND_A_COMMAND.at(step.span, message, hint=hint)


def _returns_to(step: WorkflowStep) -> str | None:
    match step:
        case HumanStep():
            return step.on_reject
        case SubFlowStep():
            return step.return_to
        case _:
            return None


def _may_be_done(app: App, definition: Definition, step: WorkflowStep, target: str, call: WorkflowStep) -> bool:
    """Whether a call that the return would leave behind may have been made when somebody decides at the step."""
    if definition.position(call.name) not in definition.region(target):
        return False
    fork = _fork(definition, step.name, call.name)
    if isinstance(fork, ChooseStep):
        return False
    if isinstance(fork, TogetherStep | AnyOfStep):
        return True
    if isinstance(step, SubFlowStep) and call is step:
        # A refused run has taken back what it can; of several, others may have been approved before.
        return step.each is not None or leaves_something(app, step)
    return definition.position(call.name) < definition.position(step.name)


def _fork(definition: Definition, one: str, other: str) -> object:
    """The block in different branches of which two steps stand; None when they stand one after the other."""
    mine, its = (dict(reversed(definition.around(step))) for step in (one, other))
    return next((definition.places[block].step for block, branch in mine.items() if its.get(block, branch) != branch), None)
