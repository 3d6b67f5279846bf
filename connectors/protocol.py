"""What an adapter is and what a call to another system can end with.

An adapter makes one physical attempt and nothing else; everything around it (limits, retries, cache,
classification) is the engine, shared by all adapters. The core is synchronous (docs/decisions/005-synchronous-adapters.md).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, auto
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from connectors.definition import ConnectorDefinition, Operation
    from connectors.secrets import SecretStore

#: Language → sentence; the shape of every text a person reads.
Words = Mapping[str, str]
#: A value of an argument or a result: numbers are Decimal, dates are dates, a record is a mapping.
CallValue = object

Freshness = Literal["live", "cached", "stale", "missing"]


class Outcome(StrEnum):
    """How a call ended; every caller decides by this word, never by a status or a text."""

    OK = auto()
    VALIDATION = auto()
    BUSINESS_REJECT = auto()
    NOT_FOUND = auto()
    CONFLICT = auto()
    DUPLICATE = auto()
    AUTH = auto()
    FORBIDDEN = auto()
    RATE_LIMITED = auto()
    TRANSIENT = auto()
    TIMEOUT = auto()
    UNAVAILABLE = auto()
    IN_PROGRESS = auto()
    UNKNOWN = auto()


class Fault(StrEnum):
    """Why an attempt brought no usable answer."""

    TARGET_REFUSED = auto()
    SECRET_MISSING = auto()
    NOT_CONNECTED = auto()
    TIMEOUT = auto()
    BROKEN = auto()
    TOO_LARGE = auto()
    UNREADABLE = auto()


@dataclass(frozen=True, slots=True)
class Connection:
    """The settings of a connector here: parameters (secrets only as `secret://…`), allowed hosts, switch."""

    connector: str
    parameters: Mapping[str, str]
    allowed_hosts: tuple[str, ...]
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class CallContext:
    """On whose behalf a call is made and until when (`deadline` in seconds of the monotonic clock)."""

    trace_id: str
    actor: str
    app: str
    deadline: float
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class RawResult:
    """One physical attempt: an answer, or a fault; `sent` says whether bytes of the request may have left."""

    sent: bool
    elapsed: float
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: object = None
    fault: Fault | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the engine returns; never an exception for what the other side does."""

    outcome: Outcome
    values: Mapping[str, CallValue] = field(default_factory=dict)
    freshness: Freshness = "missing"
    as_of: dt.datetime | None = None
    reason: Words | None = None
    code: str | None = None
    detail: str | None = None
    status: int | None = None
    sent: bool = False
    attempts: int = 0
    retry_after: float | None = None
    replayed: bool = False

    @property
    def is_ok(self) -> bool:
        """Whether the operation was done, or the question answered."""
        return self.outcome is Outcome.OK


class Session(Protocol):
    """One open way to the counterpart."""

    def call(self, operation: Operation, arguments: Mapping[str, CallValue], context: CallContext) -> RawResult:
        """One physical attempt; whatever the other side does is in the result."""
        ...

    def close(self) -> None:
        """Give back what the session holds."""
        ...


class Adapter(Protocol):
    """One protocol."""

    @property
    def kind(self) -> str:
        """The word in `metadata.protocol` of a definition."""
        ...

    def open(self, definition: ConnectorDefinition, connection: Connection, secrets: SecretStore) -> Session:
        """A session for this connection; raises `SetUpRefused` when its settings cannot be used."""
        ...


class SetUpRefused(Exception):
    """A connection as it is set up cannot be used: nothing was sent."""

    def __init__(self, fault: Fault, detail: str) -> None:
        super().__init__(detail)
        self.fault = fault
        self.detail = detail


class Clock(Protocol):
    """The time that limits and deadlines are measured with."""

    def monotonic(self) -> float:
        """Seconds that never go back."""
        ...

    def now(self) -> dt.datetime:
        """The instant, aware, in UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """A good answer kept for later, with the moment it was true."""

    values: Mapping[str, str | None]
    as_of: dt.datetime


class AnswerStore(Protocol):
    """Where good answers are kept between processes."""

    def get(self, key: str) -> StoredAnswer | None:
        """The last good answer, if any."""
        ...

    def put(self, key: str, answer: StoredAnswer) -> None:
        """Keep an answer in place of an older one."""
        ...
