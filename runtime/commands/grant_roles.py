"""Giving people roles of apps and of the platform, and taking them away, each with its reason and its trace."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.diagnostics import code
from forms_dsl.model import Label
from runtime.audit.trail import record_event
from runtime.commands.administer import PERSON, changing_person, given_by
from runtime.compile.app import CompiledApp
from runtime.context import Context
from runtime.failures import Conflict, Fault, Invalid, NotFound
from runtime.identity.holdings import end_holding, grant_role, revoke_role
from runtime.store.tables import role_grant
from runtime.store.types import format_instant

HELD_ALREADY = code("P451", "The person holds the same already for a part of this time.")
EXCLUDED = code("P452", "The person holds a role that excludes this one, for a part of this time.")
BAD_PERIOD = code("P453", "A period that ends before it begins, or that is over.")

#: What stands in place of an app's name for the roles of the platform.
PLATFORM = "platform"
PLATFORM_ROLES: Mapping[str, Label] = {
    "designer": {"zh": "应用设计", "en": "Designer"},
    "publisher": {"zh": "发布复核", "en": "Publisher"},
    "auditor": {"zh": "审计", "en": "Auditor"},
    "administrator": {"zh": "平台管理员", "en": "Administrator"},
    "treasurer": {"zh": "汇率录入", "en": "Treasurer"},
    "event_source": {"zh": "外部事件来源", "en": "Event source"},
    "purger": {"zh": "数据清除", "en": "Purger"},
    "integrator": {"zh": "接口集成", "en": "Integrator"},
}
#: Who checks what others do does none of it.
PLATFORM_CONFLICTS: Mapping[str, frozenset[str]] = {"auditor": frozenset({"administrator", "designer", "publisher", "purger"})}
_FOR_EVER = dt.datetime(9999, 12, 31, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class RoleName:
    """A role of a live app, or of the platform."""

    app: str
    role: str

    @property
    def stored_app(self) -> str:
        """The name of the app as grants keep it."""
        return "" if self.app == PLATFORM else self.app


@dataclass(frozen=True, slots=True)
class Period:
    """From a moment on, up to but not at another; nothing said: from now on, for ever."""

    valid_from: dt.datetime | None = None
    valid_until: dt.datetime | None = None


def give_role(
    connection: Connection, context: Context, person_id: str, wanted: RoleName, period: Period, reason: str | None
) -> str:
    """Give a person a role for a time; returns the grant's id.

    Raises NotFound where there is no such role or person, NotAllowed for oneself, Invalid for a period that cannot be,
    Conflict where the person holds the role already or one that excludes it.
    """
    _require(context, wanted)
    begin, end = period.valid_from or context.now, period.valid_until
    _refuse_period(context, begin, end)
    person = changing_person(connection, context, person_id)
    refuse_overlap(connection, context, person.f_name, person_id, wanted, begin, end or _FOR_EVER)
    id = grant_role(
        connection,
        person_id,
        wanted.stored_app,
        wanted.role,
        given_by(context, reason),
        valid_from=begin,
        valid_until=end,
    )
    until = format_instant(end) if end else None
    body = {"grant": id, "app": wanted.app, "role": wanted.role, "from": format_instant(begin), "until": until, "reason": reason}
    record_event(connection, context, "role_granted", **PERSON, record_id=person_id, body=body)
    return id


def take_role(connection: Connection, context: Context, person_id: str, wanted: RoleName, reason: str | None) -> None:
    """Take a role away, whatever is granted of it now or later; raises NotFound where the person does not hold it."""
    person = changing_person(connection, context, person_id)
    ended = revoke_role(connection, person_id, wanted.stored_app, wanted.role, given_by(context, reason))
    if not ended:
        raise NotFound(
            {
                "zh": f"{person.f_name} 没有角色 {wanted.app}.{wanted.role}。",
                "en": f"{person.f_name} does not hold {wanted.app}.{wanted.role}.",
            }
        )
    body = {"grants": ended, "app": wanted.app, "role": wanted.role, "reason": reason}
    record_event(connection, context, "role_revoked", **PERSON, record_id=person_id, body=body)


def revoke_grant(connection: Connection, context: Context, grant_id: str, reason: str) -> str:
    """End one grant now; returns whose it was. What was over before stays as it was, without another trace."""
    row = connection.execute(sa.select(role_grant).where(role_grant.c.id == grant_id)).one_or_none()
    if row is None:
        raise NotFound({"zh": "没有这项授权。", "en": "There is no such grant."})
    changing_person(connection, context, row.person_id)
    over = row.valid_until is not None and row.valid_until <= context.now
    if not over and end_holding(connection, role_grant, grant_id, given_by(context, reason)):
        body = {"grants": [grant_id], "app": row.app or PLATFORM, "role": row.role, "reason": reason}
        record_event(connection, context, "role_revoked", **PERSON, record_id=row.person_id, body=body)
    return str(row.person_id)


def roles_to_give(context: Context) -> list[dict[str, object]]:
    """The roles that may be given, by app, those of the platform first."""
    platform = [{"role": name, "label": dict(label), "conflicts": sorted(_excluded(context, RoleName(PLATFORM, name)))}
                for name, label in PLATFORM_ROLES.items()]  # fmt: skip
    apps: list[dict[str, object]] = [{"app": PLATFORM, "label": {"zh": "平台", "en": "Platform"}, "roles": platform}]
    for name, compiled in sorted(context.releases.items()):
        roles = [
            {"role": role.name, "label": dict(role.label), "conflicts": sorted(_excluded(context, RoleName(name, role.name)))}
            for role in compiled.app.roles.values()
            if role.emergency is None
        ]
        if roles:
            apps.append({"app": name, "label": dict(compiled.app.label), "roles": roles})
    return apps


def label_of(context: Context, app: str, role: str) -> Label:
    """What a role is called; its name where the app or the role is no longer live."""
    compiled = context.releases.get(app)
    found = PLATFORM_ROLES.get(role) if app in ("", PLATFORM) else None
    if found is None and compiled is not None and role in compiled.app.roles:
        found = compiled.app.roles[role].label
    return dict(found or {"zh": role, "en": role})


def _require(context: Context, wanted: RoleName) -> None:
    compiled = context.releases.get(wanted.app)
    known = tuple(PLATFORM_ROLES) if wanted.app == PLATFORM else _given(compiled) if compiled is not None else ()
    if wanted.role not in known:
        offered = ", ".join(known) or "—"
        raise NotFound(
            {
                "zh": f"没有角色 {wanted.app}.{wanted.role}；可用：{offered}。",
                "en": f"There is no role {wanted.app}.{wanted.role}; known are: {offered}.",
            }
        )


def _given(compiled: CompiledApp) -> tuple[str, ...]:
    """The roles of an app that are given: one that is taken in an emergency is nobody's to give."""
    return tuple(role.name for role in compiled.app.roles.values() if role.emergency is None)


