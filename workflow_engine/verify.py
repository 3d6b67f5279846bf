"""Findings about a workflow that only the engine can tell: rules that no seats can meet, returns that lead nowhere,
what this engine does not carry out, and worked cases that come out otherwise.

`load_verified` is `load_app` with these findings, for everybody who checks or publishes; a running instance needs none of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from forms_dsl import codes
from forms_dsl.collector import COLLECTOR_PAUSED
from forms_dsl.diagnostics import Diagnostic, Sentence, code, has_errors
from forms_dsl.load import Loaded, load_app
from forms_dsl.model import App, HumanStep, Workflow
from forms_dsl.reading import Reader
from forms_dsl.source import Document
from forms_dsl.yaml_source import read_document
from workflow_engine.behind_calls import refusals_behind_commands
from workflow_engine.carried_out import NOT_CARRIED_OUT, not_carried_out, told_once
from workflow_engine.decide import possible
from workflow_engine.definition import Definition, build_definition
from workflow_engine.examples import check_examples

RETURN_FORWARD = code("W101", "A refusal returns to a step that does not come before.")
VETO_OF_FIRST = code("W103", "A veto beside a rule that the first answer decides.")
SILENT_FILL = code("W104", "A step that somebody has to fill in would pass by itself.")

ADDED_TO_FILL = code("W107", "Seats that are added at a step where nobody decides.")
UNSEATED_WEIGHTS = code("W106", "Seats with weights that several people may claim.")
EDITORS_UNKNOWN = code("W105", "A rule over editors of fields whose entity keeps no audit trail.")

#: No rule needs more; a step without a count may have any number of seats.
_MANY = 12


def load_verified(
    files: Mapping[str, str],
    *,
    others: Mapping[str, App] = MappingProxyType({}),
    publishing: bool = True,
    cases: bool = True,
    read: Reader = read_document,
) -> Loaded:
    """The app of these files with the engine's findings; no app when one of them is an error.

    What this version does not carry out is an error for whoever publishes, and one hint a file for whoever only checks.
    Without `cases` the worked cases are left to whoever plays them one by one, and stop nobody.
    """
    with COLLECTOR_PAUSED:
        loaded = load_app(files, others=others, read=read)
        if loaded.app is None:
            return loaded
        verified = verify_app(loaded.app, loaded.documents, cases=cases)
        if not publishing:
            verified = told_once(verified)
        diagnostics = (*loaded.diagnostics, *verified)
        ordered = tuple(sorted(diagnostics, key=lambda found: (found.span.file, found.span.line, found.span.column, found.code)))
        return Loaded(None if has_errors(ordered) else loaded.app, ordered, loaded.documents)


def verify_app(
    app: App, documents: Mapping[str, Document] = MappingProxyType({}), *, cases: bool = True
) -> tuple[Diagnostic, ...]:
    """The engine's findings about every workflow of an app; `documents` of the files make them point at the very key."""
    return tuple(found for workflow in app.workflows.values() for found in verify_workflow(app, workflow, documents, cases=cases))


def verify_workflow(
    app: App, workflow: Workflow, documents: Mapping[str, Document] = MappingProxyType({}), *, cases: bool = True
) -> Iterator[Diagnostic]:
    """The engine's findings about one workflow; examples run only when it stands."""
    definition = build_definition(workflow)
    behind = refusals_behind_commands(app, definition)
    found = [*_steps(definition), *behind, *not_carried_out(app, workflow, documents), *_trail(app, workflow)]
    yield from found
    stands = not has_errors(each for each in found if each.code != NOT_CARRIED_OUT.id)
    if cases and stands:
        yield from check_examples(app, workflow)


def _steps(definition: Definition) -> Iterator[Diagnostic]:
    for step in definition.human_steps():
        yield from _rule(step)
        yield from _due(step)
        yield from _added(step)
        if step.on_reject is not None and not _comes_before(definition, step.on_reject, step.name):
            message = Sentence(
                f"{step.on_reject!r} does not come before {step.name!r}.", f"“{step.on_reject}”不在“{step.name}”之前。"
            )
            hint = Sentence("Return to an earlier step of people.", "请退回到前面的人工步骤。")
            yield RETURN_FORWARD.at(step.span, message, hint=hint)


