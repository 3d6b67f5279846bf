"""Who may see or change a record, by which rule: for one person in full, or for everybody who holds a role of its app."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.commands.show_audit import Place, places_called
from runtime.compile.access import Action
from runtime.context import Context, Principal
from runtime.failures import NotFound
from runtime.identity.principal import resolve_principal
from runtime.records.access import is_record_id
from runtime.records.explain import Explained, Reason, explain
from runtime.store.tables import org_person, role_grant

_NO_PERSON = {"zh": "没有这位人员，或其不能操作。", "en": "There is no such person, or they may not act."}


@dataclass(frozen=True, slots=True)
class Asked:
    """The record and act that are asked about; `on` takes the roles as they were valid on that day."""

    app: str
    entity: str
    record_id: str
    action: Action = "read"
    on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Entitled:
    """A person who may, with the rules that say so."""

    person: Principal
    by: tuple[Reason, ...]


def records_meant(connection: Connection, context: Context, text: str) -> list[Place]:
    """The records that a person may mean by an id, by a number that the platform gave, or by a unique value he may read."""
    found = places_called(connection, context, text)
    if is_record_id(text):
        for compiled in context.releases.values():
            for name, entity in compiled.entities.items():
                there = sa.select(entity.table.c.id).where(entity.table.c.id == text)
                if connection.execute(there).first() is not None:
                    found.append(Place(compiled.app.name, name, text))
    return list(dict.fromkeys(found))


def explain_for(connection: Connection, context: Context, asked: Asked, username: str) -> tuple[Principal, Explained]:
    """Why a person may (not) do something with a record; NotFound where the person or the record is not there."""
    same = sa.func.lower(org_person.c.f_username) == username.strip().lower()
    id = connection.execute(sa.select(org_person.c.id).where(sa.or_(same, org_person.c.id == username))).scalar()
    person = _person(connection, context, asked, str(id)) if id is not None else None
    if person is None:
        raise NotFound(_NO_PERSON)
    return person.principal, explain(connection, person, asked.app, asked.entity, asked.record_id, asked.action)


def entitled(
    connection: Connection, context: Context, asked: Asked, after: str | None, limit: int
) -> tuple[Sequence[Entitled], str | None]:
    """People who may do something with a record, by name, out of the next `limit` who hold a role; and where to go on.

    Somebody who may only by open work is not among them: that is told by his own explanation.
    """
    # Asked of nobody in particular first, so that a record that is not there is said so.
    explain(connection, context, asked.app, asked.entity, asked.record_id, asked.action)
    query = sa.select(org_person.c.id, org_person.c.f_username).where(org_person.c.active).order_by(org_person.c.f_username)
    if asked.app != "org":
        query = query.where(org_person.c.id.in_(sa.select(role_grant.c.person_id).where(role_grant.c.app == asked.app)))
    if after is not None:
        query = query.where(org_person.c.f_username > after)
    rows = connection.execute(query.limit(limit + 1)).all()
    found = []
    for row in rows[:limit]:
        person = _person(connection, context, asked, row.id)
        if person is None:
            continue
        answer = explain(connection, person, asked.app, asked.entity, asked.record_id, asked.action)
        if answer.may:
            found.append(Entitled(person.principal, tuple(reason for reason in answer.reasons if reason.holds)))
    return found, rows[limit - 1].f_username if len(rows) > limit else None


def _person(connection: Connection, context: Context, asked: Asked, person_id: str) -> Context | None:
    since, now = (context.now, context.now) if asked.on is None else _moments_of(context, asked.app, asked.on)
    principal = resolve_principal(connection, person_id, now, demo=context.demo, since=since)
    day = asked.on or context.business_date
    return None if principal is None else replace(context, principal=principal, business_date=day)


def _moments_of(context: Context, app: str, day: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """The first and the last moment of a day where the app is; of the running day, up to now."""
    zone = ZoneInfo(context.releases[app].app.timezone)
    first = dt.datetime.combine(day, dt.time(), zone)
    last = first + dt.timedelta(days=1, milliseconds=-1)
    return first, min(last, context.now) if first <= context.now else last