def _refuse_period(context: Context, begin: dt.datetime, end: dt.datetime | None) -> None:
    if end is not None and end <= max(begin, context.now):
        message = {"zh": "结束时间须晚于开始时间和现在。", "en": "The end must be later than the beginning and than now."}
        raise Invalid(message, faults=(Fault(BAD_PERIOD.id, message, pointer="/until"),))


def refuse_overlap(
    connection: Connection,
    context: Context,
    name: str,
    person_id: str,
    wanted: RoleName,
    begin: dt.datetime,
    end: dt.datetime,
) -> None:
    """No role twice at one time, and never two that exclude each other, whichever comes first."""
    excluded = _excluded(context, wanted)
    query = sa.select(role_grant.c.role).where(
        role_grant.c.person_id == person_id,
        role_grant.c.app == wanted.stored_app,
        role_grant.c.ended_at.is_(None),
        sa.or_(role_grant.c.valid_from.is_(None), role_grant.c.valid_from < end),
        sa.or_(role_grant.c.valid_until.is_(None), role_grant.c.valid_until > begin),
    )
    for held in sorted(set(connection.scalars(query))):
        if held == wanted.role:
            message = {
                "zh": f"{name} 在此期间已有角色 {held}；请先收回，或另选期限。",
                "en": f"{name} holds {held} for a part of this time; take it back first, or choose another period.",
            }
            raise Conflict(message, code=HELD_ALREADY.id)
        if held in excluded:
            message = {
                "zh": f"{name} 已有角色 {held}，与 {wanted.role} 互斥。",
                "en": f"{name} holds {held}, which excludes {wanted.role}.",
            }
            raise Conflict(message, code=EXCLUDED.id)


def _excluded(context: Context, wanted: RoleName) -> set[str]:
    """The roles that nobody may hold beside this one, with all that either includes."""
    if wanted.app == PLATFORM:
        against = {role for role, others in PLATFORM_CONFLICTS.items() if wanted.role in others}
        return against | PLATFORM_CONFLICTS.get(wanted.role, frozenset())
    compiled = context.releases[wanted.app]
    roles, mine = compiled.app.roles, {wanted.role, *compiled.role_closure.get(wanted.role, ())}
    named = {other for one in mine if one in roles for other in roles[one].conflicts}
    named |= {name for name, role in roles.items() if mine & set(role.conflicts)}
    return {name for name in roles if {name, *compiled.role_closure.get(name, ())} & named}
