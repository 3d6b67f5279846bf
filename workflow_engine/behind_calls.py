"""Refusals that lead back behind a call which changes another system: known from the file, so said before anybody is refused."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.diagnostics import Diagnostic, Sentence, code
from forms_dsl.model import AnyOfStep, App, CallStep, ChooseStep, HumanStep, TogetherStep
from workflow_engine.definition import Definition

BEHIND_A_COMMAND = code("W108", "A refusal returns behind a call that changes another system, which would be done twice.")


def refusals_behind_commands(app: App, definition: Definition) -> Iterator[Diagnostic]:
    """A finding for each step whose refusal goes back behind a command that may have been carried out by then."""
    commands = [step for step in _calls(definition) if _is_command(app, step)]
    for step in definition.human_steps():
        target = step.on_reject
        if target is None or target not in definition.places or definition.position(target) >= definition.position(step.name):
            continue
        passed = next((call for call in commands if _may_be_done(definition, step, target, call)), None)
        if passed is not None:
            message = Sentence(
                f"A refusal at {step.name!r} goes back to {target!r}, behind the command {passed.name!r}: it would be done twice.",
                f"“{step.name}”拒绝后退回到“{target}”，而其间的命令“{passed.name}”已在外部系统办理，会重复办理。",
            )
            hint = Sentence(
                "Return to a step behind the call, put the call behind this step, or let the refusal end the flow.",
                "请退回到该调用之后的步骤、把调用移到本步骤之后，或让拒绝直接结束流程。",
            )
            yield BEHIND_A_COMMAND.at(step.span, message, hint=hint)


def _calls(definition: Definition) -> Iterator[CallStep]:
    return (place.step for place in definition.places.values() if isinstance(place.step, CallStep))


def _is_command(app: App, step: CallStep) -> bool:
    binding, _, operation = step.connector.partition(".")
    bound = app.bindings.get(binding)
    return bound is not None and operation in bound.operations and bound.operations[operation].kind != "query"


def _may_be_done(definition: Definition, step: HumanStep, target: str, call: CallStep) -> bool:
    """Whether a call that the return would leave behind may have been made when somebody decides at the step."""
    if definition.position(call.name) not in definition.region(target):
        return False
    fork = _fork(definition, step.name, call.name)
    if isinstance(fork, ChooseStep):
        return False
    return isinstance(fork, TogetherStep | AnyOfStep) or definition.position(call.name) < definition.position(step.name)


def _fork(definition: Definition, one: str, other: str) -> object:
    """The block in different branches of which two steps stand; None when they stand one after the other."""
    mine, its = (dict(reversed(definition.around(step))) for step in (one, other))
    return next((definition.places[block].step for block, branch in mine.items() if its.get(block, branch) != branch), None)
