"""The worker's part in webhooks: takes one that has something to tell, and tells it event by event, in order.

Each request holds one change as the webhook's principal may read it at that very moment. How far a webhook came is
written after the receiver has answered, so a worker that is killed tells the last change again, and never leaves one out.
"""

from __future__ import annotations

import datetime as dt
import logging
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from connectors.posting import Posted, post
from connectors.targets import Resolver
from runtime.audit.trail import record_event
from runtime.commands.platform import platform_context
from runtime.commands.webhook_items import item_of, message_of, next_changes, type_of
from runtime.compile.app import CompiledApp
from runtime.context import Context, Principal
from runtime.failures import BadRequest, NotAllowed, NotFound
from runtime.identity.holdings import holders_of
from runtime.identity.principal import resolve_principal
from runtime.outbox.webhook_policy import Message, after_failure, after_success, headers_of, is_delivered, sealed_as, stopped
from runtime.outbox.webhooks import (
    Delivery,
    Lost,
    StopReason,
    Webhook,
    allowed_hosts,
    claim_webhook,
    due_webhooks,
    note_delivery,
    settle,
)
from runtime.process.notices import WEBHOOK_STOPPED
from runtime.records.feed import Change, asking_size, feed_access
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.store.asking import answer
from runtime.store.away import DatabaseAway
from runtime.store.business_day import business_date
from runtime.store.database import Database
from runtime.store.identifiers import new_id
from runtime.store.sealing import SealBroken, unseal
from runtime.store.tables import notice
from runtime.store.types import format_instant

_LOG = logging.getLogger("qiqiao.webhooks")
#: The platform role of those as whom webhooks may read.
INTEGRATOR = "integrator"
#: A webhook is held for so long at most; then the others have their turn.
_TURN = dt.timedelta(seconds=10)
#: So many sealed events without one to tell, or so long a time, are looked through again and again before they are passed over.
_QUIET, _REST = 200, dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Courier:
    """What delivering needs."""

    database: Database
    releases: Releases
    settings: Settings
    clock: Callable[[], dt.datetime]
    resolver: Resolver | None = None
    #: Spreads the next tries of what failed together.
    draw: Callable[[], float] = field(default=random.random)