def _rule(step: HumanStep) -> Iterator[Diagnostic]:
    if step.verb == "fill":
        return
    if step.rule.kind == "weights":
        yield from _weights(step)
        return
    least, most = step.by.count_min, step.by.count_max or max(step.by.count_min, _MANY)
    lacks_share = step.rule.kind == "pass" and step.rule.threshold is None
    if lacks_share or not all(possible(step.rule, seats) for seats in range(least, most + 1)):
        message = Sentence(f"The rule of {step.name!r} cannot be met.", f"“{step.name}”的通过规则无法满足。")
        yield codes.UNMEETABLE.at(step.span, message)
    seats = max(least, step.by.levels)
    if seats > 1 and step.rule.kind == "first" and step.by.pick != "first":
        message = Sentence(
            f"{step.name!r} has {seats} seats, but the first answer would decide.",
            f"“{step.name}”有 {seats} 个席位，但先答者即可决定。",
        )
        hint = Sentence(
            "Add rule: {all: true, one_veto: true}, or another rule.", "请加上 rule，例如 {all: true, one_veto: true}。"
        )
        yield codes.UNMEETABLE.at(step.span, message, hint=hint)
    if step.rule.veto is not None and step.rule.kind == "first":
        message = Sentence(
            f"At {step.name!r} the first answer decides, so nobody needs a veto.",
            f"“{step.name}”为或签，先答者定，不需要否决权。",
        )
        yield VETO_OF_FIRST.at(step.span, message)


def _weights(step: HumanStep) -> Iterator[Diagnostic]:
    """The votes of a seat are those of its owner, so everybody asked has a seat; whether they are enough is known from the file."""
    if step.by.pick == "claim":
        message = Sentence(
            f"At {step.name!r} seats have weights, but who sits on which is only known when they are claimed.",
            f"“{step.name}”按权重计票，但席位由谁占用要到认领时才知道。",
        )
        hint = Sentence("Leave pick out: everybody has a seat.", "请去掉 pick：每人一席。")
        yield UNSEATED_WEIGHTS.at(step.span, message, hint=hint)


def _added(step: HumanStep) -> Iterator[Diagnostic]:
    """A step of entering has no seats to add: the first who completes it has done it."""
    if step.verb == "fill" and any(word.startswith("add_") for word in step.allow):
        message = Sentence(f"Nobody is added at {step.name!r}: it decides nothing.", f"“{step.name}”是录入步骤，不能加签。")
        hint = Sentence("Allow transfer, delegate or ask_opinion there.", "可改用 transfer、delegate 或 ask_opinion。")
        yield ADDED_TO_FILL.at(step.span, message, hint=hint)


def _due(step: HumanStep) -> Iterator[Diagnostic]:
    if step.due is None:
        return
    if step.due.then == "approve" and (step.verb == "fill" or step.fields.require):
        message = Sentence(
            f"{step.name!r} has values to be entered and would pass without them.", f"“{step.name}”有必填内容，却会超时自动通过。"
        )
        yield SILENT_FILL.at(step.span, message)


def _trail(app: App, workflow: Workflow) -> Iterator[Diagnostic]:
    """Who edited what is known from the audit trail: an entity that leaves none has no editors."""
    entity = app.entities.get(workflow.entity)
    if entity is not None and entity.audit == "none" and any(rule.editors_of for rule in workflow.four_eyes):
        message = Sentence(
            f"editors_of needs the audit trail, but {workflow.entity!r} keeps none.",
            f"editors_of 依赖审计记录，但“{workflow.entity}”不留审计。",
        )
        yield EDITORS_UNKNOWN.at(workflow.span, message)


def _comes_before(definition: Definition, target: str, step: str) -> bool:
    place = definition.places.get(target)
    return place is not None and isinstance(place.step, HumanStep) and place.position < definition.position(step)
