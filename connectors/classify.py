"""From one attempt to an outcome: the definition's error table first, then what HTTP means, then the rule for commands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.definition import ConnectorDefinition, ErrorRule, Operation
from connectors.protocol import Fault, Outcome, RawResult
from connectors.values import at_path

_BY_STATUS = {
    400: Outcome.VALIDATION,
    401: Outcome.AUTH,
    403: Outcome.FORBIDDEN,
    404: Outcome.NOT_FOUND,
    408: Outcome.TIMEOUT,
    409: Outcome.CONFLICT,
    410: Outcome.NOT_FOUND,
    422: Outcome.VALIDATION,
    425: Outcome.IN_PROGRESS,
    429: Outcome.RATE_LIMITED,
    502: Outcome.UNAVAILABLE,
    503: Outcome.UNAVAILABLE,
    504: Outcome.UNAVAILABLE,
}
_BY_FAULT = {
    Fault.TARGET_REFUSED: Outcome.FORBIDDEN,
    Fault.SECRET_MISSING: Outcome.AUTH,
    Fault.NOT_CONNECTED: Outcome.UNAVAILABLE,
    Fault.TIMEOUT: Outcome.TIMEOUT,
    Fault.BROKEN: Outcome.TRANSIENT,
    Fault.TOO_LARGE: Outcome.TRANSIENT,
    Fault.UNREADABLE: Outcome.TRANSIENT,
}
#: Refusals before any work: a gateway's page in place of JSON says them as well as the counterpart's own body.
_BEFORE_WORK = frozenset({401, 403, 429})
#: Outcomes that do not say whether a command was carried out.
_OPEN = frozenset({Outcome.TIMEOUT, Outcome.TRANSIENT, Outcome.UNAVAILABLE})


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one attempt ended."""

    outcome: Outcome
    code: str | None = None
    detail: str | None = None
    retry_after: float | None = None


def classify(definition: ConnectorDefinition, operation: Operation, raw: RawResult) -> Verdict:
    """The outcome of an attempt.

    A command whose bytes may have left and whose answer proves nothing is UNKNOWN, never failed: a 5xx or a broken
    answer may come after the work was done. Only a rule that says `not_done` states the opposite.
    """
    code, detail = _message(definition, raw)
    rule = next((rule for rule in definition.rules if _fits(rule, raw, code)), None)
    if raw.fault is Fault.UNREADABLE and raw.status in _BEFORE_WORK:
        outcome = _BY_STATUS[raw.status]
    elif raw.fault is not None:
        outcome = rule.outcome if rule and rule.timeout else _BY_FAULT[raw.fault]
    elif rule:
        outcome = rule.outcome
    elif raw.status is not None and 200 <= raw.status < 300:
        outcome = Outcome.IN_PROGRESS if raw.status == 202 else Outcome.OK
    else:
        outcome = _BY_STATUS.get(raw.status or 0, Outcome.TRANSIENT if (raw.status or 0) >= 500 else Outcome.BUSINESS_REJECT)
        if 300 <= (raw.status or 0) < 400:
            outcome = Outcome.UNAVAILABLE
    if operation.kind == "command" and raw.sent and outcome in _OPEN and not (rule and rule.not_done):
        outcome = Outcome.UNKNOWN
    return Verdict(outcome, code, detail or raw.detail, _retry_after(raw, rule))


def _fits(rule: ErrorRule, raw: RawResult, code: str | None) -> bool:
    if rule.timeout:
        return raw.fault is Fault.TIMEOUT
    if raw.fault is not None or (rule.statuses and raw.status not in rule.statuses):
        return False
    if rule.code is not None and code != rule.code:
        return False
    if rule.code_prefix is not None and not (code or "").startswith(rule.code_prefix):
        return False
    return bool(rule.statuses or rule.code or rule.code_prefix)


def _message(definition: ConnectorDefinition, raw: RawResult) -> tuple[str | None, str | None]:
    if not isinstance(raw.body, Mapping) or (raw.status is not None and 200 <= raw.status < 300):
        return None, None
    found = [at_path(raw.body, path) if path else None for path in (definition.message.code, definition.message.user)]
    code, detail = (value if isinstance(value, str) else None for value in found)
    return code, detail


def _retry_after(raw: RawResult, rule: ErrorRule | None) -> float | None:
    text = raw.headers.get("retry-after", "")
    if text.isascii() and text.isdigit() and len(text) < 6:
        return int(text) * 1.0
    return rule.retry_after if rule else None