class Halted(Exception):
    """The principal of a webhook may not be told any more what it asks for."""

    def __init__(self, reason: StopReason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class _Work:
    """What stands before a webhook: the changes of one window, and where it ends; or why there is nothing for it."""

    webhook: Webhook
    changes: tuple[Change, ...] = ()
    end: int = 0
    halted: StopReason | None = None


def deliver_webhooks(courier: Courier) -> bool:
    """Tell one webhook what it has not been told yet, for a short while; false when there is nothing to tell to any."""
    now = courier.clock()
    work = next(_waiting(courier, now), None)
    if work is None:
        return False
    held = claim_webhook(courier.database, work.webhook, now)
    if held is None:
        return True
    try:
        _serve(courier, held, work)
    except Lost:
        _LOG.info("webhook %s was changed or taken over; what it was told last may be told again", held.id)
    return True


def reading_as(
    connection: Connection, releases: Releases, settings: Settings, webhook: Webhook, now: dt.datetime, request_id: str
) -> Context:
    """The webhook's principal as he may read at this moment; raises Halted when he may not, all entities or none."""
    principal = resolve_principal(connection, webhook.principal, now, demo=settings.demo)
    if principal is None or INTEGRATOR not in principal.platform_roles:
        raise Halted("principal")
    live = releases.for_unit(principal.unit_path)
    day = business_date(connection, settings, now)
    context = Context(_lasting(principal, live), live, now, day, request_id, channel="webhook", demo=settings.demo)
    for entity in webhook.entities:
        try:
            feed_access(context, webhook.app, entity)
        except (NotFound, NotAllowed, BadRequest) as refused:
            raise Halted("rights") from refused
    return context


def _lasting(principal: Principal, live: Mapping[str, CompiledApp]) -> Principal:
    """The person without what was taken in an emergency: each reading under that is an act of a person, written down as one."""
    taken = {app: {name for name, role in one.app.roles.items() if role.emergency is not None} for app, one in live.items()}
    return replace(principal, roles={app: names - taken.get(app, set()) for app, names in principal.roles.items()})


def send(courier: Courier, connection: Connection, webhook: Webhook, message: Message) -> Callable[[], Posted]:
    """A request that is signed now; calling it, after the transaction, sends it. Raises SealBroken."""
    now, entries = courier.clock(), allowed_hosts(connection)
    kept = [webhook.secret]
    if webhook.previous_secret is not None and webhook.previous_until is not None and now < webhook.previous_until:
        kept.append(webhook.previous_secret)
    headers = headers_of(message, [unseal(sealed_as(webhook.id), each) for each in kept], now)
    return lambda: post(webhook.url, entries, headers, message.body, courier.resolver)


def attempt_made(
    posted: Posted, type: str, now: dt.datetime, *, attempt: int, event_id: str | None = None, place: int | None = None
) -> Delivery:
    """An attempt as it is kept."""
    fault = posted.fault.value if posted.fault else None
    milliseconds = int(posted.elapsed * 1000)
    return Delivery(type, now, attempt, is_delivered(posted), milliseconds, event_id, place, posted.status, fault, posted.answer)


def _waiting(courier: Courier, now: dt.datetime) -> Iterator[_Work]:
    """Webhooks that have something to tell; looked for without a lock, since most looks find nothing."""
    with courier.database.read() as connection:
        dialect = connection.dialect
        size = answer(connection, asking_size(dialect))
        for webhook in due_webhooks(connection, size, now):
            try:
                context = reading_as(connection, courier.releases, courier.settings, webhook, now, new_id(now))
            except Halted as halted:
                yield _Work(webhook, halted=halted.reason)
                continue
            changes, end = next_changes(connection, context, webhook)
            if changes or end - webhook.place >= _QUIET or now - webhook.due_at >= _REST:
                yield _Work(webhook, tuple(changes), end)


def _serve(courier: Courier, held: Webhook, work: _Work) -> None:
    started = courier.clock()
    if work.halted is not None:
        _stop(courier, held, stopped(held, work.halted, started), None)
        return
    current = held
    for change in work.changes:
        now = courier.clock()
        if now - started >= _TURN:
            break
        try:
            told = _tell(courier, current, change, now)
        except Halted as halted:
            _stop(courier, current, stopped(current, halted.reason, now), None)
            return
        except (Lost, DBAPIError, DatabaseAway):
            raise
        except Exception as failure:  # one record that cannot be told must not hold the webhook up without a word
            _LOG.exception("webhook %s: the change at place %s cannot be told", held.id, change.place)
            _not_sent(courier, current, change, str(failure) if isinstance(failure, SealBroken) else "see the log of the worker")
            return
        if told is None:
            return
        current = told
    else:
        current = replace(current, place=max(current.place, work.end))
    now = courier.clock()
    with courier.database.write() as connection:
        settle(connection, current, replace(current, due_at=now), now, keep=False)


def _tell(courier: Courier, held: Webhook, change: Change, now: dt.datetime) -> Webhook | None:
    """Tell one change and write down how that went; None when the webhook was given back until its next try."""
    with courier.database.read() as connection:
        context = reading_as(connection, courier.releases, courier.settings, held, now, new_id(now))
        item = item_of(connection, context, held, change)
        if item is None:
            # Written with the next settling: who is killed before looks again and finds the same.
            return replace(held, place=change.place + 1)
        sending = send(courier, connection, held, message_of(held, change, item))
    posted = sending()
    after, made = courier.clock(), held.failures + 1
    delivery = attempt_made(posted, type_of(held, change), after, attempt=made, event_id=change.event_id, place=change.place)
    if not delivery.delivered:
        _give_back(courier, held, after_failure(held, posted, after, courier.draw()), delivery)
        return None
    then = after_success(held, change.place, after)
    with courier.database.write() as connection:
        settle(connection, held, then, after, keep=True)
        note_delivery(connection, held.id, delivery)
    return then


def _not_sent(courier: Courier, held: Webhook, change: Change, why: str) -> None:
    """Nothing could be sent: the next try is later, as after a refusal."""
    now = courier.clock()
    delivery = Delivery(
        type_of(held, change),
        now,
        held.failures + 1,
        delivered=False,
        milliseconds=0,
        event_id=change.event_id,
        place=change.place,
        fault="not_sent",
        answer=why,
    )
    _give_back(courier, held, after_failure(held, None, now, courier.draw()), delivery)


def _give_back(courier: Courier, held: Webhook, then: Webhook, delivery: Delivery) -> None:
    if then.state == "stopped":
        _stop(courier, held, then, delivery)
        return
    with courier.database.write() as connection:
        settle(connection, held, then, delivery.at, keep=False)
        note_delivery(connection, held.id, delivery)


def _stop(courier: Courier, held: Webhook, then: Webhook, delivery: Delivery | None) -> None:
    """Stop a webhook in one transaction with its trace and a notice to those who look after webhooks."""
    now = courier.clock()
    with courier.database.write() as connection:
        settle(connection, held, then, now, keep=False)
        if delivery is not None:
            note_delivery(connection, held.id, delivery)
        context = platform_context(connection, courier.releases, courier.settings, now, held.id)
        body = {"reason": then.stop_reason, "place": then.place, "failures": then.failures}
        record_event(connection, context, "webhook_stopped", app=held.app, record_id=held.id, body=body)
        _notify(connection, context, then)
    _LOG.warning("webhook %s stopped: %s", held.id, then.stop_reason)


def _notify(connection: Connection, context: Context, stopped_one: Webhook) -> None:
    compiled = context.releases.get(stopped_one.app)
    rows = [
        {
            "id": new_id(context.now),
            "person_id": person,
            "kind": WEBHOOK_STOPPED,
            "app": stopped_one.app,
            "release": compiled.release if compiled else 0,
            "entity": "",
            "record_id": stopped_one.id,
            "detail": stopped_one.stop_reason,
            "at": context.now,
        }
        for person in holders_of(connection, "administrator", context.now, demo=context.demo)
    ]
    if rows:
        connection.execute(sa.insert(notice), rows)


def ping_message(webhook: Webhook, now: dt.datetime) -> Message:
    """What a receiver gets for a try: signed like everything else, about no record."""
    body = {"type": "ping", "timestamp": format_instant(now), "data": {"webhook": webhook.id, "label": webhook.label}}
    return Message(f"evt_{new_id(now)}", orjson.dumps(body))
