"""What can be asked of a running approval: a closed set of values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

#: What a person may do with a seat.
Decision = Literal["approve", "reject", "return", "abstain", "complete"]
#: How a call ended: done, refused by the other side, or nobody knows.
CallResult = Literal["confirmed", "rejected", "unknown"]

#: Actors that are no person.
SYSTEM = "system"
TIMEOUT = "system:timeout"


@dataclass(frozen=True, slots=True)
class Start:
    """Begin: the starter submits the record."""

    actor: str
    unit: str | None
    #: What the fields held that the start writes: a recall puts it back.
    before: Mapping[str, object] = field(default_factory=dict)
    #: The version of the record that is submitted.
    record_version: int | None = None


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
    """The due time of a visit has come."""

    step: str
    visit: int
    actor: str = TIMEOUT


@dataclass(frozen=True, slots=True)
class Retry:
    """An administrator asks to try again where the flow is held."""

    actor: str


Command = Start | Decide | Claim | Release | Recall | FinishCall | TimerDue | Retry
