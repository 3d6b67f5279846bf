"""A connector definition as checked values; made only by `connectors.read`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from connectors.protocol import Outcome, Words
from forms_dsl.source import Span

#: Types of arguments, results and connection parameters.
TypeWord = Literal["text", "integer", "decimal", "boolean", "date", "datetime", "record"]
Kind = Literal["query", "command"]
#: Text with `{{ conn.x }}`, `{{ args.x }}`, `{{ ctx.x }}`, or a tree of maps and lists of such texts.
Template = object


@dataclass(frozen=True, slots=True)
class Parameter:
    """One setting of a connection; a secret is given as a `secret://` reference only."""

    name: str
    type: str
    label: Words
    required: bool = False
    default: str | None = None
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Authentication:
    """How a request proves who sends it; the texts are templates over `conn`."""

    type: Literal["none", "basic", "bearer", "header"] = "none"
    username: str | None = None
    password: str | None = None
    token: str | None = None
    header: str | None = None


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to connect, for one read, and for the whole attempt."""

    connect: float
    read: float
    total: float


@dataclass(frozen=True, slots=True)
class Retry:
    """How often a query is repeated by itself, after which outcomes and with which waits."""

    times: int = 0
    retry_on: frozenset[Outcome] = frozenset({Outcome.TRANSIENT, Outcome.RATE_LIMITED})
    base: float = 0.2
    factor: int = 2
    longest: float = 3.0
    honour_retry_after: bool = True


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most `calls` in each `per` seconds, by this process."""

    calls: int
    per: float


@dataclass(frozen=True, slots=True)
class Bulkhead:
    """How many calls run at once, how many wait, and how long they wait."""

    max_concurrent: int = 8
    queue: int = 16
    queue_timeout: float = 0.5


@dataclass(frozen=True, slots=True)
class CircuitBreaker:
    """When to stop asking a source that fails or is slow, and when to try it again."""

    window: float = 60.0
    min_calls: int = 10
    failure_rate: Fraction = Fraction(1, 2)
    slow_call: float = 4.0
    slow_rate: Fraction = Fraction(4, 5)
    open_for: float = 30.0
    half_open_calls: int = 1
    counts: frozenset[Outcome] = frozenset({Outcome.TRANSIENT, Outcome.TIMEOUT, Outcome.UNAVAILABLE, Outcome.UNKNOWN})


@dataclass(frozen=True, slots=True)
class ErrorRule:
    """One line of the error table; the first that fits decides. `not_done`: the counterpart promises no effect."""

    outcome: Outcome
    statuses: frozenset[int] = frozenset()
    code: str | None = None
    code_prefix: str | None = None
    timeout: bool = False
    retry_after: float | None = None
    not_done: bool = False


@dataclass(frozen=True, slots=True)
class ErrorMessage:
    """Where in an error body the counterpart's sentence and code stand (paths)."""

    user: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Input:
    """One argument of an operation."""

    type: TypeWord
    optional: bool = False


@dataclass(frozen=True, slots=True)
class ResultField:
    """One value of the answer: where it stands, its type, and how it is protected."""

    path: str
    type: TypeWord
    optional: bool = False
    mask: Literal["last4"] | None = None
    #: A value that is never kept, because it says too much about a person.
    high: bool = False


@dataclass(frozen=True, slots=True)
class Correlation:
    """The answer must carry what was asked for; otherwise it belongs to another request."""

    path: str
    equals: str


@dataclass(frozen=True, slots=True)
class Idempotency:
    """The header by which the counterpart knows a repeat."""

    header: str
    key: str
    replayed_header: str | None = None
    replayed_equals: str | None = None


@dataclass(frozen=True, slots=True)
class Inquiry:
    """How to find out what became of a command: a query, what proves absence, and when to ask (seconds)."""

    operation: str
    arguments: Mapping[str, str]
    absent: frozenset[Outcome] = frozenset({Outcome.NOT_FOUND})
    attempts: tuple[float, ...] = (5.0, 30.0, 300.0, 1800.0)


@dataclass(frozen=True, slots=True)
class Cache:
    """How long an answer serves without asking, and how long when the source fails."""

    ttl: float
    stale_if_error: float


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing the other system does."""

    name: str
    label: Words
    kind: Kind
    method: str
    path: str
    span: Span
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Template = None
    input: Mapping[str, Input] = field(default_factory=dict)
    result: Mapping[str, ResultField] = field(default_factory=dict)
    correlate: Correlation | None = None
    idempotency: Idempotency | None = None
    inquiry: Inquiry | None = None
    cache: Cache | None = None


@dataclass(frozen=True, slots=True)
class ConnectionTest:
    """What is asked to see whether a connection works."""

    operation: str
    arguments: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mock:
    """An example answer: checked against the mapping, and served in a sandbox."""

    operation: str
    status: int
    body: object
    arguments: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConnectorDefinition:
    """One checked definition."""

    id: str
    version: str
    label: Words
    owner: str
    protocol: str
    timeouts: Timeouts
    operations: Mapping[str, Operation]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    authentication: Authentication = Authentication()
    headers: Mapping[str, str] = field(default_factory=dict)
    retry: Retry = Retry()
    rate_limits: tuple[RateLimit, ...] = ()
    bulkhead: Bulkhead = Bulkhead()
    breaker: CircuitBreaker = CircuitBreaker()
    rules: tuple[ErrorRule, ...] = ()
    message: ErrorMessage = ErrorMessage()
    test: ConnectionTest | None = None
    mocks: tuple[Mock, ...] = ()
