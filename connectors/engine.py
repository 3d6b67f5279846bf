"""The one way out: argument check, cache, bulkhead, breaker, rate limit, attempt, classification, retry, mapping, mask.

Whether the caller may ask at all is decided before, by the one who knows the person: records for panels, the process
for commands. The breaker stands before the limit so that an open circuit costs no quota; the cache before both.
Commands are attempted exactly once here: repeating them is the outbox's business, which remembers what was sent.
"""

from __future__ import annotations

import hashlib
import json
import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from connectors import words
from connectors.classify import Verdict, classify
from connectors.clock import SystemClock
from connectors.definition import ConnectorDefinition, Operation
from connectors.guards import Guards, Refused, guards_for
from connectors.protocol import (
    Adapter,
    Answer,
    AnswerStore,
    CallContext,
    CallValue,
    Clock,
    Connection,
    Fault,
    Outcome,
    RawResult,
    SetUpRefused,
    StoredAnswer,
)
from connectors.redact import redact
from connectors.secrets import SecretStore
from connectors.templates import render_text, to_text
from connectors.values import Unfit, at_path, fits, last_four, map_result, parse_value


@dataclass(frozen=True, slots=True)
class CallMade:
    """One attempt as it is reported: no argument, no value, no secret."""

    connector: str
    operation: str
    outcome: Outcome
    status: int | None
    elapsed: float
    sent: bool
    circuit: str


@dataclass(frozen=True, slots=True)
class _Call:
    """One call whose operation exists and whose arguments fit."""

    definition: ConnectorDefinition
    operation: Operation
    connection: Connection
    arguments: Mapping[str, CallValue]
    context: CallContext


@dataclass(slots=True)
class Engine:
    """Definitions, secrets, adapters and the guards of each connection in this process."""

    definitions: Mapping[str, ConnectorDefinition]
    adapters: Mapping[str, Adapter]
    secrets: SecretStore
    answers: AnswerStore
    clock: Clock = field(default_factory=SystemClock)
    observe: Callable[[CallMade], None] | None = None
    _guards: dict[str, Guards] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def ask(self, connection: Connection, operation: str, arguments: Mapping[str, CallValue], context: CallContext) -> Answer:
        """The answer of a query: live, or from memory with its own time when the source fails."""
        call = self._prepare("query", connection, operation, arguments, context)
        if isinstance(call, Answer):
            return call
        asked = call.operation
        key = _cache_key(connection, asked, arguments) if asked.cache else None
        stored = self.answers.get(key) if key else None
        if asked.cache and stored and self._age(stored) <= asked.cache.ttl:
            remembered = _remembered(asked, stored, Answer(Outcome.OK, freshness="cached"))
            if remembered:
                return _masked(asked, remembered)
        answer = self._repeat(call)
        if answer.is_ok and key:
            kept = {name: None if value is None else to_text(value) for name, value in answer.values.items()}
            self.answers.put(key, StoredAnswer(kept, answer.as_of or self.clock.now()))
        if asked.cache and stored and _is_failure(answer.outcome) and self._age(stored) <= asked.cache.stale_if_error:
            answer = _remembered(asked, stored, replace(answer, freshness="stale")) or answer
        return _masked(asked, answer)

    def command(self, connection: Connection, operation: str, arguments: Mapping[str, CallValue], context: CallContext) -> Answer:
        """One attempt of a command; UNKNOWN when it may have been carried out and the answer does not say so."""
        call = self._prepare("command", connection, operation, arguments, context)
        return call if isinstance(call, Answer) else self._once(call)

    def circuit(self, connector: str) -> str:
        """The state of a connector's circuit breaker in this process."""
        guards = self._guards.get(connector)
        return guards.breaker.state if guards else "closed"

    def _prepare(
        self, kind: str, connection: Connection, operation: str, arguments: Mapping[str, CallValue], context: CallContext
    ) -> _Call | Answer:
        definition = self.definitions.get(connection.connector)
        found = definition.operations.get(operation) if definition else None
        if definition is None or found is None or found.kind != kind:
            detail = f"there is no {kind} {connection.connector}.{operation}"
            return Answer(Outcome.FORBIDDEN, reason=words.REASONS[Outcome.FORBIDDEN], detail=detail)
        if not connection.enabled:
            return Answer(Outcome.UNAVAILABLE, reason=words.SWITCHED_OFF, detail="switched off")
        fault = argument_fault(found, arguments)
        if fault:
            return Answer(Outcome.VALIDATION, reason=words.REASONS[Outcome.VALIDATION], detail=fault)
        return _Call(definition, found, connection, arguments, context)

    def _repeat(self, call: _Call) -> Answer:
        retry = call.definition.retry
        answer = self._once(call)
        for number in range(retry.times):
            if answer.outcome not in retry.retry_on:
                break
            wait = random.uniform(0, min(retry.base * retry.factor**number, retry.longest))  # noqa: S311 -- spreads load, hides nothing
            if retry.honour_retry_after and answer.retry_after is not None:
                wait = max(wait, answer.retry_after)
            if self.clock.monotonic() + wait >= call.context.deadline:
                break
            self.clock.sleep(wait)
            again = self._once(call)
            answer = replace(again, attempts=answer.attempts + again.attempts)
        return answer

    def _once(self, call: _Call) -> Answer:
        guards = self._guards_of(call.definition)
        try:
            with guards.slots.taken(call.context.deadline - self.clock.monotonic()):
                guards.breaker.enter()
                outcome, elapsed = None, 0.0
                try:
                    guards.limiter.take()
                    raw = self._attempt(call)
                    verdict, values = _read(call, raw)
                    outcome, elapsed = verdict.outcome, raw.elapsed
                finally:
                    guards.breaker.leave(outcome, elapsed)
        except Refused as refused:
            outcome = Outcome.RATE_LIMITED if refused.guard == "rate" else Outcome.UNAVAILABLE
            return Answer(outcome, reason=words.REASONS[outcome], detail=refused.guard, retry_after=refused.wait)
        if self.observe:
            circuit = guards.breaker.state
            name = call.operation.name
            self.observe(CallMade(call.definition.id, name, verdict.outcome, raw.status, raw.elapsed, raw.sent, circuit))
        is_ok = verdict.outcome is Outcome.OK
        repeat = call.operation.idempotency
        return Answer(
            outcome=verdict.outcome,
            values=values,
            freshness="live" if is_ok else "missing",
            as_of=self.clock.now() if is_ok else None,
            reason=None if is_ok else words.REASONS[verdict.outcome],
            code=verdict.code,
            detail=redact(verdict.detail) if verdict.detail else None,
            status=raw.status,
            sent=raw.sent,
            attempts=1,
            retry_after=verdict.retry_after,
            replayed=bool(
                repeat and repeat.replayed_header and raw.headers.get(repeat.replayed_header.lower()) == repeat.replayed_equals
            ),
        )

    def _attempt(self, call: _Call) -> RawResult:
        try:
            session = self.adapters[call.definition.protocol].open(call.definition, call.connection, self.secrets)
        except SetUpRefused as refused:
            return RawResult(False, 0.0, fault=refused.fault, detail=refused.detail)
        try:
            return session.call(call.operation, call.arguments, call.context)
        finally:
            session.close()

    def _guards_of(self, definition: ConnectorDefinition) -> Guards:
        with self._lock:
            if definition.id not in self._guards:
                self._guards[definition.id] = guards_for(definition, self.clock)
            return self._guards[definition.id]

    def _age(self, stored: StoredAnswer) -> float:
        return (self.clock.now() - stored.as_of).total_seconds()


