"""What to do with an outbox row after an answer: pure, so that every case can be read and tested in one place.

A command is done again only when its key makes a repeat harmless or an inquiry proved that it was not done; whatever
nobody can find out is parked for a person.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from connectors.protocol import Answer, Outcome
from connectors.templates import to_json
from forms_dsl.durations import seconds
from forms_dsl.model import Duration
from forms_dsl.working_time import WorkClock, end_of, times
from runtime.outbox.rows import Next, OutboxRow

#: Answers that end a command: the other side decided, and did nothing.
_REFUSED = frozenset({Outcome.VALIDATION, Outcome.BUSINESS_REJECT, Outcome.NOT_FOUND, Outcome.CONFLICT})
#: Answers after which nothing was done and a later try may succeed.
_NOT_DONE = frozenset(
    {Outcome.AUTH, Outcome.FORBIDDEN, Outcome.RATE_LIMITED, Outcome.UNAVAILABLE, Outcome.TIMEOUT, Outcome.TRANSIENT}
)
_USUAL_WAIT = Duration(1, "minute")
_SHORT_WAIT = dt.timedelta(seconds=5)
_LONGEST_WAIT = dt.timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Repeat:
    """How often a command is tried again and with which waits."""

    times: int = 5
    first_wait: Duration = _USUAL_WAIT
    grow: int = 2
    #: The calendar by which a wait of working time counts.
    clock: WorkClock | None = None

    def again_at(self, attempts: int, now: dt.datetime) -> dt.datetime | None:
        """When to try again after so many attempts; None where the calendar of working days does not reach so far."""
        wait = times(self.first_wait, self.grow ** min(max(attempts - 1, 0), 20))
        if wait.working:
            return end_of(wait, now, self.clock)
        return now + min(dt.timedelta(seconds=seconds(wait)), _LONGEST_WAIT)


@dataclass(frozen=True, slots=True)
class Asking:
    """How to find out what became of a command."""

    operation: str
    arguments: Mapping[str, object]
    absent: frozenset[Outcome]
    waits: tuple[dt.timedelta, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """How one row leaves: the operation of its connector, and the rules for repeating and asking."""

    connector: str
    operation: str
    repeat: Repeat
    asking: Asking | None
    #: Whether sending it again is harmless: the counterpart knows a repeat by its key, or it is only a question.
    repeatable: bool
    is_query: bool = False


def after_sending(row: OutboxRow, route: Route, answer: Answer, now: dt.datetime) -> Next:
    """What becomes of a row that was sent."""
    note = _note(answer)
    outcome = answer.outcome
    if outcome is Outcome.OK:
        return Next("confirmed", now, "confirmed", _result(answer), note)
    if _is_held_up(answer):
        wait = dt.timedelta(seconds=answer.retry_after) if answer.retry_after else _SHORT_WAIT
        return Next("pending", now + wait, "waiting", None, note, counts=False)
    if outcome in _REFUSED:
        return Next("rejected", now, "rejected", _result(answer), note)
    if outcome in _NOT_DONE:
        return _again(row, route, answer, now, "not_sent")
    if outcome is Outcome.IN_PROGRESS and route.asking:
        return Next("sent", now + route.asking.waits[0], "sent", None, note)
    if route.asking:
        at_once = outcome is Outcome.DUPLICATE
        return Next("unknown", now if at_once else now + route.asking.waits[0], "unknown", None, note)
    again = route.repeat.again_at(row.attempts, now)
    if route.repeatable and row.attempts <= route.repeat.times and again is not None:
        return Next("pending", again, "unknown", None, note)
    return Next("parked", now, "parked", _result(answer), note)


def after_asking(row: OutboxRow, route: Route, answer: Answer | None, now: dt.datetime) -> Next:
    """What becomes of a row about which was asked; no answer when there is no way to ask."""
    if route.asking is None or answer is None:
        if route.repeatable and row.attempts <= route.repeat.times:
            return Next("pending", now, "repeated")
        return Next("parked", now, "parked", {"outcome": Outcome.UNKNOWN, "values": {}})
    note = _note(answer)
    if answer.outcome is Outcome.OK:
        return Next("confirmed", now, "confirmed", _result(answer), note)
    if _is_held_up(answer):
        return Next(row.state, now + _SHORT_WAIT, "waiting", None, note)
    made = row.inquiries() + 1
    is_last = made >= len(route.asking.waits)
    absent = answer.outcome in route.asking.absent
    # Without a key a late arrival could still be carried out, so absence counts only after the whole time of asking.
    if absent and (route.repeatable or is_last):
        return _again(row, route, answer, now, "absent")
    if is_last:
        return Next("parked", now, "parked", {**_result(answer), "outcome": Outcome.UNKNOWN}, note)
    return Next(row.state, now + route.asking.waits[made], "inquired", None, note)


def _is_held_up(answer: Answer) -> bool:
    """Whether nothing was even tried: the connection is switched off, its circuit open, its rate used up."""
    return answer.attempts == 0 and answer.outcome in (Outcome.UNAVAILABLE, Outcome.RATE_LIMITED)


def _again(row: OutboxRow, route: Route, answer: Answer, now: dt.datetime, event: str) -> Next:
    """Nothing was done: try again, or give up and say so."""
    note = _note(answer)
    again = now if event == "absent" else route.repeat.again_at(row.attempts, now)
    if row.attempts > route.repeat.times or again is None:
        return Next("rejected", now, "given_up", _result(answer), note)
    if answer.retry_after and event != "absent":
        again = max(again, now + dt.timedelta(seconds=answer.retry_after))
    return Next("pending", again, event, None, note)


def _result(answer: Answer) -> Mapping[str, object]:
    return {
        "outcome": answer.outcome.value,
        "values": {name: to_json(value) for name, value in answer.values.items()},
        "code": answer.code,
        "detail": answer.detail,
        "reason": dict(answer.reason) if answer.reason else None,
    }


def _note(answer: Answer) -> Mapping[str, object]:
    note = {"outcome": answer.outcome.value, "status": answer.status, "code": answer.code, "detail": answer.detail}
    return {name: value if value is None else str(value) for name, value in note.items() if value is not None}
