"""What administrators and auditors see of webhooks: how each stands, its last attempts, and what one could be made of."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.org import ORG
from runtime.commands.deliver_webhooks import INTEGRATOR
from runtime.commands.manage_webhooks import webhook_of
from runtime.context import Context
from runtime.identity.holdings import holders_of
from runtime.outbox.webhooks import Delivery, Webhook, allowed_hosts, deliveries_of, list_webhooks
from runtime.process.persons import persons_of
from runtime.records.feed import asking_size
from runtime.store.asking import answer
from runtime.store.tables import org_person
from runtime.store.types import format_instant

Json = dict[str, object]


def show_webhooks(connection: Connection) -> list[Json]:
    """All webhooks as they stand, by app and label."""
    return _shown(connection, list_webhooks(connection))


def show_webhook(connection: Connection, id: str) -> Json:
    """One webhook as it stands; NotFound where there is none."""
    return _shown(connection, [webhook_of(connection, id)])[0]


def show_deliveries(connection: Connection, id: str, limit: int) -> list[Json]:
    """The last attempts of a webhook, newest first."""
    webhook_of(connection, id)
    return [delivery_json(each) for each in deliveries_of(connection, id, limit)]


def show_choices(connection: Connection, context: Context) -> Json:
    """What a webhook can be made of: apps with their entities, integrators, and the hosts that IT allows."""
    apps = [
        {
            "app": name,
            "label": dict(compiled.app.label),
            "entities": [
                {"name": entity.entity.name, "label": dict(entity.entity.label)}
                for entity in compiled.entities.values()
                if entity.entity.audit != "none"
            ],
        }
        for name, compiled in sorted(context.releases.items())
        if name != ORG.name
    ]
    people = holders_of(connection, INTEGRATOR, context.now, demo=context.demo)
    others = [person for person in people if person != context.principal.id]
    known = _people(connection, set(others))
    return {"apps": apps, "people": [known[person] for person in others], "hosts": list(allowed_hosts(connection))}


def delivery_json(made: Delivery) -> Json:
    """An attempt as answers show it."""
    return {
        "id": made.id,
        "at": format_instant(made.at),
        "type": made.type,
        "event_id": made.event_id,
        "place": made.place,
        "attempt": made.attempt,
        "delivered": made.delivered,
        "status": made.status,
        "fault": made.fault,
        "milliseconds": made.milliseconds,
        "answer": made.answer,
    }


def _shown(connection: Connection, found: list[Webhook]) -> list[Json]:
    size = answer(connection, asking_size(connection.dialect))
    people = _people(connection, {id for each in found for id in (each.principal, each.created_by)})
    return [_webhook(connection, each, size, people) for each in found]


def _webhook(connection: Connection, one: Webhook, size: int, people: Mapping[str, Json]) -> Json:
    last = deliveries_of(connection, one.id, 1)
    return {
        "id": one.id,
        "app": one.app,
        "label": one.label,
        "url": one.url,
        "entities": list(one.entities),
        "tells": one.tells,
        "principal": people.get(one.principal),
        "state": one.state,
        "stop_reason": one.stop_reason,
        "stopped_at": format_instant(one.stopped_at) if one.stopped_at else None,
        "place": one.place,
        "behind": max(size - one.place, 0),
        "failures": one.failures,
        "failing_since": format_instant(one.failing_since) if one.failing_since else None,
        "next_try": format_instant(one.due_at) if one.failures and one.state == "active" else None,
        "previous_secret_until": format_instant(one.previous_until) if one.previous_until else None,
        "created_at": format_instant(one.created_at),
        "created_by": people.get(one.created_by),
        "last": delivery_json(last[0]) if last else None,
    }


def _people(connection: Connection, ids: set[str]) -> dict[str, Json]:
    names = dict(connection.execute(sa.select(org_person.c.id, org_person.c.f_username).where(org_person.c.id.in_(ids))).all())
    return {id: {**person, "username": names[id]} for id, person in persons_of(connection, ids).items()}
