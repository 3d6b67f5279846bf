"""What administrators and auditors see of the organisation: people with all they hold and held, and the tree of units."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.commands.administer import PERSON, UNIT
from runtime.commands.grant_roles import PLATFORM, label_of
from runtime.context import Context
from runtime.failures import NotFound
from runtime.identity.holdings import counts_on_day, role_counts
from runtime.process.persons import persons_of
from runtime.store.tables import audit_event, org_branch, org_person, person_group, person_limit, person_post, role_grant
from runtime.store.types import Day, format_instant

Json = dict[str, object]
#: So many events of the trail stand on a page; the audit screen has all.
_EVENTS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class PeopleWanted:
    """Which people: whose name holds a text, of a unit and all below it, with a post in a unit or a role now."""

    search: str | None = None
    unit: str | None = None
    app: str | None = None
    role: str | None = None
    shut_out: bool = False
    post_in: str | None = None


def list_people(
    connection: Connection, context: Context, wanted: PeopleWanted, limit: int, after: str | None
) -> tuple[list[Json], str | None, int]:
    """One page of people by user name with what they hold now, where the next begins, and how many there are."""
    query = _people(context, wanted)
    count = connection.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    if after is not None:
        query = query.where(org_person.c.f_username > after)
    rows = connection.execute(query.order_by(org_person.c.f_username).limit(limit + 1)).all()
    shown = rows[:limit]
    ids = [row.id for row in shown]
    roles, posts, groups = (
        _roles_now(connection, context, ids),
        _posts_now(connection, context, ids),
        _groups_now(connection, context, ids),
    )
    items = [
        {**_person(row), "roles": roles.get(row.id, []), "posts": posts.get(row.id, []), "groups": groups.get(row.id, [])}
        for row in shown
    ]
    return items, shown[-1].f_username if len(rows) > limit else None, count


def show_person(connection: Connection, context: Context, person_id: str) -> Json:
    """One person with every grant, post and membership there ever was, newest first, and what was done to him."""
    row = connection.execute(_people(context, None).where(org_person.c.id == person_id)).one_or_none()
    if row is None:
        raise NotFound({"zh": "没有此人员。", "en": "There is no such person."})
    grants, posts, groups = (_all_of(connection, table, person_id) for table in (role_grant, person_post, person_group))
    people = _named(connection, {each[by] for each in (*grants, *posts, *groups) for by in ("given_by", "ended_by")})
    placed = org_branch.c.id.in_({post["unit_id"] for post in posts})
    units = dict(connection.execute(sa.select(org_branch.c.id, org_branch.c.f_name).where(placed)).all())
    leads = connection.execute(sa.select(org_branch.c.id, org_branch.c.f_name).where(org_branch.c.leader == person_id))
    limits = connection.execute(sa.select(person_limit.c.app, person_limit.c.amount).where(person_limit.c.person_id == person_id))
    return {
        **_person(row),
        "leads": [{"id": unit.id, "name": unit.f_name} for unit in leads],
        "limits": [{"app": limit.app, "amount": limit.amount} for limit in limits],
        "grants": [_grant(context, each, people) for each in grants],
        "posts": [_days(context, each, people, post=each["post"], unit=_unit(each["unit_id"], units)) for each in posts],
        "groups": [_days(context, each, people, group=each["group"]) for each in groups],
        "history": _history(connection, PERSON["entity"], person_id),
        "can_change": context.principal.id != person_id and "administrator" in context.principal.platform_roles,
    }


def list_units(connection: Connection, context: Context) -> list[Json]:
    """The tree of units from the top down, each with its leader and how many people it has itself."""
    acts = [org_person.c.f_branch == org_branch.c.id, org_person.c.active, org_person.c.deleted_at.is_(None)]
    if not context.demo:
        acts.append(org_person.c.demo.is_(sa.false()))
    many = sa.select(sa.func.count()).select_from(org_person).where(*acts).scalar_subquery()
    query = sa.select(org_branch, many.label("people")).where(org_branch.c.deleted_at.is_(None)).order_by(org_branch.c.f_path)
    rows = connection.execute(query).all()
    leaders = persons_of(connection, {row.leader for row in rows if row.leader})
    return [
        {
            "id": row.id,
            "code": row.f_code,
            "name": row.f_name,
            "parent": row.f_parent,
            "region": row.f_region,
            "department": row.department,
            "leader": leaders.get(row.leader or ""),
            "people": row.people,
            "depth": row.f_path.count("/") - 2,
        }
        for row in rows
    ]


def unit_history(connection: Connection, unit_id: str) -> list[Json]:
    """What was done to a unit, newest first."""
    return _history(connection, UNIT["entity"], unit_id)


def find_person(connection: Connection, context: Context, username: str) -> str:
    """The id of a user name, of somebody shut out too; raises NotFound."""
    query = _people(context, None).where(org_person.c.f_username == username)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound({"zh": f"没有用户“{username}”。", "en": f"There is no person {username!r}."})
    return str(row.id)


def find_unit(connection: Connection, code: str) -> str:
    """The id of a unit by its code; raises NotFound."""
    found = connection.scalar(sa.select(org_branch.c.id).where(org_branch.c.f_code == code, org_branch.c.deleted_at.is_(None)))
    if found is None:
        raise NotFound({"zh": f"没有机构“{code}”。", "en": f"There is no unit {code!r}."})
    return str(found)


def _people(context: Context, wanted: PeopleWanted | None) -> sa.Select[Any]:
    columns = (org_person, org_branch.c.f_code.label("unit_code"), org_branch.c.f_name.label("unit_name"))
    joined = org_person.outerjoin(org_branch, org_branch.c.id == org_person.c.f_branch)
    query = sa.select(*columns).select_from(joined).where(org_person.c.deleted_at.is_(None))
    if not context.demo:
        query = query.where(org_person.c.demo.is_(sa.false()))
    if wanted is None:
        return query
    query = query.where(org_person.c.active.is_(sa.false()) if wanted.shut_out else org_person.c.active)
    if wanted.search:
        held = (org_person.c.f_name, org_person.c.f_username)
        query = query.where(sa.or_(*(column.icontains(wanted.search, autoescape=True) for column in held)))
    if wanted.unit is not None:
        top = sa.select(org_branch.c.f_path).where(org_branch.c.id == wanted.unit).scalar_subquery()
        query = query.where(org_branch.c.f_path.startswith(top))
    if wanted.post_in is not None:
        there = (person_post.c.unit_id == wanted.post_in) & counts_on_day(person_post, sa.literal(context.business_date, Day()))
        query = query.where(org_person.c.id.in_(sa.select(person_post.c.person_id).where(there)))
    if wanted.role is not None:
        moment = sa.literal(context.now, role_grant.c.valid_from.type)
        app = "" if wanted.app == PLATFORM else wanted.app
        mine = (role_grant.c.app == app) & (role_grant.c.role == wanted.role)
        query = query.where(org_person.c.id.in_(sa.select(role_grant.c.person_id).where(mine, role_counts(moment, moment))))
    return query


def _roles_now(connection: Connection, context: Context, ids: Collection[str]) -> dict[str, list[Json]]:
    query = (
        sa.select(role_grant).where(role_grant.c.person_id.in_(ids), role_counts()).order_by(role_grant.c.app, role_grant.c.role)
    )
    found: dict[str, list[Json]] = {}
    for row in connection.execute(query, {"now": context.now}):
        until = format_instant(row.valid_until) if row.valid_until else None
        role = {"app": row.app or PLATFORM, "role": row.role, "label": label_of(context, row.app, row.role), "until": until}
        found.setdefault(row.person_id, []).append(role)
    return found


def _posts_now(connection: Connection, context: Context, ids: Collection[str]) -> dict[str, list[Json]]:
    query = (
        sa.select(person_post.c.person_id, person_post.c.post, org_branch.c.id, org_branch.c.f_name)
        .join(org_branch, org_branch.c.id == person_post.c.unit_id)
        .where(person_post.c.person_id.in_(ids), counts_on_day(person_post))
        .order_by(person_post.c.post)
    )
    found: dict[str, list[Json]] = {}
    for row in connection.execute(query, {"day": context.business_date}):
        found.setdefault(row.person_id, []).append({"post": row.post, "unit": {"id": row.id, "name": row.f_name}})
    return found


def _groups_now(connection: Connection, context: Context, ids: Collection[str]) -> dict[str, list[str]]:
    query = (
        sa.select(person_group.c.person_id, person_group.c.group)
        .where(person_group.c.person_id.in_(ids), counts_on_day(person_group))
        .order_by(person_group.c.group)
    )
    found: dict[str, list[str]] = {}
    for row in connection.execute(query, {"day": context.business_date}):
        found.setdefault(row.person_id, []).append(row.group)
    return found


def _all_of(connection: Connection, table: sa.Table, person_id: str) -> Sequence[Mapping[str, Any]]:
    query = sa.select(table).where(table.c.person_id == person_id).order_by(table.c.given_at.desc(), table.c.id.desc())
    return [dict(row) for row in connection.execute(query).mappings()]


def _person(row: sa.Row[Any]) -> Json:
    unit = {"id": row.f_branch, "code": row.unit_code, "name": row.unit_name} if row.f_branch else None
    return {"id": row.id, "username": row.f_username, "name": row.f_name, "active": row.active, "unit": unit}


def _unit(id: str, units: Mapping[str, str]) -> Json:
    return {"id": id, "name": units.get(id)}


def _grant(context: Context, row: Mapping[str, Any], people: Mapping[str, object]) -> Json:
    begin, end = row["valid_from"], row["valid_until"]
    over, ahead = end is not None and end <= context.now, begin is not None and begin > context.now
    return {
        "id": row["id"],
        "app": row["app"] or PLATFORM,
        "role": row["role"],
        "label": label_of(context, row["app"], row["role"]),
        "from": format_instant(begin) if begin else None,
        "until": format_instant(end) if end else None,
        "state": "ended" if row["ended_at"] else "over" if over else "ahead" if ahead else "holds",
        **_given(row, people),
    }


def _days(context: Context, row: Mapping[str, Any], people: Mapping[str, object], **what: object) -> Json:
    first, last, today = row["valid_from"], row["valid_to"], context.business_date
    over, ahead = last is not None and last < today, first is not None and first > today
    return {
        "id": row["id"],
        **what,
        "from": first.isoformat() if first else None,
        "to": last.isoformat() if last else None,
        "state": "ended" if row["ended_at"] else "over" if over else "ahead" if ahead else "holds",
        **_given(row, people),
    }


def _given(row: Mapping[str, Any], people: Mapping[str, object]) -> Json:
    moments = {name: format_instant(row[name]) if row[name] else None for name in ("given_at", "ended_at")}
    by = {name: people.get(row[name] or "") for name in ("given_by", "ended_by")}
    return {"reason": row["reason"], "end_reason": row["end_reason"], **moments, **by}


def _named(connection: Connection, ids: Collection[str | None]) -> dict[str, object]:
    """People by id; who acted at the command line has no row and is shown as the trail names him."""
    wanted = {id for id in ids if id}
    found: dict[str, object] = dict(persons_of(connection, wanted))
    return {id: found.get(id, {"id": id, "name": id, "unit": None}) for id in wanted}


def _history(connection: Connection, entity: str, record_id: str) -> list[Json]:
    actor = sa.outerjoin(audit_event, org_person, org_person.c.id == audit_event.c.actor)
    query = (
        sa.select(audit_event, org_person.c.f_name)
        .select_from(actor)
        .where(audit_event.c.app == "org", audit_event.c.entity == entity, audit_event.c.record_id == record_id)
        .order_by(audit_event.c.id.desc())
        .limit(_EVENTS_SHOWN)
    )
    return [
        {
            "id": row.id,
            "at": format_instant(row.at),
            "kind": row.kind,
            "actor": {"id": row.actor, "name": row.f_name or row.actor},
            "channel": row.channel,
            "body": json.loads(row.body),
        }
        for row in connection.execute(query)
    ]
