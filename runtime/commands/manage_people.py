"""Administration of people: who is there, in which unit, with which posts and in which groups; each act with its reason."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.diagnostics import code
from forms_dsl.model import Label
from runtime.audit.trail import record_event
from runtime.commands.administer import PERSON, changing_person, changing_unit, given_by
from runtime.commands.grant_roles import BAD_PERIOD, HELD_ALREADY
from runtime.context import Context
from runtime.failures import Conflict, Fault, Invalid, NotFound
from runtime.identity.holdings import end_holding, hold_post, join_group
from runtime.identity.organisation import add_person, move_person, rename_person, set_active, set_password_hash
from runtime.identity.password import LONGEST, hash_password
from runtime.identity.sessions import end_sessions_of
from runtime.store.tables import org_person, person_group, person_post

BAD_USERNAME = code("P454", "A user name that is taken, or has other characters than letters, digits and . _ -")
BAD_PASSWORD = code("P455", "A password that is too short or too long.")

_USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
#: The least that the first factor must have.
SHORTEST_PASSWORD = 12


@dataclass(frozen=True, slots=True)
class Days:
    """Two days, both included; None: always before, always after."""

    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


@dataclass(frozen=True, slots=True)
class PersonChange:
    """What shall be different; None leaves it as it is."""

    name: str | None = None
    unit: str | None = None
    active: bool | None = None


def new_person(
    connection: Connection, context: Context, username: str, name: str, unit_id: str | None, reason: str | None
) -> str:
    """Add a person, who signs in once a password is set; returns the id."""
    taken = sa.select(org_person.c.id).where(sa.func.lower(org_person.c.f_username) == username.lower())
    if not _USERNAME.fullmatch(username) or connection.execute(taken).first() is not None:
        message = {
            "zh": "用户名已被使用，或含字母、数字、.、_、- 以外的字符。",
            "en": "The user name is taken, or has other characters than letters, digits, . _ and -.",
        }
        raise _invalid(BAD_USERNAME.id, "/username", message)
    if unit_id is not None:
        changing_unit(connection, unit_id)
    id = add_person(connection, username, name, context.now, unit_id=unit_id, by=context.principal.id)
    body = {"username": username, "unit": unit_id, "reason": reason}
    record_event(connection, context, "person_added", **PERSON, record_id=id, body=body)
    return id


def change_person(connection: Connection, context: Context, person_id: str, change: PersonChange, reason: str | None) -> None:
    """Rename or move a person, or shut them out from the next request on, or let them in again."""
    row = changing_person(connection, context, person_id)
    now, by = context.now, context.principal.id
    different: dict[str, list[object]] = {}
    if change.name is not None and change.name != row.f_name:
        different["name"] = [row.f_name, change.name]
        rename_person(connection, person_id, change.name, now, by=by)
    if change.unit is not None and change.unit != row.f_branch:
        changing_unit(connection, change.unit)
        different["unit"] = [row.f_branch, change.unit]
        move_person(connection, person_id, change.unit, now, by=by)
    if change.active is not None and change.active != row.active:
        different["active"] = [row.active, change.active]
        set_active(connection, person_id, now, active=change.active, by=by)
        if not change.active:
            end_sessions_of(connection, person_id)
    if different:
        body = {"changes": different, "reason": reason}
        record_event(connection, context, "person_changed", **PERSON, record_id=person_id, body=body)


def set_password(connection: Connection, context: Context, person_id: str, password: str, reason: str | None) -> None:
    """Give a person a password and close every session that the one before opened."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST:
        message = {
            "zh": f"密码至少 {SHORTEST_PASSWORD} 个字符，最多 {LONGEST} 个。",
            "en": f"A password has {SHORTEST_PASSWORD} to {LONGEST} characters.",
        }
        raise _invalid(BAD_PASSWORD.id, "/password", message)
    changing_person(connection, context, person_id)
    set_password_hash(connection, person_id, hash_password(password), context.now)
    end_sessions_of(connection, person_id)
    record_event(connection, context, "password_set", **PERSON, record_id=person_id, body={"reason": reason})


