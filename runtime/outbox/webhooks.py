"""Webhooks as rows: who is told of changes and how far each came, claimed under a lease and a fence by one worker at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from runtime.store.database import Database
from runtime.store.identifiers import new_id
from runtime.store.tables import setting, webhook, webhook_delivery
from runtime.store.upsert import upsert

Tells = Literal["records", "tasks"]
State = Literal["active", "stopped"]
#: by_hand: somebody stopped it; failing: nothing could be delivered for days; gone: the receiver said so (410);
#: principal: that person may not act any more; rights: that person may not read one of the entities any more.
StopReason = Literal["by_hand", "failing", "gone", "principal", "rights"]

#: Longer than an attempt may take (connectors.posting), so that a living holder is never overtaken.
LEASE = dt.timedelta(seconds=30)
#: So many attempts of each webhook are kept.
DELIVERIES_KEPT = 200
_HOSTS = "webhook_hosts"


class Lost(Exception):
    """Another worker or an act took the webhook over meanwhile: nothing was written."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """One webhook as it stands."""

    id: str
    app: str
    label: str
    url: str
    entities: tuple[str, ...]
    tells: Tells
    principal: str
    state: State
    stop_reason: StopReason | None
    stopped_at: dt.datetime | None
    #: Both sealed.
    secret: str = field(repr=False)
    previous_secret: str | None = field(repr=False)
    previous_until: dt.datetime | None
    place: int
    failures: int
    failing_since: dt.datetime | None
    due_at: dt.datetime
    fence: int
    created_at: dt.datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to tell a webhook something."""

    type: str
    at: dt.datetime
    attempt: int
    delivered: bool
    milliseconds: int
    event_id: str | None = None
    place: int | None = None
    status: int | None = None
    fault: str | None = None
    answer: str | None = None
    id: str = ""


def add_webhook(connection: Connection, made: Webhook) -> None:
    """Keep a new webhook."""
    values = {name: getattr(made, name) for name in Webhook.__dataclass_fields__}
    connection.execute(sa.insert(webhook).values({**values, "entities": list(made.entities)}))


def find_webhook(connection: Connection, id: str, *, locked: bool = False) -> Webhook | None:
    """One webhook; `locked` keeps it until the transaction ends."""
    query = sa.select(webhook).where(webhook.c.id == id)
    row = connection.execute(query.with_for_update() if locked else query).one_or_none()
    return None if row is None else _webhook(row)


def list_webhooks(connection: Connection) -> list[Webhook]:
    """All webhooks by app and label."""
    query = sa.select(webhook).order_by(webhook.c.app, webhook.c.label, webhook.c.id)
    return [_webhook(row) for row in connection.execute(query)]


def forget_webhook(connection: Connection, id: str) -> None:
    """Remove a webhook with its secrets and its attempts; a worker that still tells it finds its lease gone."""
    connection.execute(sa.delete(webhook_delivery).where(webhook_delivery.c.webhook_id == id))
    connection.execute(sa.delete(webhook).where(webhook.c.id == id))


def write_webhook(connection: Connection, changed: Webhook) -> Webhook:
    """Write an act of somebody: whatever a worker has under way for this webhook at this moment loses its claim."""
    values = {name: getattr(changed, name) for name in Webhook.__dataclass_fields__ if name != "id"}
    values |= {"entities": list(changed.entities), "fence": changed.fence + 1, "lease_until": None}
    connection.execute(sa.update(webhook).where(webhook.c.id == changed.id).values(values))
    return replace(changed, fence=changed.fence + 1)


def due_webhooks(connection: Connection, size: int, now: dt.datetime) -> list[Webhook]:
    """Active webhooks that nobody holds and that have not seen the whole of a trail of this size, the longest due first."""
    query = sa.select(webhook).where(_is_free(now), webhook.c.due_at <= now, webhook.c.place < size)
    return [_webhook(row) for row in connection.execute(query.order_by(webhook.c.due_at, webhook.c.id))]


def claim_webhook(database: Database, seen: Webhook, now: dt.datetime) -> Webhook | None:
    """Take a webhook as it was seen for the time of `LEASE`; None when somebody else was first."""
    mine = sa.and_(webhook.c.id == seen.id, webhook.c.fence == seen.fence, _is_free(now))
    with database.write() as connection:
        taken = sa.update(webhook).where(mine).values(fence=seen.fence + 1, lease_until=now + LEASE)
        if connection.execute(taken).rowcount == 0:
            return None
    return replace(seen, fence=seen.fence + 1)


def settle(connection: Connection, held: Webhook, then: Webhook, now: dt.datetime, *, keep: bool) -> None:
    """Write how far a claimed webhook came, and hold it on or give it back; raises `Lost`."""
    written = connection.execute(
        sa.update(webhook)
        .where(webhook.c.id == held.id, webhook.c.fence == held.fence)
        .values(
            place=then.place,
            failures=then.failures,
            failing_since=then.failing_since,
            due_at=then.due_at,
            state=then.state,
            stop_reason=then.stop_reason,
            stopped_at=then.stopped_at,
            lease_until=now + LEASE if keep else None,
        )
    )
    if written.rowcount == 0:
        raise Lost(held.id)


def note_delivery(connection: Connection, webhook_id: str, made: Delivery) -> Delivery:
    """Keep an attempt, and forget those that are older than the last `DELIVERIES_KEPT`."""
    noted = replace(made, id=new_id(made.at))
    values = {name: getattr(noted, name) for name in Delivery.__dataclass_fields__}
    connection.execute(sa.insert(webhook_delivery).values({**values, "webhook_id": webhook_id}))
    mine = sa.select(webhook_delivery.c.id).where(webhook_delivery.c.webhook_id == webhook_id)
    oldest = mine.order_by(webhook_delivery.c.id.desc()).offset(DELIVERIES_KEPT - 1).limit(1).scalar_subquery()
    old = sa.and_(webhook_delivery.c.webhook_id == webhook_id, webhook_delivery.c.id < oldest)
    connection.execute(sa.delete(webhook_delivery).where(old))
    return noted


def deliveries_of(connection: Connection, webhook_id: str, limit: int) -> list[Delivery]:
    """The last attempts of a webhook, newest first."""
    columns = [webhook_delivery.c[name] for name in Delivery.__dataclass_fields__]
    query = sa.select(*columns).where(webhook_delivery.c.webhook_id == webhook_id)
    rows = connection.execute(query.order_by(webhook_delivery.c.id.desc()).limit(limit))
    return [Delivery(**row) for row in rows.mappings()]


def allowed_hosts(connection: Connection) -> tuple[str, ...]:
    """The hosts that webhooks may lead to, as IT has set them; none until then."""
    kept = connection.scalar(sa.select(setting.c.value).where(setting.c.name == _HOSTS))
    return tuple(str(each) for each in kept) if isinstance(kept, list) else ()


def allow_hosts(connection: Connection, hosts: Sequence[str]) -> None:
    """Set the whole list of hosts that webhooks may lead to."""
    connection.execute(upsert(connection, setting, {"name": _HOSTS, "value": list(hosts)}, key=("name",)))


def _is_free(now: dt.datetime) -> sa.ColumnElement[bool]:
    unheld = sa.or_(webhook.c.lease_until.is_(None), webhook.c.lease_until <= now)
    return sa.and_(webhook.c.state == "active", unheld)


def _webhook(row: Row[tuple[object, ...]]) -> Webhook:
    values = {name: getattr(row, name) for name in Webhook.__dataclass_fields__}
    return Webhook(**{**values, "entities": tuple(cast("list[str]", row.entities))})
