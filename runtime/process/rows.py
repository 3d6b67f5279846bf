"""The rows of an approval as a pure function of its state: visits, seats, work items and who is offered them.

Because rows come from the state and from nothing else, the to-do list can never say other than the history.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from runtime.store.offers import COPIED
from workflow_engine.state import Copy, Instance, Request, RequestKind, Seat, Visit

Row = Mapping[str, object]

#: What a request says in the list of who is asked, before the words of who asks.
_ASKED: Mapping[RequestKind, Mapping[str, str]] = {
    "opinion": {"zh": "征询意见：", "en": "Your opinion is asked: "},
    "delegate": {"zh": "委派办理：", "en": "Delegated to you: "},
}


@dataclass(frozen=True, slots=True)
class Frame:
    """What the rows of one instance have in common."""

    instance_id: str
    app: str
    release: int
    entity: str
    record_id: str
    workflow_id: str
    starter_unit: str | None
    #: Of a sub-flow: the instance that began it.
    parent_id: str | None = None


@dataclass(frozen=True, slots=True)
class VisitRows:
    """All rows of one visit."""

    visit: Row
    seats: Mapping[str, Row]
    works: Mapping[str, Row]
    offers: frozenset[tuple[str, str]]


def seat_id(instance_id: str, visit: Visit, seat: Seat) -> str:
    """The key of a seat: the same whenever it is asked for."""
    return _key(instance_id, f"seat/{visit.first_name}/{visit.number}/{seat.number}")


def work_id(instance_id: str, visit: Visit, seat: Seat) -> str:
    """The key of a seat's work item."""
    return _key(instance_id, f"work/{visit.first_name}/{visit.number}/{seat.number}")


def request_id(instance_id: str, visit: Visit, request: Request) -> str:
    """The key of the work item of somebody who is asked for an opinion."""
    return _key(instance_id, f"request/{visit.first_name}/{visit.number}/{request.number}")


def rows_of(frame: Frame, visit: Visit) -> VisitRows:
    """The rows of one visit."""
    seats, works, offers = {}, {}, set()
    for seat in visit.seats:
        seat_key, work_key = seat_id(frame.instance_id, visit, seat), work_id(frame.instance_id, visit, seat)
        seats[seat_key] = _seat_row(frame, visit, seat, seat_key)
        works[work_key] = _work_row(frame, visit, seat, work_key)
        offers |= {(work_key, person) for person in visit.entitled(seat)}
    for request in visit.requests:
        key = request_id(frame.instance_id, visit, request)
        works[key] = _request_row(frame, visit, request, key)
        if request.is_open and visit.state == "open":
            offers.add((key, request.person))
    return VisitRows(_visit_row(frame, visit), seats, works, frozenset(offers))


def find_seat(state: Instance, instance_id: str, step: str, key: str) -> tuple[Visit, Seat] | None:
    """The visit and seat of a work item's key."""
    for visit in reversed(state.visits):
        # The step as somebody read it before the approval went over to another release.
        if step in visit.names:
            for seat in visit.seats:
                if work_id(instance_id, visit, seat) == key:
                    return visit, seat
    return None


def copy_id(instance_id: str, copy: Copy) -> str:
    """The key of what somebody got to read."""
    return _key(instance_id, f"copy/{copy.number}")


def copy_row(frame: Frame, copy: Copy) -> Row:
    """The row of a copy (抄送): nothing to decide, so it is never an open one."""
    return {
        "id": copy_id(frame.instance_id, copy),
        "instance_id": frame.instance_id,
        "seat_id": None,
        "app": frame.app,
        "release": frame.release,
        "entity": frame.entity,
        "record_id": frame.record_id,
        "workflow_id": frame.workflow_id,
        "step": copy.step,
        "text": None,
        "state": COPIED,
        "result": "read" if copy.read_at is not None else None,
        "claimed_by": None,
        "done_by": None,
        "unit": frame.starter_unit,
        "created_at": copy.at,
        "due_at": None,
        "done_at": copy.read_at,
        "by_proxy": False,
    }


def find_copy(state: Instance, instance_id: str, key: str) -> Copy | None:
    """The copy of a key."""
    return next((copy for copy in state.copies if copy_id(instance_id, copy) == key), None)


def find_request(state: Instance, instance_id: str, step: str, key: str) -> tuple[Visit, Request] | None:
    """The visit and request of a work item's key."""
    for visit in reversed(state.visits):
        for request in visit.requests if step in visit.names else ():
            if request_id(instance_id, visit, request) == key:
                return visit, request
    return None


# Asked for the same seat several times in a command, and again in the next one.
@lru_cache(maxsize=10_000)
def _key(instance_id: str, name: str) -> str:
    return str(uuid.uuid5(uuid.UUID(instance_id), name))


def _visit_row(frame: Frame, visit: Visit) -> Row:
    return {
        "instance_id": frame.instance_id,
        "step": visit.step,
        "number": visit.number,
        "state": visit.state,
        "opened_at": visit.opened_at,
        "due_at": visit.due_at,
        "closed_at": visit.closed_at,
        "held_reason": visit.held_reason,
    }


def _seat_row(frame: Frame, visit: Visit, seat: Seat, key: str) -> Row:
    return {
        "id": key,
        "instance_id": frame.instance_id,
        "step": visit.step,
        "visit": visit.number,
        "number": seat.number,
        "owner": seat.owner,
        "state": seat.state,
    }


def _work_row(frame: Frame, visit: Visit, seat: Seat, key: str) -> Row:
    is_open = visit.state == "open" and seat.state == "open"
    claimed = seat.owner if seat.owner is not None and seat.candidates != (seat.owner,) else None
    return {
        "id": key,
        "instance_id": frame.instance_id,
        "seat_id": seat_id(frame.instance_id, visit, seat),
        "app": frame.app,
        "release": frame.release,
        "entity": frame.entity,
        "record_id": frame.record_id,
        "workflow_id": frame.workflow_id,
        "step": visit.step,
        "text": None,
        "state": "done" if seat.actor is not None else "open" if is_open else "cancelled",
        "result": seat.decision,
        "claimed_by": claimed,
        "done_by": seat.actor,
        "unit": frame.starter_unit,
        "created_at": visit.opened_at,
        "due_at": visit.due_at or visit.closes_at,
        "done_at": seat.decided_at,
        "by_proxy": visit.by_proxy,
    }


def _request_row(frame: Frame, visit: Visit, request: Request, key: str) -> Row:
    is_open = request.is_open and visit.state == "open"
    answered = request.state == "answered"
    words = _ASKED[request.kind]
    return {
        "id": key,
        "instance_id": frame.instance_id,
        "seat_id": None,
        "app": frame.app,
        "release": frame.release,
        "entity": frame.entity,
        "record_id": frame.record_id,
        "workflow_id": frame.workflow_id,
        "step": visit.step,
        "text": {language: f"{word}{request.note}" if request.note else word.rstrip(":： ") for language, word in words.items()},
        "state": "done" if answered else "open" if is_open else "cancelled",
        "result": "answer" if answered else None,
        "claimed_by": None,
        "done_by": request.person if answered else None,
        "unit": frame.starter_unit,
        "created_at": request.asked_at,
        "due_at": visit.due_at or visit.closes_at,
        "done_at": request.answered_at if answered else None,
        "by_proxy": False,
    }
