"""What people did with seats beside deciding them, and what administrators did with a whole approval: part of all events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from workflow_engine.state import AddMode, Child, RequestKind


@dataclass(frozen=True, slots=True)
class SeatTransferred:
    """转办: the seat has another owner for good."""

    step: str
    visit: int
    seat: int
    person: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class SeatAdded:
    """加签: somebody more is asked, beside the seat of whoever added him."""

    step: str
    visit: int
    seat: int
    person: str
    beside: int
    mode: AddMode
    weight: int = 1
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class SeatRemoved:
    """减签: an added seat that nobody decided yet is taken away."""

    step: str
    visit: int
    seat: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class SeatNotRequired:
    """A seat is settled by those who were added beside it."""

    step: str
    visit: int
    seat: int


@dataclass(frozen=True, slots=True)
class OpinionAsked:
    """征询 or 委派: somebody is asked for a word, or to do the work and report back; it is never a vote."""

    step: str
    visit: int
    seat: int
    request: int
    person: str
    kind: RequestKind
    blocks: bool
    note: str | None = None


@dataclass(frozen=True, slots=True)
class OpinionGiven:
    """Who was asked has answered."""

    step: str
    visit: int
    request: int
    opinion: str


@dataclass(frozen=True, slots=True)
class OpinionWithdrawn:
    """Who asked does not wait for the answer any more."""

    step: str
    visit: int
    request: int


@dataclass(frozen=True, slots=True)
class Urged:
    """催办: whoever holds an open seat of the visit is reminded by the starter."""

    step: str
    visit: int


@dataclass(frozen=True, slots=True)
class BallotClosed:
    """The time of a ballot is over: what was cast is counted."""

    step: str
    visit: int


@dataclass(frozen=True, slots=True)
class Suspended:
    """挂起: nothing goes on until an administrator resumes it."""

    reason: str


@dataclass(frozen=True, slots=True)
class NewTerm:
    """When an open visit is due, and when its ballot closes, after a suspension."""

    step: str
    visit: int
    due_at: dt.datetime | None
    closes_at: dt.datetime | None
    #: Which reminder its people get then; the first one is the due time itself.
    reminder: int = 1


@dataclass(frozen=True, slots=True)
class Resumed:
    """激活: it goes on, with all that was due moved by the time that it stood still."""

    reason: str
    terms: tuple[NewTerm, ...] = ()


@dataclass(frozen=True, slots=True)
class Terminated:
    """终止: an administrator ended it."""

    reason: str


@dataclass(frozen=True, slots=True)
class JumpAsked:
    """跳转: one administrator asks for it; it happens when a second one does."""

    to: str
    reason: str


@dataclass(frozen=True, slots=True)
class Jumped:
    """The flow was put to another step by two administrators."""

    to: str
    reason: str


@dataclass(frozen=True, slots=True)
class TakenBack:
    """拿回: who decided last took his decision back; what followed from it is over, and he is asked again."""

    step: str
    visit: int
    seat: int


@dataclass(frozen=True, slots=True)
class StepSeen:
    """Somebody who is asked has opened his task: kept where it ends the time to take the decision before it back."""

    step: str
    visit: int
    record_version: int | None = None


@dataclass(frozen=True, slots=True)
class Migrated:
    """版本迁移: it goes on by another release; what its steps and blocks are called there, and which of them are no more."""

    old: int
    new: int
    reason: str
    steps: Mapping[str, str] = field(default_factory=dict)
    left: tuple[str, ...] = ()
    blocks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WaitStarted:
    """Nobody acts: the flow waits for a moment, or for an event until then at most."""

    step: str
    visit: int
    due_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class UndoStarted:
    """冲正: the approval ends as `result`, and what its calls did in other systems is taken back before."""

    result: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class CallSettled:
    """An administrator has found out how a call ended of which nobody knew."""

    step: str
    visit: int
    result: str
    reason: str


@dataclass(frozen=True, slots=True)
class PeopleChosen:
    """自选: who was chosen to be asked at a step, by the starter or at an earlier step."""

    step: str
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CopyRead:
    """已阅: who got a copy has read it."""

    step: str
    copy: int


@dataclass(frozen=True, slots=True)
class EventKept:
    """The event has arrived while the approval is suspended: it goes on from it when it is resumed."""

    step: str
    visit: int


@dataclass(frozen=True, slots=True)
class WaitEnded:
    """What ended a wait: the time that it was for, the event, or that the event did not come in time."""

    step: str
    visit: int
    by: WaitEnd


@dataclass(frozen=True, slots=True)
class ChildrenStarted:
    """子流程: another workflow is run, once for each of these records; those that failed before in this visit are begun anew."""

    step: str
    visit: int
    children: tuple[Child, ...]


@dataclass(frozen=True, slots=True)
class ChildEnded:
    """A run of another workflow ended, or could not begin; `fits` is false when the record did not take what it gave."""

    step: str
    visit: int
    child: str
    result: str
    fits: bool = True
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class ChildrenStopped:
    """Runs of another workflow for whose end nothing waits any more: each of them is stopped."""

    step: str
    visit: int
    instances: tuple[str, ...]


#: `time`: it waited for that; `late`: the event did not come.
WaitEnd = Literal["time", "event", "late"]

ActEvent = (
    WaitStarted
    | WaitEnded
    | ChildrenStarted
    | ChildEnded
    | ChildrenStopped
    | EventKept
    | CopyRead
    | PeopleChosen
    | CallSettled
    | UndoStarted
    | SeatTransferred
    | SeatAdded
    | SeatRemoved
    | SeatNotRequired
    | OpinionAsked
    | OpinionGiven
    | OpinionWithdrawn
    | Urged
    | BallotClosed
    | Suspended
    | Resumed
    | Terminated
    | JumpAsked
    | Jumped
    | Migrated
    | TakenBack
    | StepSeen
)
