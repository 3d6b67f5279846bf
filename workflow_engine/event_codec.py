"""Events as the database keeps them: a kind, whose name is for ever, and a body of JSON data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from workflow_engine import act_events as ae
from workflow_engine import events as ev
from workflow_engine.state import Child, DoneCall, LeftOut, Reversed

#: Name in the database → class; the names are for ever.
KINDS: Mapping[str, type[ev.Event]] = {
    "started": ev.Started,
    "skipped": ev.Skipped,
    "reused": ev.Reused,
    "decision_run": ev.DecisionRun,
    "visit_opened": ev.VisitOpened,
    "passed_without": ev.PassedWithout,
    "visit_held": ev.VisitHeld,
    "call_requested": ev.CallRequested,
    "call_finished": ev.CallFinished,
    "branch_chosen": ev.BranchChosen,
    "block_started": ev.BlockStarted,
    "branch_ended": ev.BranchEnded,
    "block_ended": ev.BlockEnded,
    "block_cancelled": ev.BlockCancelled,
    "seat_claimed": ev.SeatClaimed,
    "seat_released": ev.SeatReleased,
    "seat_decided": ev.SeatDecided,
    "seat_repeated": ev.SeatRepeated,
    "person_left_out": ev.PersonLeftOut,
    "people_added": ev.PeopleAdded,
    "visit_closed": ev.VisitClosed,
    "superseded": ev.Superseded,
    "returned": ev.Returned,
    "overdue": ev.Overdue,
    "reminded": ev.Reminded,
    "copied": ev.Copied,
    "recalled": ev.Recalled,
    "finished": ev.Finished,
    "seat_transferred": ae.SeatTransferred,
    "seat_added": ae.SeatAdded,
    "seat_removed": ae.SeatRemoved,
    "seat_not_required": ae.SeatNotRequired,
    "opinion_asked": ae.OpinionAsked,
    "opinion_given": ae.OpinionGiven,
    "opinion_withdrawn": ae.OpinionWithdrawn,
    "urged": ae.Urged,
    "ballot_closed": ae.BallotClosed,
    "suspended": ae.Suspended,
    "resumed": ae.Resumed,
    "terminated": ae.Terminated,
    "jump_asked": ae.JumpAsked,
    "jumped": ae.Jumped,
    "wait_started": ae.WaitStarted,
    "wait_ended": ae.WaitEnded,
    "event_kept": ae.EventKept,
    "copy_read": ae.CopyRead,
    "migrated": ae.Migrated,
    "taken_back": ae.TakenBack,
    "step_seen": ae.StepSeen,
    "people_chosen": ae.PeopleChosen,
    "call_settled": ae.CallSettled,
    "undo_started": ae.UndoStarted,
    "children_started": ae.ChildrenStarted,
    "child_ended": ae.ChildEnded,
    "children_stopped": ae.ChildrenStopped,
}
_NAMES = {cls: name for name, cls in KINDS.items()}
#: The fields of each kind and of what stands in them: to look them up costs more than the rest.
_FIELDS: Mapping[type, tuple[str, ...]] = {
    cls: tuple(each.name for each in fields(cls))
    for cls in (*_NAMES, ev.SeatOffer, LeftOut, ae.NewTerm, Child, Reversed, DoneCall)
}
_SIMPLE = (str, int, bool, type(None))


def kind_of(event: ev.Event) -> str:
    """The name of an event's kind in the database."""
    return _NAMES[type(event)]


def encode(event: ev.Event) -> dict[str, object]:
    """The body of an event as JSON data."""
    return {name: _plain(getattr(event, name)) for name in _FIELDS[type(event)]}


def _plain(value: Any) -> Any:
    """The same as data, with moments as text, however deep."""
    if isinstance(value, _SIMPLE):
        return value
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if is_dataclass(value):
        return {name: _plain(getattr(value, name)) for name in _FIELDS[type(value)]}
    return value


def decode(kind: str, body: Mapping[str, object]) -> ev.Event:
    """The event of a stored kind and body."""
    cls = KINDS[kind]
    make: Callable[..., ev.Event] = cls
    return make(**{name: _revive(name, body[name]) for name in _FIELDS[cls] if name in body})


def _revive(name: str, value: object) -> object:
    if value is None or isinstance(value, int):
        return value
    match name, value:
        case (("due_at" | "closes_at" | "next_at"), str()):
            return dt.datetime.fromisoformat(value)
        case "seats", list():
            return tuple(ev.SeatOffer(**{**offer, "candidates": tuple(offer["candidates"])}) for offer in value)
        case "terms", list():
            return tuple(_term(term) for term in value)
        case "children", list():
            return tuple(Child(**child) for child in value)
        case "left_out", list():
            return tuple(LeftOut(**left_out) for left_out in value)
        case "left_out", dict():
            return LeftOut(**value)
        case "reverses", dict():
            return Reversed(**{**value, "calls": tuple(DoneCall(**each) for each in value["calls"])})
        case _, list():
            return tuple(value)
        case _:
            return value


def _term(body: Mapping[str, Any]) -> ae.NewTerm:
    make: Callable[..., ae.NewTerm] = ae.NewTerm
    return make(**{name: _revive(name, each) for name, each in body.items()})
