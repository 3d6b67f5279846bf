"""What has happened in one approval: a closed set of values, stored in the same commit as what they made true."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from workflow_engine.act_events import ActEvent
from workflow_engine.state import LeftOut, Reversed


@dataclass(frozen=True, slots=True)
class SeatOffer:
    """A new seat: its owner, or the people who may claim it."""

    owner: str | None
    candidates: tuple[str, ...]
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Started:
    """The instance began; `before` holds what the fields held that the start writes."""

    unit: str | None
    before: Mapping[str, object] = field(default_factory=dict)
    record_version: int | None = None
    #: Of a sub-flow, which the platform begins: for whom, and by which instance.
    starter: str | None = None
    parent: str | None = None
    #: Of a reversal: the completed approval that it takes back, and why.
    reverses: Reversed | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A step's condition was not true."""

    step: str


@dataclass(frozen=True, slots=True)
class Reused:
    """After a return, an earlier result still stands and is not asked for again."""

    step: str
    visit: int


@dataclass(frozen=True, slots=True)
class DecisionRun:
    """The decision of a step gave its outputs when the visit started; they go into the fields of the same name."""

    step: str
    visit: int
    decision: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class VisitOpened:
    """People are asked."""

    step: str
    visit: int
    seats: tuple[SeatOffer, ...]
    because: str
    left_out: tuple[LeftOut, ...] = ()
    due_at: dt.datetime | None = None
    by_hand: bool = False
    record_version: int | None = None
    #: Who is asked in the place of others.
    stand_ins: tuple[str, ...] = ()
    #: Whether others may act for those who are asked (代理).
    by_proxy: bool = False
    closes_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class PassedWithout:
    """Nobody was found for a step, and the workflow says that it passes then; the act of the system, never of a person."""

    step: str
    visit: int


@dataclass(frozen=True, slots=True)
class VisitHeld:
    """The flow cannot go on here; it waits and says why, it never passes."""

    step: str
    visit: int
    reason: str
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class CallRequested:
    """A call to another system was handed to the outbox; `undoes` is the visit whose call it takes back (冲正).

    In a reversal, whose calls are another approval's, `undoes` counts them in the order in which they are taken back.
    """

    step: str
    visit: int
    undoes: int | None = None
    #: What the step of that call was called when it was sent, before any migration.
    sent_as: str | None = None


@dataclass(frozen=True, slots=True)
class CallFinished:
    """The other system answered, or nobody knows; `late` when the visit was closed before."""

    step: str
    visit: int
    result: str
    detail: str | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class BranchChosen:
    """A choose took one branch; `value` is the code it was chosen by."""

    block: str
    branch: str
    value: str | None = None
    #: The rows of the authority table that said so.
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BlockStarted:
    """A together block began all its branches."""

    block: str
    number: int
    branches: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BranchEnded:
    """One branch of a together block is through."""

    block: str
    number: int
    branch: str


@dataclass(frozen=True, slots=True)
class BlockEnded:
    """All branches of a together block are through."""

    block: str
    number: int


@dataclass(frozen=True, slots=True)
class BlockCancelled:
    """A return left a together block before it was through."""

    block: str
    number: int


@dataclass(frozen=True, slots=True)
class SeatClaimed:
    """A candidate took a seat."""

    step: str
    visit: int
    seat: int
    person: str


@dataclass(frozen=True, slots=True)
class SeatReleased:
    """A claimed seat was given back."""

    step: str
    visit: int
    seat: int


@dataclass(frozen=True, slots=True)
class SeatDecided:
    """A person decided a seat."""

    step: str
    visit: int
    seat: int
    decision: str
    opinion: str | None = None
    record_version: int | None = None
    #: The proof that the person signed the decision, where the step asks for a signature.
    signature: str | None = None
    #: The digest of the fields whose change lets this approval stand for no later one.
    digest: str | None = None
    #: Whose seat it was, where somebody else acted for him (代理).
    on_behalf_of: str | None = None
    #: What was signed of the record: a commitment to all its values.
    form: str | None = None


@dataclass(frozen=True, slots=True)
class SeatRepeated:
    """An approval that the owner of a seat gave before stands for this seat too; the act of the system (自动去重)."""

    step: str
    visit: int
    seat: int
    of_step: str
    of_visit: int
    of_seat: int


@dataclass(frozen=True, slots=True)
class PersonLeftOut:
    """Somebody who was offered a seat may not act there any more."""

    step: str
    visit: int
    seat: int
    left_out: LeftOut


@dataclass(frozen=True, slots=True)
class PeopleAdded:
    """Further people are asked for a seat, beside those who were; its owner, if any, no longer holds it alone."""

    step: str
    visit: int
    seat: int
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VisitClosed:
    """A visit has its result; seats still open are not required any more."""

    step: str
    visit: int
    result: str
    material: str | None = None


@dataclass(frozen=True, slots=True)
class Superseded:
    """An earlier result no longer counts."""

    step: str
    visit: int


@dataclass(frozen=True, slots=True)
class Returned:
    """The flow went back to an earlier step."""

    step: str
    visit: int
    to: str


@dataclass(frozen=True, slots=True)
class Overdue:
    """The due time of an open visit passed; `next_at` says when its people are reminded again."""

    step: str
    visit: int
    next_at: dt.datetime | None = None
    #: Why there is no next time although the step asks for one.
    raised: str | None = None


@dataclass(frozen=True, slots=True)
class Reminded:
    """The people of a late visit were reminded once more; `number` counts the reminders."""

    step: str
    visit: int
    number: int
    next_at: dt.datetime | None = None
    raised: str | None = None


@dataclass(frozen=True, slots=True)
class Copied:
    """抄送: people may read the record as it was then, without the fields that the step hides; or have to (须阅)."""

    step: str
    people: tuple[str, ...]
    record_version: int | None = None
    must_read: bool = False


@dataclass(frozen=True, slots=True)
class Recalled:
    """The starter took the submission back."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The instance ended: approved or rejected."""

    result: str


Event = (
    Started
    | Skipped
    | Reused
    | DecisionRun
    | VisitOpened
    | PassedWithout
    | VisitHeld
    | CallRequested
    | CallFinished
    | BranchChosen
    | BlockStarted
    | BranchEnded
    | BlockEnded
    | BlockCancelled
    | SeatClaimed
    | SeatReleased
    | SeatDecided
    | SeatRepeated
    | PersonLeftOut
    | PeopleAdded
    | VisitClosed
    | Superseded
    | Returned
    | Overdue
    | Reminded
    | Copied
    | Recalled
    | Finished
    | ActEvent
)


@dataclass(frozen=True, slots=True)
class Entry:
    """An event with its moment and the person (or `system…`) whose act produced it."""

    at: dt.datetime
    actor: str
    event: Event