def _read(call: _Call, raw: RawResult) -> tuple[Verdict, Mapping[str, CallValue]]:
    """The verdict and the mapped values; an answer of another form or for another request is no answer."""
    verdict = classify(call.definition, call.operation, raw)
    if verdict.outcome is not Outcome.OK:
        return verdict, {}
    correlate = call.operation.correlate
    try:
        if correlate:
            found = at_path(raw.body, correlate.path)
            if found is None or to_text(found) != render_text(correlate.equals, {"args": call.arguments}):
                raise Unfit("the answer belongs to another request")
        return verdict, map_result(raw.body, call.operation.result)
    except (Unfit, TypeError) as unfit:
        broken = replace(raw, fault=Fault.UNREADABLE, detail=str(unfit))
        return classify(call.definition, call.operation, broken), {}


def argument_fault(operation: Operation, arguments: Mapping[str, CallValue]) -> str | None:
    """What is wrong with the arguments of a call, or None."""
    for name in arguments:
        if name not in operation.input:
            return f"the operation has no argument {name!r}"
    for name, declared in operation.input.items():
        value = arguments.get(name)
        if value is None or value == "":
            if not declared.optional:
                return f"the argument {name!r} has no value"
        elif not fits(declared.type, value):
            return f"the argument {name!r} is not a {declared.type}"
    return None


def _cache_key(connection: Connection, operation: Operation, arguments: Mapping[str, CallValue]) -> str:
    given = {name: None if value is None else to_text(value) for name, value in arguments.items()}
    identity = [connection.connector, sorted(connection.parameters.items()), operation.name, sorted(given.items(), key=str)]
    return hashlib.sha256(json.dumps(identity, ensure_ascii=False).encode()).hexdigest()


def _remembered(operation: Operation, stored: StoredAnswer, answer: Answer) -> Answer | None:
    """An answer with the kept values as today's definition reads them; None when their form no longer fits."""
    values: dict[str, CallValue] = {}
    for name, result in operation.result.items():
        text = stored.values.get(name)
        try:
            values[name] = None if text is None else parse_value(result.type, text)
        except Unfit:
            return None
        if text is None and not result.optional:
            return None
    return replace(answer, values=values, as_of=stored.as_of)


def _is_failure(outcome: Outcome) -> bool:
    """Whether the source failed to answer, as opposed to answering that there is nothing or that it refuses."""
    return outcome in {
        Outcome.AUTH,
        Outcome.RATE_LIMITED,
        Outcome.TRANSIENT,
        Outcome.TIMEOUT,
        Outcome.UNAVAILABLE,
        Outcome.IN_PROGRESS,
        Outcome.UNKNOWN,
    }


def _masked(operation: Operation, answer: Answer) -> Answer:
    hidden = {name for name, result in operation.result.items() if result.mask == "last4"}
    if not hidden or not answer.values:
        return answer
    values = {name: last_four(value) if name in hidden and value is not None else value for name, value in answer.values.items()}
    return replace(answer, values=values)
