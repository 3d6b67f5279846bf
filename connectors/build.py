"""From the shapes of a checked connector file to its frozen definition."""

from __future__ import annotations

from connectors import definition as made
from connectors.protocol import Words
from connectors.shapes import ConnectorShape, DefaultsShape, Label, OperationShape
from forms_dsl.source import Document


def build_definition(shape: ConnectorShape, document: Document) -> made.ConnectorDefinition:
    """The definition of a file without errors."""
    required = set(shape.connection.required)
    defaults = shape.defaults
    return made.ConnectorDefinition(
        id=shape.metadata.id,
        version=shape.metadata.version,
        label=_words(shape.metadata.label, shape.metadata.id),
        owner=shape.metadata.owner,
        protocol=shape.metadata.protocol,
        timeouts=made.Timeouts(defaults.timeout.connect, defaults.timeout.read, defaults.timeout.total),
        operations={name: _operation(name, operation, document) for name, operation in shape.operations.items()},
        parameters={
            name: made.Parameter(
                name, property.type, _words(property.label, name), name in required, property.default, property.secret
            )
            for name, property in shape.connection.properties.items()
        },
        authentication=made.Authentication(**shape.auth.model_dump()) if shape.auth else made.Authentication(),
        headers=dict(defaults.headers),
        retry=_retry(defaults),
        rate_limits=tuple(made.RateLimit(limit.calls, limit.per) for limit in defaults.rate_limit),
        bulkhead=made.Bulkhead(defaults.bulkhead.max_concurrent, defaults.bulkhead.queue, defaults.bulkhead.queue_timeout),
        breaker=_breaker(defaults),
        rules=tuple(
            made.ErrorRule(
                rule.outcome,
                frozenset(rule.when.status or ()),
                rule.when.code,
                rule.when.code_prefix,
                rule.when.timeout,
                rule.retry_after,
                rule.not_done,
            )
            for rule in shape.errors.rules
        ),
        message=made.ErrorMessage(shape.errors.message.user, shape.errors.message.code),
        test=made.ConnectionTest(shape.test.operation, dict(shape.test.args)) if shape.test else None,
        mocks=tuple(made.Mock(mock.operation, mock.status, mock.body, dict(mock.args)) for mock in shape.mocks),
    )


def _words(label: Label | None, otherwise: str) -> Words:
    """Both languages: a missing one says the other, a missing label the name."""
    given = {str(language): text for language, text in (label or {}).items()}
    return {language: given.get(language) or next(iter(given.values()), otherwise) for language in ("zh", "en")}


def _retry(defaults: DefaultsShape) -> made.Retry:
    retry = defaults.retry
    if retry is None:
        return made.Retry()
    backoff = retry.backoff
    return made.Retry(retry.max, frozenset(retry.retry_on), backoff.base, backoff.factor, backoff.max, retry.honour_retry_after)


def _breaker(defaults: DefaultsShape) -> made.CircuitBreaker:
    breaker = defaults.circuit_breaker
    return made.CircuitBreaker(
        breaker.window,
        breaker.min_calls,
        breaker.failure_rate,
        breaker.slow_call,
        breaker.slow_rate,
        breaker.open_for,
        breaker.half_open_calls,
        frozenset(breaker.counts),
    )


def _operation(name: str, shape: OperationShape, document: Document) -> made.Operation:
    replayed = shape.idempotency.replayed_when if shape.idempotency else None
    inquire = shape.on_unknown.inquire if shape.on_unknown else None
    return made.Operation(
        name=name,
        label=_words(shape.label, name),
        kind=shape.kind,
        method=shape.method,
        path=shape.path,
        span=document.key_span(("operations", name)),
        query=dict(shape.query),
        headers=dict(shape.headers),
        body=shape.body.template if shape.body else None,
        input={
            key: made.Input(argument) if isinstance(argument, str) else made.Input(argument.type, argument.optional)
            for key, argument in shape.input.items()
        },
        result={
            key: made.ResultField(field.path, field.type, field.optional, field.mask, field.pii == "high")
            for key, field in shape.result.items()
        },
        correlate=made.Correlation(shape.correlate.path, shape.correlate.equals) if shape.correlate else None,
        idempotency=made.Idempotency(
            shape.idempotency.header,
            shape.idempotency.key,
            replayed.header if replayed else None,
            replayed.equals if replayed else None,
        )
        if shape.idempotency
        else None,
        inquiry=made.Inquiry(inquire.operation, dict(inquire.args), frozenset(inquire.absent), tuple(inquire.attempts))
        if inquire
        else None,
        cache=made.Cache(shape.cache.ttl, shape.cache.stale_if_error or shape.cache.ttl) if shape.cache else None,
    )
