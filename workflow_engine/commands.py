"""What can be asked of a running approval: a closed set of values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from workflow_engine.state import AddMode, RequestKind, Reversed

#: What a person may do with a seat.
Decision = Literal["approve", "reject", "return", "abstain", "complete"]
#: How a call ended: done, refused by the other side, or nobody knows.
CallResult = Literal["confirmed", "rejected", "unknown"]

#: Actors that are no person.
SYSTEM = "system"
TIMEOUT = "system:timeout"
DEDUPE = "system:dedupe"


@dataclass(frozen=True, slots=True)
class Start:
    """Begin: the starter submits the record."""

    actor: str
    unit: str | None
    #: What the fields held that the start writes: a recall puts it back.
    before: Mapping[str, object] = field(default_factory=dict)
    #: The version of the record that is submitted.
    record_version: int | None = None
    #: Whom the starter chose for later steps (自选), by step.
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: Of a sub-flow, which the platform begins: for whom, and by which instance.
    starter: str | None = None
    parent: str | None = None
    #: Of a reversal: the completed approval that it takes back, and why.
    reverses: Reversed | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Decide:
    """A person decides one seat of one visit."""

    actor: str
    step: str
    visit: int
    seat: int
    decision: Decision
    opinion: str | None = None
    to: str | None = None
    #: The version of the record that this decision is about.
    record_version: int | None = None
    #: The proof that the person signed this decision.
    signature: str | None = None
    #: What was signed of the record: a commitment to all its values.
    form: str | None = None
    #: Whom the person chose for later steps (自选), by step.
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Claim:
    """A candidate takes a seat for himself."""

    actor: str
    step: str
    visit: int
    seat: int


@dataclass(frozen=True, slots=True)
class Release:
    """The owner of a claimed seat gives it back to all candidates."""

    actor: str
    step: str
    visit: int
    seat: int


@dataclass(frozen=True, slots=True)
class Recall:
    """The starter takes the submission back."""

    actor: str


@dataclass(frozen=True, slots=True)
class FinishCall:
    """The outbox reports how a call ended."""

    step: str
    visit: int
    result: CallResult
    detail: str | None = None
    actor: str = SYSTEM


@dataclass(frozen=True, slots=True)
class TimerDue:
    """The due time of a visit has come, or the time of a reminder after it."""

    step: str
    visit: int
    actor: str = TIMEOUT
    #: Which reminder this is; the first one is the due time itself.
    reminder: int = 1


@dataclass(frozen=True, slots=True)
class Retry:
    """An administrator asks to try again where the flow is held."""

    actor: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """转办: the holder of a seat gives it to somebody else, for good."""

    actor: str
    step: str
    visit: int
    seat: int
    person: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class AddSeats:
    """加签: the holder of a seat has more people asked, before him, after him or together with all."""

    actor: str
    step: str
    visit: int
    seat: int
    people: tuple[str, ...]
    mode: AddMode
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class RemoveSeat:
    """减签: whoever added a seat takes it away again."""

    actor: str
    step: str
    visit: int
    seat: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """征询 or 委派: the holder of a seat asks people for a word, or one to do it and report back."""

    actor: str
    step: str
    visit: int
    seat: int
    people: tuple[str, ...]
    kind: RequestKind
    blocks: bool
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Who was asked says his word."""

    actor: str
    step: str
    visit: int
    request: int
    opinion: str | None


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Who asked waits no longer."""

    actor: str
    step: str
    visit: int
    request: int


@dataclass(frozen=True, slots=True)
class Urge:
    """催办: the starter reminds whoever holds the open seats."""

    actor: str


@dataclass(frozen=True, slots=True)
class CloseBallot:
    """The time of a ballot is over."""

    step: str
    visit: int
    actor: str = TIMEOUT


@dataclass(frozen=True, slots=True)
class ReadCopy:
    """已阅: who got a copy says that he has read it."""

    actor: str
    copy: int


@dataclass(frozen=True, slots=True)
class TakeBack:
    """拿回: who decided last takes his decision back."""

    actor: str
    step: str
    visit: int
    seat: int


@dataclass(frozen=True, slots=True)
class See:
    """Somebody who is asked at a visit has opened his task."""

    actor: str
    step: str
    visit: int


@dataclass(frozen=True, slots=True)
class EventArrived:
    """The event that a wait is for has been reported."""

    step: str
    visit: int
    actor: str = SYSTEM
    #: Whether the record took what the event brought.
    fits: bool = True


@dataclass(frozen=True, slots=True)
class FinishChild:
    """A run of another workflow that this one began has ended, or could not begin."""

    child: str
    result: Literal["approved", "rejected", "stopped", "failed"]
    actor: str = SYSTEM
    #: Whether the record took what the step saves, where this was the last run that it waits for.
    fits: bool = True
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Choose:
    """自选, late: whoever chooses the people of a step that is held for want of them names others."""

    actor: str
    choices: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Suspend:
    """挂起, by an administrator."""

    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class Resume:
    """激活, by an administrator."""

    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class Terminate:
    """终止, by an administrator."""

    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class JumpTo:
    """跳转, by two administrators, one after the other."""

    actor: str
    to: str
    reason: str


@dataclass(frozen=True, slots=True)
class Settle:
    """An administrator has found out how a call ended of which nobody knew: done, or not done."""

    actor: str
    step: str
    result: Literal["confirmed", "rejected"]
    reason: str


@dataclass(frozen=True, slots=True)
class HandOver:
    """离职交接: an administrator gives the seat of somebody who leaves to another person."""

    actor: str
    step: str
    visit: int
    seat: int
    person: str
    reason: str


#: What somebody does with a seat that he holds, beside deciding it.
SeatAct = Transfer | AddSeats | Ask
ActCommand = SeatAct | RemoveSeat | Answer | Withdraw | Urge | CloseBallot | EventArrived | ReadCopy | TakeBack | See
SteerCommand = Suspend | Resume | Terminate | JumpTo | HandOver | Settle

Command = (
    Start | Decide | Claim | Release | Recall | FinishCall | FinishChild | TimerDue | Retry | Choose | ActCommand | SteerCommand
)
