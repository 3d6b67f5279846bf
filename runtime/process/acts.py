"""What people do with a task beside deciding it: 转办, 委派, 征询, 加签, 减签, and answering who asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast, get_args

from runtime.failures import Fault, Invalid, NotFound
from runtime.process import codes
from runtime.process.opened import Opened, apply_command
from runtime.process.rows import find_copy, find_request, find_seat
from runtime.records.access import NOT_THERE
from workflow_engine import commands as cmd
from workflow_engine.state import AddMode, RequestKind, Seat, Visit

ActWord = Literal[
    "transfer",
    "delegate",
    "ask_opinion",
    "add_before",
    "add_after",
    "add_together",
    "remove_added",
    "answer",
    "withdraw",
    "read",
    "take_back",
]
ACT_WORDS: frozenset[str] = frozenset(get_args(ActWord))


@dataclass(frozen=True, slots=True)
class About:
    """Whom or what an act is about: the people asked, the seat taken away, the request withdrawn."""

    people: tuple[str, ...] = ()
    seat: int | None = None
    request: int | None = None
    #: Whether the asker wants to wait for the answer before he decides.
    wait: bool = False


NOTHING = About()


def act(opened: Opened, step: str, work_id: str, word: ActWord, text: str | None, about: About) -> None:
    """Do one act with a task, in the caller's transaction; `text` is the reason, the question or the answer."""
    state, instance, person = opened.journal.state, opened.instance_id, opened.context.principal.id
    if word == "read":
        copy = find_copy(state, instance, work_id)
        if copy is None:
            raise NotFound(NOT_THERE)
        apply_command(opened, cmd.ReadCopy(person, copy.number))
        return
    if word == "answer":
        asked = find_request(state, instance, step, work_id)
        if asked is None:
            raise NotFound(NOT_THERE)
        visit, request = asked
        apply_command(opened, cmd.Answer(person, visit.step, visit.number, request.number, text))
        return
    found = find_seat(state, instance, step, work_id)
    if found is None:
        raise NotFound(NOT_THERE)
    apply_command(opened, _command(person, *found, word, text, about))


def _command(person: str, visit: Visit, seat: Seat, word: ActWord, text: str | None, about: About) -> cmd.ActCommand:
    key = (person, visit.step, visit.number)
    match word:
        case "transfer":
            return cmd.Transfer(*key, seat.number, _one(about.people), text)
        case "remove_added":
            return cmd.RemoveSeat(*key, _number(about.seat, "/seat"), text)
        case "take_back":
            return cmd.TakeBack(*key, seat.number)
        case "withdraw":
            return cmd.Withdraw(*key, _number(about.request, "/request"))
        case "delegate" | "ask_opinion":
            kind: RequestKind = "delegate" if word == "delegate" else "opinion"
            return cmd.Ask(*key, seat.number, about.people, kind, about.wait, text)
        case _:
            mode = cast("AddMode", word.removeprefix("add_"))
            return cmd.AddSeats(*key, seat.number, about.people, mode, text)


def _one(people: tuple[str, ...]) -> str:
    if len(people) != 1:
        raise _missing("/people", {"zh": "请选择一个人。", "en": "Name one person."})
    return people[0]


def _number(number: int | None, pointer: str) -> int:
    if number is None:
        raise _missing(pointer, {"zh": "请指明是哪一个。", "en": "Say which one."})
    return number


def _missing(pointer: str, message: Mapping[str, str]) -> Invalid:
    return Invalid(message, faults=(Fault(codes.NOBODY_NAMED.id, message, pointer=pointer),))
