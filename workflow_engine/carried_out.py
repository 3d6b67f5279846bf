"""What of the language of workflows this version does not carry out: refused by name when an app is published.

A definition may say more than an engine can do; it is never half carried out (fail closed).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from forms_dsl.diagnostics import Diagnostic, Sentence, code
from forms_dsl.model import (
    App,
    CallStep,
    CopyStep,
    Duration,
    HumanStep,
    People,
    WaitStep,
    Workflow,
    WorkflowStep,
)
from forms_dsl.source import Document, Pointer, Span, path_within_app
from forms_dsl.workflow_tree import steps_of
from workflow_engine.chosen import CHOSEN
from workflow_engine.scenario import can_be_played

HINT = Sentence("The app can be checked, but not published with it.", "可以检查，但不能带着它发布。")
NOT_CARRIED_OUT = code("W102", "A part of the language of workflows and automations that this version does not carry out.")

#: Kinds of people whom this version finds.
FOUND_PEOPLE = frozenset({"starter", "owner", "role", "post", "group", "leader_of", "leader_of_holder", "field"})

#: A key below the map of a step, or below the top of the file, with what it says.
Key = tuple[str | int, ...]


def not_carried_out(app: App, workflow: Workflow, documents: Mapping[str, Document]) -> Iterator[Diagnostic]:
    """A finding at each key of a workflow that the engine would have to leave aside."""
    document = documents.get(path_within_app(workflow.span.file))
    calendar = workflow.calendar or app.calendar
    known = calendar in app.calendars
    for key in _of_workflow(workflow):
        yield _finding(document, workflow.span, (), key)
    for key in () if known else _working_of_workflow(workflow):
        yield _uncounted(document, workflow.span, key, calendar)
    keys = {span: pointer for pointer, span in document.key_spans.items()} if document else {}
    for step in steps_of(workflow):
        place = _map_of(keys.get(step.span, ()))
        for key in _of_step(step):
            yield _finding(document, step.span, place, key)
        for key in () if known else _working_of_step(step):
            yield _uncounted(document, step.span, (*place, *key), calendar)


def _map_of(pointer: Pointer) -> Pointer:
    """The map of a step whose first key stands at `pointer`; a step of an overlay has a key of its own in the list."""
    return pointer if pointer and isinstance(pointer[-1], int) else pointer[:-1]


def told_once(findings: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """The findings for somebody who only checks: what is not carried out is one hint a file, at the first place."""
    parts = [found for found in findings if found.code == NOT_CARRIED_OUT.id]
    rest = tuple(found for found in findings if found.code != NOT_CARRIED_OUT.id)
    files = {found.span.file: found for found in reversed(parts)}
    return (*rest, *(_summary(first, parts) for first in reversed(files.values())))


def _summary(first: Diagnostic, parts: list[Diagnostic]) -> Diagnostic:
    keys = sorted({_within_its_map(found.pointer) for found in parts if found.span.file == first.span.file})
    words = ", ".join(keys)
    message = Sentence(f"This version checks, but does not carry out: {words}.", f"当前版本可以检查、但尚不执行：{words}。")
    return replace(NOT_CARRIED_OUT.at(first.span, message, pointer=first.pointer, hint=HINT), severity="hint")


def _within_its_map(pointer: Pointer) -> str:
    """The keys behind the last element of a list: `due.within` of whatever step."""
    last = max((n for n, part in enumerate(pointer) if isinstance(part, int)), default=-1)
    return ".".join(str(part) for part in pointer[last + 1 :])


def _finding(document: Document | None, span: Span, place: Pointer, key: Key) -> Diagnostic:
    pointer = (*place, *key)
    words = ".".join(str(part) for part in key)
    message = Sentence(f"This version does not carry out {words!r} yet.", f"当前版本尚不执行“{words}”。")
    return NOT_CARRIED_OUT.at(document.key_span(pointer) if document else span, message, pointer=pointer, hint=HINT)


def _uncounted(document: Document | None, span: Span, pointer: Pointer, calendar: str | None) -> Diagnostic:
    """Working time that nobody could count: the calendar that it counts by is not there."""
    message = Sentence(
        f"Working time counts by the calendar {calendar!r}, which this app does not hold.",
        f"工作时间按日历“{calendar}”计算，而本应用没有这个日历。",
    )
    hint = Sentence(f"Add calendars/{calendar}.yaml.", f"请增加 calendars/{calendar}.yaml。")
    place = document.key_span(pointer) if document else span
    return NOT_CARRIED_OUT.at(place, message, pointer=pointer, hint=hint)


def _of_workflow(workflow: Workflow) -> Iterator[Key]:
    yield from people_keys(workflow.start_by, "start", "by")
    for number, example in enumerate(workflow.examples):
        if can_be_played(example):
            continue
        for key in ("do", "expect", "expect_error", "records", "user"):
            if getattr(example, key):
                yield ("examples", number, key)


def _of_step(step: WorkflowStep) -> Iterator[Key]:
    match step:
        case HumanStep():
            yield from _of_human(step)
        case CallStep():
            if step.on_error is not None:
                yield from people_keys(step.on_error, "on_error", "assign")
        case CopyStep():
            for number, people in enumerate(step.to):
                yield from people_keys(people, "copy", "to", number)


def _of_human(step: HumanStep) -> Iterator[Key]:
    if step.by.kind != CHOSEN:
        yield from people_keys(step.by, "by")
    if step.due is not None and step.due.to is not None:
        yield from people_keys(step.due.to, "due", "to")


def _working_of_workflow(workflow: Workflow) -> Iterator[Key]:
    for end, pause in workflow.finish_cooldown.items():
        yield from working_key(pause, "on_finish", end, "cooldown")


def _working_of_step(step: WorkflowStep) -> Iterator[Key]:
    match step:
        case HumanStep(due=due, open_for=open_for):
            yield from working_key(open_for, "open_for")
            if due is not None:
                yield from working_key(due.within, "due", "within")
                yield from working_key(due.every, "due", "every")
        case WaitStep():
            yield from working_key(step.length, "for")
            yield from working_key(step.within, "due", "within")
        case CallStep():
            yield from working_key(step.retry_first_wait, "retry", "first_wait")
        case _:
            pass


def people_keys(people: People, *key: str | int) -> Iterator[Key]:
    """The keys of a people specification at `key` that nobody would be found for."""
    if people.kind not in FOUND_PEOPLE:
        yield (*key, people.kind)


def working_key(length: Duration | None, *key: str | int) -> Iterator[Key]:
    """The key of a length of working time, which needs the bank's calendar."""
    if length is not None and length.working:
        yield key
