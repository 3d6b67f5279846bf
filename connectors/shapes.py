"""The shapes of a connector file exactly as a person writes it; unknown keys are refused."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from connectors.protocol import Outcome

_DURATION = re.compile(r"(?P<amount>[1-9][0-9]{0,6})(?P<unit>ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def _wrong(english: str, chinese: str) -> PydanticCustomError:
    return PydanticCustomError("own_words", english, {"zh": chinese})


def read_duration(value: object) -> float:
    """Seconds of `200ms`, `5s`, `3m`, `2h` or `1d`."""
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise _wrong("A length of time is written like 200ms, 5s, 3m, 2h or 1d", "时长写成 200ms、5s、3m、2h 或 1d。")
    return int(found["amount"]) * _SECONDS[found["unit"]]


def _read_rate(value: object) -> Fraction:
    if not isinstance(value, str) or not re.fullmatch(r"0\.[0-9]{1,4}|1(\.0{1,4})?", value) or Fraction(value) == 0:
        raise _wrong("A rate is written like 0.5, above 0 and at most 1", "比例写成 0.5，大于 0 且不超过 1。")
    return Fraction(value)


def _read_outcome(value: object) -> Outcome:
    names = [outcome.name for outcome in Outcome]
    if value not in names:
        raise _wrong(f"An outcome is one of {', '.join(names)}", f"结果只能是 {'、'.join(names)}。")
    return Outcome[str(value)]


def _read_flag(value: object) -> bool:
    if value not in ("true", "false"):
        raise _wrong("A switch is true or false", "开关只能是 true 或 false。")
    return value == "true"


def _one_or_many(value: object) -> object:
    return value if isinstance(value, list) else [value]


Duration = Annotated[float, BeforeValidator(read_duration)]
Flag = Annotated[bool, BeforeValidator(_read_flag)]
Rate = Annotated[Fraction, BeforeValidator(_read_rate)]
OutcomeWord = Annotated[Outcome, BeforeValidator(_read_outcome)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,63}$")]
Path = Annotated[str, Field(pattern=r"^\$(\.[A-Za-z_][A-Za-z0-9_-]*|\[[0-9]{1,4}\])*$")]
Status = Annotated[int, Field(ge=100, le=599)]
Statuses = Annotated[list[Status], BeforeValidator(_one_or_many)]
Label = dict[Literal["zh", "en"], Annotated[str, Field(min_length=1, max_length=120)]]
Type = Literal["text", "integer", "decimal", "boolean", "date", "datetime", "record"]


class Shape(BaseModel):
    """Base of all shapes: every value is text, every key is known."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class MetadataShape(Shape):
    """`metadata`"""

    id: Name
    version: Annotated[str, Field(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")]
    label: Label
    owner: Annotated[str, Field(min_length=1, max_length=80)]
    protocol: Literal["http"]
    note: str | None = None


class PropertyShape(Shape):
    """One property of `connection`, a small part of JSON Schema."""

    type: Literal["string", "integer", "boolean"] = "string"
    format: Literal["uri"] | None = None
    label: Label | None = None
    default: str | None = None
    secret: Flag = Field(default=False, alias="x-secret")


class ConnectionShape(Shape):
    """`connection`"""

    type: Literal["object"] = "object"
    required: list[Name] = Field(default_factory=list)
    properties: dict[Name, PropertyShape]


class AuthShape(Shape):
    """`auth`"""

    type: Literal["none", "basic", "bearer", "header"]
    username: str | None = None
    password: str | None = None
    token: str | None = None
    header: HeaderName | None = None


class TimeoutShape(Shape):
    """`defaults.timeout`; the whole attempt is bounded so that a worker's lease always outlives it."""

    connect: Annotated[Duration, Field(le=10)]
    read: Annotated[Duration, Field(le=20)]
    total: Annotated[Duration, Field(le=20)]


class BackoffShape(Shape):
    """`defaults.retry.backoff`; the wait is drawn between 0 and `base × factor^n`."""

    base: Duration = 0.2
    factor: Annotated[int, Field(ge=1, le=10)] = 2
    max: Annotated[Duration, Field(le=30)] = 3.0


class RetryShape(Shape):
    """`defaults.retry`, for queries only: commands are repeated by the outbox alone."""

    max: Annotated[int, Field(ge=0, le=5)]
    retry_on: list[OutcomeWord] = Field(default_factory=lambda: [Outcome.TRANSIENT, Outcome.RATE_LIMITED])
    backoff: BackoffShape = BackoffShape()
    honour_retry_after: Flag = True


class RateLimitShape(Shape):
    """One line of `defaults.rate_limit`"""

    calls: Annotated[int, Field(ge=1, le=100_000)]
    per: Annotated[Duration, Field(le=86400)]


class BulkheadShape(Shape):
    """`defaults.bulkhead`"""

    max_concurrent: Annotated[int, Field(ge=1, le=256)] = 8
    queue: Annotated[int, Field(ge=0, le=1024)] = 16
    queue_timeout: Annotated[Duration, Field(le=10)] = 0.5


class BreakerShape(Shape):
    """`defaults.circuit_breaker`"""

    window: Annotated[Duration, Field(le=3600)] = 60.0
    min_calls: Annotated[int, Field(ge=1, le=10_000)] = 10
    failure_rate: Rate = Fraction(1, 2)
    slow_call: Duration = 4.0
    slow_rate: Rate = Fraction(4, 5)
    open_for: Annotated[Duration, Field(le=3600)] = 30.0
    half_open_calls: Annotated[int, Field(ge=1, le=100)] = 1
    counts: list[OutcomeWord] = Field(
        default_factory=lambda: [Outcome.TRANSIENT, Outcome.TIMEOUT, Outcome.UNAVAILABLE, Outcome.UNKNOWN]
    )


class CodecShape(Shape):
    """`defaults.codec`: numbers are always read exactly; the key says so to the reader."""

    json_numbers: Literal["decimal"] = "decimal"


class DefaultsShape(Shape):
    """`defaults`"""

    timeout: TimeoutShape
    headers: dict[HeaderName, str] = Field(default_factory=dict)
    codec: CodecShape = CodecShape()
    retry: RetryShape | None = None
    rate_limit: Annotated[list[RateLimitShape], Field(max_length=8)] = Field(default_factory=list)
    bulkhead: BulkheadShape = BulkheadShape()
    circuit_breaker: BreakerShape = BreakerShape()


class ConditionShape(Shape):
    """`when` of an error rule"""

    status: Statuses | None = None
    code: str | None = None
    code_prefix: str | None = None
    timeout: Flag = False


class RuleShape(Shape):
    """One line of `errors.rules`"""

    when: ConditionShape
    outcome: OutcomeWord = Field(alias="as")
    retry_after: Duration | None = None
    not_done: Flag = False
    note: str | None = None


class MessageShape(Shape):
    """`errors.message`"""

    user: Path | None = None
    code: Path | None = None


class ErrorsShape(Shape):
    """`errors`"""

    rules: Annotated[list[RuleShape], Field(max_length=200)] = Field(default_factory=list)
    message: MessageShape = MessageShape()


class InputShape(Shape):
    """One argument, long form"""

    type: Type
    optional: Flag = False


class ResultShape(Shape):
    """One value of the answer"""

    path: Path = Field(alias="from")
    type: Literal["text", "integer", "decimal", "boolean", "date", "datetime"]
    optional: Flag = False
    mask: Literal["last4"] | None = None
    pii: Literal["low", "high"] = "low"


class CorrelationShape(Shape):
    """`correlate`"""

    path: Path = Field(alias="from")
    equals: str


class ReplayShape(Shape):
    """`idempotency.replayed_when`"""

    header: HeaderName
    equals: str


class IdempotencyShape(Shape):
    """`idempotency`"""

    header: HeaderName
    key: str
    replayed_when: ReplayShape | None = None


class InquireShape(Shape):
    """`on_unknown.inquire`"""

    operation: Name
    args: dict[Name, str] = Field(default_factory=dict)
    absent: list[OutcomeWord] = Field(default_factory=lambda: [Outcome.NOT_FOUND])
    attempts: Annotated[list[Duration], Field(min_length=1, max_length=20)]


class UnknownShape(Shape):
    """`on_unknown`"""

    inquire: InquireShape
    otherwise: Literal["park"] = Field(default="park", alias="else")


class BodyShape(Shape):
    """`body`"""

    template: dict[str, object]


class CacheShape(Shape):
    """`cache`"""

    ttl: Duration
    stale_if_error: Duration | None = None


class OperationShape(Shape):
    """One operation"""

    label: Label | None = None
    kind: Literal["query", "command"] = "query"
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: Annotated[str, Field(pattern=r"^/[^?#\\\s]*( *[^?#\\\s]+)*$", max_length=400)]
    query: dict[str, str] = Field(default_factory=dict)
    headers: dict[HeaderName, str] = Field(default_factory=dict)
    body: BodyShape | None = None
    input: dict[Name, Type | InputShape] = Field(default_factory=dict, alias="in")
    result: dict[Name, ResultShape] = Field(default_factory=dict)
    correlate: CorrelationShape | None = None
    idempotency: IdempotencyShape | None = None
    on_unknown: UnknownShape | None = None
    cache: CacheShape | None = None
    note: str | None = None


class TestShape(Shape):
    """`test`"""

    __test__ = False

    operation: Name
    args: dict[Name, str] = Field(default_factory=dict)


class MockShape(Shape):
    """One example answer"""

    operation: Name
    args: dict[Name, str] = Field(default_factory=dict)
    status: Status = 200
    body: object = None


class ConnectorShape(Shape):
    """One file"""

    api_version: Literal["connector/v1"] = Field(alias="apiVersion")
    kind: Literal["ConnectorDefinition"]
    metadata: MetadataShape
    connection: ConnectionShape
    auth: AuthShape | None = None
    defaults: DefaultsShape
    errors: ErrorsShape = ErrorsShape()
    test: TestShape | None = None
    operations: Annotated[dict[Name, OperationShape], Field(min_length=1, max_length=200)]
    mocks: list[MockShape] = Field(default_factory=list)