def give_post(
    connection: Connection, context: Context, person_id: str, unit_id: str, post: str, days: Days, reason: str | None
) -> str:
    """Give a person a post in a unit, his own or another (兼岗), beside those he holds; returns the row's id."""
    _refuse_days(context, days)
    person, unit = changing_person(connection, context, person_id), changing_unit(connection, unit_id)
    same = (person_post.c.person_id == person_id) & (person_post.c.unit_id == unit_id) & (person_post.c.post == post)
    _refuse_twice(connection, person_post, same, days, f"{unit.f_name} {post}", person.f_name)
    given = given_by(context, reason)
    id = hold_post(connection, person_id, unit_id, post, given, valid_from=days.valid_from, valid_to=days.valid_to)
    body = {"id": id, "unit": unit_id, "post": post, **_told(days), "reason": reason}
    record_event(connection, context, "post_given", **PERSON, record_id=person_id, body=body)
    return id


def end_post(connection: Connection, context: Context, id: str, reason: str | None) -> str:
    """Take a post away now; returns whose it was."""
    return _end(connection, context, person_post, id, "post_ended", reason)


def give_group(connection: Connection, context: Context, person_id: str, group: str, days: Days, reason: str | None) -> str:
    """Make a person a member of a group; returns the row's id."""
    _refuse_days(context, days)
    person = changing_person(connection, context, person_id)
    same = (person_group.c.person_id == person_id) & (person_group.c.group == group)
    _refuse_twice(connection, person_group, same, days, group, person.f_name)
    given = given_by(context, reason)
    id = join_group(connection, person_id, group, given, valid_from=days.valid_from, valid_to=days.valid_to)
    body = {"id": id, "group": group, **_told(days), "reason": reason}
    record_event(connection, context, "group_joined", **PERSON, record_id=person_id, body=body)
    return id


def end_group(connection: Connection, context: Context, id: str, reason: str | None) -> str:
    """End a membership now; returns whose it was."""
    return _end(connection, context, person_group, id, "group_left", reason)


def _end(connection: Connection, context: Context, table: sa.Table, id: str, kind: str, reason: str | None) -> str:
    row = connection.execute(sa.select(table).where(table.c.id == id)).mappings().one_or_none()
    if row is None:
        raise NotFound({"zh": "没有这项任职。", "en": "There is no such post or membership."})
    person_id = str(row["person_id"])
    changing_person(connection, context, person_id)
    if end_holding(connection, table, id, given_by(context, reason)):
        told = {name: row[name] for name in ("unit_id", "post", "group") if name in row}
        record_event(connection, context, kind, **PERSON, record_id=person_id, body={"id": id, **told, "reason": reason})
    return person_id


def _refuse_days(context: Context, days: Days) -> None:
    last = days.valid_to
    if last is not None and last < max(days.valid_from or last, context.business_date):
        message = {"zh": "结束日期须不早于开始日期和今天。", "en": "The last day must not be before the first, nor over."}
        raise _invalid(BAD_PERIOD.id, "/to", message)


def _refuse_twice(
    connection: Connection, table: sa.Table, same: sa.ColumnElement[bool], days: Days, what: str, name: str
) -> None:
    query = sa.select(table.c.id).where(same, table.c.ended_at.is_(None))
    if days.valid_to is not None:
        query = query.where(sa.or_(table.c.valid_from.is_(None), table.c.valid_from <= days.valid_to))
    if days.valid_from is not None:
        query = query.where(sa.or_(table.c.valid_to.is_(None), table.c.valid_to >= days.valid_from))
    if connection.execute(query).first() is not None:
        message = {
            "zh": f"{name} 在此期间已任 {what}；请先终止，或另选期限。",
            "en": f"{name} holds {what} for a part of this time; end it first, or choose other days.",
        }
        raise Conflict(message, code=HELD_ALREADY.id)


def _told(days: Days) -> dict[str, str | None]:
    first, last = days.valid_from, days.valid_to
    return {"from": first.isoformat() if first else None, "to": last.isoformat() if last else None}


def _invalid(code: str, pointer: str, message: Label) -> Invalid:
    return Invalid(message, faults=(Fault(code, message, pointer=pointer),))
