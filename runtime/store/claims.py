"""Idempotency keys: the first request with a key claims it in the database before it runs; its answer is kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.store.tables import audit_event, idempotency
from runtime.store.upsert import insert_if_absent

#: A request renews its claim while it runs; one that was not renewed for so long belongs to a process that died.
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
    #: A digest of what the person may see: an answer is given again under the same rights only.
    rights: str = ""


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
    """The same request took effect, but its answer cannot be given (again); what it changed."""

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
        "rights": claim.rights,
        "created_at": now,
    }
    if connection.execute(insert_if_absent(connection, idempotency, values)).rowcount == 1:
        return Mine()
    row = connection.execute(sa.select(idempotency).where(_key(claim)).with_for_update()).mappings().one()
    if row["request_hash"] != claim.request_hash:
        return Different()
    if row["status"] is not None and row["rights"] == claim.rights:
        return Answered(row["status"], row["headers"], row["body"])
    if row["status"] is None and row["created_at"] > now - LEASE:
        return Running()
    if row["status"] is None and not row["took_effect"]:
        # Its process died before anything was committed.
        again = {"request_id": claim.request_id, "rights": claim.rights, "created_at": now}
        connection.execute(idempotency.update().where(_key(claim)).values(again))
        return Mine()
    # The trail tells what it changed, where the entity keeps one.
    event = sa.select(audit_event.c.app, audit_event.c.entity, audit_event.c.record_id).where(
        audit_event.c.at >= row["created_at"] - KEPT, audit_event.c.request_id == row["request_id"]
    )
    effect = connection.execute(event.order_by(audit_event.c.id).limit(1)).one_or_none()
    return AnswerLost(*effect) if effect is not None else AnswerLost(None, None, None)


def mark_effect(connection: Connection, claim: Claim) -> None:
    """Say in the transaction of an effect that the request with this claim had one."""
    connection.execute(idempotency.update().where(_mine(claim)).values(took_effect=True))


def renew_claim(connection: Connection, claim: Claim, now: dt.datetime) -> None:
    """Say that the request with this claim still runs."""
    connection.execute(idempotency.update().where(_mine(claim), idempotency.c.status.is_(None)).values(created_at=now))


def keep_answer(connection: Connection, claim: Claim, answer: Answered) -> None:
    """Keep the answer of a claimed request for those who repeat it."""
    connection.execute(
        idempotency.update().where(_mine(claim)).values(status=answer.status, headers=dict(answer.headers), body=answer.body)
    )


def forget_old_answers(connection: Connection, now: dt.datetime) -> int:
    """Drop the answers that were kept long enough; returns how many."""
    return connection.execute(idempotency.delete().where(idempotency.c.created_at < now - KEPT)).rowcount


def free_key(connection: Connection, claim: Claim, now: dt.datetime, *, refused: bool) -> None:
    """Give a claimed key back: its request changed nothing, as a refusal says; one that failed after an effect keeps it."""
    unanswered = _mine(claim) & idempotency.c.status.is_(None)
    if refused:
        connection.execute(idempotency.delete().where(unanswered))
        return
    connection.execute(idempotency.delete().where(unanswered, idempotency.c.took_effect.is_(sa.false())))
    # It runs no longer: a repetition need not wait for the lease.
    connection.execute(idempotency.update().where(unanswered).values(created_at=now - LEASE))


def _mine(claim: Claim) -> sa.ColumnElement[bool]:
    return _key(claim) & (idempotency.c.request_id == claim.request_id)


def _key(claim: Claim) -> sa.ColumnElement[bool]:
    return (idempotency.c.person_id == claim.person_id) & (idempotency.c.key == claim.key)
