"""Who may see or change a record, by which rule: for one person in full, or for everybody who holds a role of its app."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.commands.past_access import moments_of, person_at, refuse_lost_rules, release_at
from runtime.commands.show_audit import Place, places_called
from runtime.compile.access import Action, field_paths
from runtime.context import Context, Principal
from runtime.failures import NotFound
from runtime.identity.principal import resolve_principal
from runtime.records.access import NOT_THERE, find_entity, is_record_id, possible_plan
from runtime.records.explain import Explained, FieldSeen, Reason, explain
from runtime.releases import Releases
from runtime.store.tables import org_person, role_grant

_NO_PERSON = {"zh": "没有这位人员，或其不能操作。", "en": "There is no such person, or they may not act."}


@dataclass(frozen=True, slots=True)
class Asked:
    """The record and act that are asked about, the field if it is about one; `on` takes access as it was on that day."""

    app: str
    entity: str
    record_id: str
    action: Action = "read"
    on: dt.date | None = None
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Entitled:
    """A person who may, with the rules that say so, and how he sees the field that is asked about."""

    person: Principal
    by: tuple[Reason, ...]
    field: FieldSeen | None = None


@dataclass(frozen=True, slots=True)
class Moments:
    """The span of time that a question is about, and the release that was live at its end (None: none was)."""

    since: dt.datetime
    until: dt.datetime
    release: int | None
    #: Whether that is another release than the one that is live now.
    is_older: bool = False


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


def explain_for(
    connection: Connection, context: Context, releases: Releases, asked: Asked, username: str
) -> tuple[Principal, Explained, Moments]:
    """Why a person may (not) do something with a record; NotFound where the person or the record is not there."""
    same = sa.func.lower(org_person.c.f_username) == username.strip().lower()
    id = connection.execute(sa.select(org_person.c.id).where(sa.or_(same, org_person.c.id == username))).scalar()
    moments = _moments(connection, context, asked)
    person = _person(connection, context, releases, asked, moments, str(id)) if id is not None else None
    if person is None:
        raise NotFound(_NO_PERSON)
    return person.principal, _explained(connection, person, asked, is_older=moments.is_older), moments


def entitled(
    connection: Connection, context: Context, releases: Releases, asked: Asked, after: str | None, limit: int
) -> tuple[Sequence[Entitled], str | None, Moments]:
    """People who may do something with a record, by name, out of the next `limit` who hold a role; and where to go on.

    Asked about a field, they are those who see it at all. Somebody who may only by open work is not among them: that is told
    by his own explanation.
    """
    moments = _moments(connection, context, asked)
    query = sa.select(org_person.c.id, org_person.c.f_username).order_by(org_person.c.f_username)
    if asked.on is None:
        query = query.where(org_person.c.active)
    if asked.app != "org":
        query = query.where(org_person.c.id.in_(sa.select(role_grant.c.person_id).where(role_grant.c.app == asked.app)))
    if after is not None:
        query = query.where(org_person.c.f_username > after)
    rows = connection.execute(query.limit(limit + 1)).all()
    found = []
    for row in rows[:limit]:
        person = _person(connection, context, releases, asked, moments, row.id)
        answer = _explained(connection, person, asked, is_older=moments.is_older) if person is not None else None
        if person is None or answer is None or not answer.may:
            continue
        field = next((each for each in answer.fields if each.name == asked.field), None)
        if asked.field is None or (field is not None and field.shows != "nothing"):
            found.append(Entitled(person.principal, tuple(reason for reason in answer.reasons if reason.holds), field))
    return found, rows[limit - 1].f_username if len(rows) > limit else None, moments


def _moments(connection: Connection, context: Context, asked: Asked) -> Moments:
    """When the question is about; NotFound where the record or the field is not there, or was not made yet."""
    live, found = find_entity(context, asked.app, asked.entity)
    table = found.table
    made = sa.select(table.c.created_at).where(table.c.id == asked.record_id)
    row = connection.execute(made).one_or_none()
    if asked.on is None:
        moments = Moments(context.now, context.now, live.release)
    else:
        first, last = moments_of(context, asked.app, asked.on)
        release = release_at(connection, live, last)
        moments = Moments(first, last, release, is_older=release != live.release)
    if row is None or row.created_at > moments.until or (asked.field and asked.field not in field_paths(found.entity)):
        raise NotFound(NOT_THERE)
    return moments


def _explained(connection: Connection, person: Context, asked: Asked, *, is_older: bool) -> Explained:
    compiled = person.releases.get(asked.app)
    if compiled is None or asked.entity not in compiled.entities:
        return Explained(asked.action, may=False, roles=(), reasons=(), denied_by=(), fields=())
    plan = possible_plan(person, asked.app, asked.entity, asked.action) if is_older else None
    if plan is not None:
        refuse_lost_rules(connection, plan)
    return explain(connection, person, asked.app, asked.entity, asked.record_id, asked.action)


def _person(
    connection: Connection, context: Context, releases: Releases, asked: Asked, moments: Moments, person_id: str
) -> Context | None:
    """A request of this person at that time, to the apps as they were live for him."""
    if asked.on is None:
        principal = resolve_principal(connection, person_id, context.now, demo=context.demo)
        return (
            None if principal is None else replace(context, principal=principal, releases=releases.for_unit(principal.unit_path))
        )
    principal = person_at(connection, person_id, moments.since, moments.until, demo=context.demo)
    if principal is None:
        return None
    then = {name: app for name, app in releases.current().items() if name != asked.app}
    if moments.release is not None:
        then[asked.app] = releases.at(asked.app, moments.release)
    return replace(context, principal=principal, releases=then, now=moments.until, business_date=asked.on)
