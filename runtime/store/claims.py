"""Idempotency keys: the first request with a key claims it in the database before it runs; its answer is kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.store.tables import audit_event, idempotency
from runtime.store.upsert import insert_if_absent

#: No request runs longer; a claim that is older and has no answer belongs to a process that died.
LEASE = dt.timedelta(minutes=2)

#: So long the first answer comes again.
KEPT = dt.timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Claim:
    """Whose key, for which request: the parts that say whether a second request is the same."""

    person_id: str
    key: str
    request_hash: str
    request_id: str


@dataclass(frozen=True, slots=True)
class Mine:
    """The key is claimed for this request: run it."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The same request was answered before; this was the answer."""

    status: int
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True, slots=True)
class Running:
    """The same request runs at this moment."""


@dataclass(frozen=True, slots=True)
class Different:
    """The key was used for another request."""


@dataclass(frozen=True, slots=True)
class AnswerLost:
    """The same request took effect, but the server died before the answer was kept; what it changed."""

    app: str | None
    entity: str | None
    record_id: str | None


Standing = Mine | Answered | Running | Different | AnswerLost


def claim_key(connection: Connection, claim: Claim, now: dt.datetime) -> Standing:
    """Claim a key, or say what stands in the way; the primary key decides among parallel requests."""
    values = {
        "person_id": claim.person_id,
        "key": claim.key,
        "request_hash": claim.request_hash,
        "request_id": claim.request_id,
        "created_at": now,
    }
    if connection.execute(insert_if_absent(connection, idempotency, values)).rowcount == 1:
        return Mine()
    row = connection.execute(sa.select(idempotency).where(_key(claim)).with_for_update()).mappings().one()
    if row["request_hash"] != claim.request_hash:
        return Different()
    if row["status"] is not None:
        return Answered(row["status"], row["headers"], row["body"])
    if row["created_at"] > now - LEASE:
        return Running()
    # Its process died. The audit event of its transaction tells whether it took effect.
    event = sa.select(audit_event.c.app, audit_event.c.entity, audit_event.c.record_id).where(
        audit_event.c.at >= row["created_at"] - LEASE, audit_event.c.request_id == row["request_id"]
    )
    effect = connection.execute(event.order_by(audit_event.c.id).limit(1)).one_or_none()
    if effect is not None:
        return AnswerLost(*effect)
    connection.execute(idempotency.update().where(_key(claim)).values(request_id=claim.request_id, created_at=now))
    return Mine()


def keep_answer(connection: Connection, claim: Claim, answer: Answered) -> None:
    """Keep the answer of a claimed request for those who repeat it."""
    mine = _key(claim) & (idempotency.c.request_id == claim.request_id)
    connection.execute(
        idempotency.update().where(mine).values(status=answer.status, headers=dict(answer.headers), body=answer.body)
    )


def forget_old_answers(connection: Connection, now: dt.datetime) -> int:
    """Drop the answers that were kept long enough; returns how many."""
    return connection.execute(idempotency.delete().where(idempotency.c.created_at < now - KEPT)).rowcount


def free_key(connection: Connection, claim: Claim) -> None:
    """Give a claimed key back: its request changed nothing."""
    unanswered = (idempotency.c.request_id == claim.request_id) & idempotency.c.status.is_(None)
    connection.execute(idempotency.delete().where(_key(claim) & unanswered))


def _key(claim: Claim) -> sa.ColumnElement[bool]:
    return (idempotency.c.person_id == claim.person_id) & (idempotency.c.key == claim.key)
