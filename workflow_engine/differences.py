"""What came of a worked case against what it expects: one difference for each expectation that does not hold, at its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from forms_dsl.diagnostics import Sentence
from forms_dsl.model import Expected, HumanStep
from forms_dsl.names import SYSTEM_FIELDS
from forms_dsl.source import Pointer
from workflow_engine.controls import VOTING
from workflow_engine.scenario import Played
from workflow_engine.state import Visit
from workflow_engine.worked_case import WorkedCase, facts_of, parse


class Difference(NamedTuple):
    """What differs, and the place inside the case that says otherwise."""

    said: Sentence
    at: Pointer = ()


def differs(name: str, wanted: object, seen: object, at: Pointer = ()) -> Difference:
    """That something is not as expected, with what was seen instead."""
    there = Sentence("missing", "缺失") if seen in (None, (), "") else Sentence(_words(seen), _words(seen))
    hoped = Sentence("missing", "缺失") if wanted in (None, (), "") else Sentence(_words(wanted), _words(wanted))
    return Difference(Sentence(f"{name} is {there.en}, not {hoped.en}.", f"{name} 为 {there.zh}，应为 {hoped.zh}。"), at)


def differences(worked: WorkedCase, played: Played) -> Iterator[Difference]:
    """Everything in which a run differs from what its case expects."""
    case = worked.case
    refused, error = played.refused, case.expect_error
    if error is not None:
        seen = refused.reason if refused is not None else None
        is_last = refused is not None and refused.number >= len(case.do) - 1
        if error.reason != seen or not is_last:
            yield differs("expect_error: reason", error.reason, seen, ("expect_error", "reason"))
        return
    if refused is not None:
        act = " ".join(word for word in (refused.act.kind, refused.act.step) if word)
        where = ", ".join(_open_steps(worked, played)) or played.state.state
        message = Sentence(
            f"{act!r} cannot be done ({refused.reason}); it waits at {where}.",
            f"无法执行“{act}”（{refused.reason}），此时停在 {where}。",
        )
        yield Difference(message, ("do", refused.number))
        return
    yield from _path(worked, played)
    if case.expect is not None:
        yield from _expected(worked, case.expect, played)


def _path(worked: WorkedCase, played: Played) -> Iterator[Difference]:
    case = worked.case
    if not case.path:
        return
    taken, wanted = ", ".join(played.path), ", ".join(case.path)
    if played.path != case.path:
        yield Difference(Sentence(f"The path is {taken}, not {wanted}.", f"实际经过 {taken}，应为 {wanted}。"), ("path",))
    elif not case.do and case.expect is None and played.state.state != "approved":
        stuck = _first(worked, played, ())
        reason = stuck.held_reason if stuck is not None else None
        message = Sentence(f"It stops at {played.path[-1]}: {reason}.", f"流程停在 {played.path[-1]}：{reason}。")
        yield Difference(message, ("path",))


def _expected(worked: WorkedCase, expect: Expected, played: Played) -> Iterator[Difference]:
    state, waiting = played.state, _open_steps(worked, played)
    visit = _first(worked, played, expect.at)
    if expect.at and not set(expect.at) <= set(waiting):
        yield differs("at", expect.at, waiting, ("expect", "at"))
    if expect.next is not None and expect.next != (waiting[0] if waiting else None):
        yield differs("next", expect.next, waiting[0] if waiting else None, ("expect", "next"))
    seen_state = "waiting" if waiting and state.state == "running" else state.state
    if expect.state is not None and expect.state not in (state.state, "waiting" if waiting else ""):
        yield differs("state", expect.state, seen_state, ("expect", "state"))
    if expect.reason is not None and expect.reason not in _reasons(visit):
        yield differs("reason", expect.reason, tuple(sorted(_reasons(visit))), ("expect", "reason"))
    held_for = "admin" if visit is not None and visit.state == "held" else None
    if expect.held_for is not None and expect.held_for != held_for:
        yield differs("held_for", expect.held_for, held_for, ("expect", "held_for"))
    gone = _superseded(worked, played)
    if expect.superseded is not None and set(expect.superseded) != set(gone):
        yield differs("superseded", expect.superseded, gone, ("expect", "superseded"))
    yield from _people(expect, played)
    items = sum(1 for each in state.open_visits() if each.state == "open" for seat in each.seats if seat.state == "open")
    if expect.work_items is not None and expect.work_items != items:
        yield differs("work_items", expect.work_items, items, ("expect", "work_items"))
    yield from _fields(worked, expect, played)


def _people(expect: Expected, played: Played) -> Iterator[Difference]:
    for step, wanted in expect.people.items():
        latest = played.state.latest(step)
        asked = {person for seat in latest.seats for person in (*seat.candidates, seat.owner) if person} if latest else set()
        if set(wanted) != asked:
            yield differs(f"people: {step}", tuple(sorted(wanted)), tuple(sorted(asked)), ("expect", "people", step))


def _fields(worked: WorkedCase, expect: Expected, played: Played) -> Iterator[Difference]:
    if not expect.fields:
        return
    record = facts_of(worked, played.record, played.now).record
    for name, raw in expect.fields.items():
        declared = worked.entity.fields.get(name) or SYSTEM_FIELDS[name]
        wanted, seen = parse(declared, raw), record.get(name)
        if wanted != seen:
            yield differs(name, wanted, seen, ("expect", "fields", name))


def _open_steps(worked: WorkedCase, played: Played) -> tuple[str, ...]:
    return tuple(visit.step for visit in _waiting(worked, played))


def _waiting(worked: WorkedCase, played: Played) -> list[Visit]:
    return sorted(played.state.open_visits(), key=lambda visit: worked.definition.position(visit.step))


def _first(worked: WorkedCase, played: Played, at: tuple[str, ...]) -> Visit | None:
    waiting = _waiting(worked, played)
    return next((visit for visit in waiting if visit.step in at), waiting[0] if waiting else None)


def _reasons(visit: Visit | None) -> set[str]:
    if visit is None:
        return set()
    return {reason for reason in (visit.held_reason, *(left.reason for left in visit.left_out)) if reason is not None}


def _superseded(worked: WorkedCase, played: Played) -> tuple[str, ...]:
    """The steps whose approvals no longer count."""
    gone = {visit.step for visit in played.state.visits if visit.state == "superseded"}
    steps = (worked.definition.places[name].step for name in sorted(gone, key=worked.definition.position))
    return tuple(step.name for step in steps if isinstance(step, HumanStep) and step.verb in VOTING)


def _words(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
