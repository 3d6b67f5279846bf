"""How a webhook is signed, and what follows from an attempt: pure, so that every case can be read and tested in one place.

Signatures are those of Standard Webhooks 1.0: HMAC-SHA256 over `id.timestamp.body`, one `v1,` for each secret that holds.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from connectors.posting import Posted
from forms_dsl.model import Label
from runtime.outbox.webhooks import StopReason, Webhook

SECRET_PREFIX = "whsec_"  # noqa: S105 - the prefix only
_SECRET_BYTES = 32
_FIRST_WAIT = dt.timedelta(seconds=5)
_GROW = 3
_LONGEST_WAIT = dt.timedelta(hours=6)
#: A webhook that could not be told anything for so long stops.
PATIENCE = dt.timedelta(days=3)
_GONE = 410
#: Why a webhook stands still, for people.
STOPPED_BECAUSE: Mapping[StopReason, Label] = {
    "by_hand": {"zh": "管理员操作", "en": "by hand"},
    "failing": {"zh": "三天内投递一直失败", "en": "nothing could be delivered for three days"},
    "gone": {"zh": "接收方表示不再接收（410）", "en": "the receiver said that it is gone (410)"},
    "principal": {"zh": "推送所用人员已停用或不再是接口集成", "en": "its person is shut out or no integrator any more"},
    "rights": {"zh": "推送所用人员不再能读其中的数据", "en": "its person may not read one of the entities any more"},
}


@dataclass(frozen=True, slots=True)
class Message:
    """What is told with one request: a stable id, by which a receiver knows a repeat, and the body."""

    id: str
    body: bytes


def new_webhook_secret() -> str:
    """A fresh secret of 256 random bits in the form that receivers' libraries read."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode("ascii")


def sealed_as(webhook_id: str) -> str:
    """What the seal of a webhook's secret is bound to: moved to another row it does not open."""
    return f"webhook.{webhook_id}"


def headers_of(message: Message, keys: Sequence[str], now: dt.datetime) -> dict[str, str]:
    """The headers of a request at a moment, signed with each of the secrets."""
    timestamp = str(int(now.timestamp()))
    signed = f"{message.id}.{timestamp}.".encode() + message.body
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Qiqiao-Webhooks/1",
        "webhook-id": message.id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{_signature(key, signed)}" for key in keys),
    }


def is_delivered(posted: Posted) -> bool:
    """Whether the receiver took it: any 2xx, and nothing else; a redirect is no yes."""
    return posted.status is not None and 200 <= posted.status < 300


def after_success(held: Webhook, place: int, now: dt.datetime) -> Webhook:
    """What becomes of a webhook whose receiver took what stands at a place."""
    return replace(held, place=place + 1, failures=0, failing_since=None, due_at=now)


def after_failure(held: Webhook, posted: Posted | None, now: dt.datetime, draw: float) -> Webhook:
    """What becomes of a webhook after a failed attempt; `draw` between 0 and 1 spreads those that failed together."""
    since = held.failing_since or now
    failed = replace(held, failures=held.failures + 1, failing_since=since)
    if posted is not None and posted.status == _GONE:
        return stopped(failed, "gone", now)
    if now - since >= PATIENCE:
        return stopped(failed, "failing", now)
    # The last try is made when the patience ends, not up to six hours behind it.
    return replace(failed, due_at=min(now + _wait(failed.failures, posted, draw), max(since + PATIENCE, now + _FIRST_WAIT)))


def stopped(held: Webhook, reason: StopReason, now: dt.datetime) -> Webhook:
    """The webhook as it stands still; its place stays, so that a start goes on where it was."""
    return replace(held, state="stopped", stop_reason=reason, stopped_at=now)


def _wait(failures: int, posted: Posted | None, draw: float) -> dt.timedelta:
    wait = _FIRST_WAIT
    for _ in range(min(failures - 1, 20)):
        wait = min(wait * _GROW, _LONGEST_WAIT)
    wait = wait / 2 + wait / 2 * draw
    asked = posted.retry_after if posted is not None else None
    return wait if asked is None else min(max(wait, dt.timedelta(seconds=asked)), _LONGEST_WAIT)


def _signature(key: str, signed: bytes) -> str:
    raw = base64.b64decode(key.removeprefix(SECRET_PREFIX), validate=True)
    return base64.b64encode(hmac.new(raw, signed, hashlib.sha256).digest()).decode("ascii")
