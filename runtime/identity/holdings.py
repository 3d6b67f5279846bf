"""What people hold: roles from moment to moment, posts and memberships from day to day; ended, never deleted.

Whether something counts is said here once, as a condition for statements; the use case that changes rows records the event.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.store.identifiers import new_id
from runtime.store.tables import emergency_use, org_person, person_group, person_post, role_grant
from runtime.store.types import Day, Instant

_NOW = sa.bindparam("now", type_=Instant())
_DAY = sa.bindparam("day", type_=Day())


@dataclass(frozen=True, slots=True)
class Given:
    """Who gives or takes something, when, and why."""

    at: dt.datetime
    by: str | None = None
    reason: str | None = None


def role_counts(
    since: sa.ColumnElement[dt.datetime] = _NOW, until: sa.ColumnElement[dt.datetime] = _NOW
) -> sa.ColumnElement[bool]:
    """The condition that a grant counts at some moment from `since` to `until`, both of them `:now` where nothing is said."""
    return sa.and_(
        sa.or_(role_grant.c.valid_from.is_(None), role_grant.c.valid_from <= until),
        sa.or_(role_grant.c.valid_until.is_(None), role_grant.c.valid_until > since),
        sa.or_(role_grant.c.ended_at.is_(None), role_grant.c.ended_at > since),
    )


def counts_on_day(
    table: sa.Table, day: sa.ColumnElement[Any] = _DAY, moment: sa.ColumnElement[Any] | None = None
) -> sa.ColumnElement[bool]:
    """The condition that a post or a membership counts on a day, `:day` where nothing is said.

    With a moment, which may lie in the past, it had been given by then and had not ended yet.
    """
    known: list[sa.ColumnElement[bool]] = [table.c.ended_at.is_(None)]
    if moment is not None:
        given = sa.or_(table.c.given_at.is_(None), table.c.given_at <= moment)
        known = [given, sa.or_(table.c.ended_at.is_(None), table.c.ended_at > moment)]
    return sa.and_(
        sa.or_(table.c.valid_from.is_(None), table.c.valid_from <= day),
        sa.or_(table.c.valid_to.is_(None), table.c.valid_to >= day),
        *known,
    )


def holders_of(connection: Connection, role: str, now: dt.datetime, *, demo: bool) -> list[str]:
    """Everybody who may act and holds a role of the platform at a moment."""
    held = sa.select(role_grant.c.person_id).where(role_grant.c.app == "", role_grant.c.role == role, role_counts())
    people = sa.select(org_person.c.id).where(org_person.c.id.in_(held), org_person.c.active, org_person.c.deleted_at.is_(None))
    if not demo:
        people = people.where(org_person.c.demo.is_(sa.false()))
    return list(connection.scalars(people.order_by(org_person.c.id), {"now": now}))


def grant_role(
    connection: Connection,
    person_id: str,
    app: str,
    role: str,
    given: Given,
    *,
    valid_from: dt.datetime | None = None,
    valid_until: dt.datetime | None = None,
) -> str:
    """Give a person a role of an app (`""` for a platform role), for ever or up to, but not at, a moment; the grant's id."""
    period = {"valid_from": valid_from, "valid_until": valid_until}
    return _add(connection, role_grant, {"person_id": person_id, "app": app, "role": role, **period}, given)


def revoke_role(connection: Connection, person_id: str, app: str, role: str, given: Given) -> list[str]:
    """Take a role away, with all grants that count now or later; their ids."""
    mine = (role_grant.c.person_id == person_id) & (role_grant.c.app == app) & (role_grant.c.role == role)
    ahead = sa.or_(role_grant.c.valid_until.is_(None), role_grant.c.valid_until > given.at)
    return _end(connection, role_grant, mine & ahead, given)


def hold_post(
    connection: Connection,
    person_id: str,
    unit_id: str,
    post: str,
    given: Given,
    *,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
) -> str:
    """Give a person a post in a unit, his own or another, for always or between two days, both included; the row's id."""
    period = {"valid_from": valid_from, "valid_to": valid_to}
    return _add(connection, person_post, {"person_id": person_id, "unit_id": unit_id, "post": post, **period}, given)


def leave_post(connection: Connection, person_id: str, unit_id: str, post: str, given: Given) -> list[str]:
    """Take a post away; the ids of the rows that ended."""
    held = (person_post.c.person_id == person_id) & (person_post.c.unit_id == unit_id) & (person_post.c.post == post)
    return _end(connection, person_post, held, given)


def join_group(
    connection: Connection,
    person_id: str,
    group: str,
    given: Given,
    *,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
) -> str:
    """Make a person a member of a group, for always or between two days, both included; the row's id."""
    period = {"valid_from": valid_from, "valid_to": valid_to}
    return _add(connection, person_group, {"person_id": person_id, "group": group, **period}, given)


def leave_group(connection: Connection, person_id: str, group: str, given: Given) -> list[str]:
    """End a membership; the ids of the rows that ended."""
    member = (person_group.c.person_id == person_id) & (person_group.c.group == group)
    return _end(connection, person_group, member, given)


def end_holding(connection: Connection, table: sa.Table, id: str, given: Given) -> bool:
    """End one grant, post or membership now; false when it had ended before."""
    return bool(_end(connection, table, table.c.id == id, given))


def _add(connection: Connection, table: sa.Table, values: dict[str, object], given: Given) -> str:
    id = new_id(given.at)
    row = {"id": id, **values, "reason": given.reason, "given_by": given.by, "given_at": given.at}
    connection.execute(table.insert().values(row))
    return id


def _end(connection: Connection, table: sa.Table, which: sa.ColumnElement[bool], given: Given) -> list[str]:
    ended = {"ended_by": given.by, "ended_at": given.at, "end_reason": given.reason}
    change = table.update().where(which, table.c.ended_at.is_(None)).values(ended).returning(table.c.id)
    ids = sorted(connection.scalars(change))
    if table is role_grant and ids:
        # A role that was taken in an emergency is over with its grant, and is reviewed from then on.
        over = (emergency_use.c.grant_id.in_(ids), emergency_use.c.until > given.at)
        connection.execute(emergency_use.update().where(*over).values(until=given.at))
    return ids
