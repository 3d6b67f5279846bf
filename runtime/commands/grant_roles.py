"""Giving people roles of apps and of the platform, and taking them away, each with its trace."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.audit.trail import record_event
from runtime.context import Context, Principal
from runtime.failures import Conflict, NotFound
from runtime.identity.organisation import grant_role, revoke_role
from runtime.store.database import Database
from runtime.store.tables import person_role

#: What stands in place of an app's name for the roles of the platform.
PLATFORM = "platform"
PLATFORM_ROLES = ("designer", "publisher", "auditor", "administrator", "treasurer", "event_source")


@dataclass(frozen=True, slots=True)
class RoleName:
    """A role of a live app, or of the platform."""

    app: str
    role: str


def give_role(
    database: Database,
    context: Context,
    person: Principal,
    wanted: RoleName,
    valid_from: dt.date | None,
    valid_to: dt.date | None,
) -> None:
    """Give a person a role, for always or between two days.

    Raises NotFound where there is no such role, Conflict where the person holds one that excludes it.
    """
    _require(context, wanted)
    with database.write() as connection:
        _refuse_conflict(connection, context, person, wanted)
        grant_role(connection, person.id, _app(wanted), wanted.role, valid_from=valid_from, valid_to=valid_to)
        body = {"app": wanted.app, "role": wanted.role, "valid_from": valid_from, "valid_to": valid_to}
        record_event(connection, context, "role_granted", record_id=person.id, body=body)


def take_role(database: Database, context: Context, person: Principal, wanted: RoleName) -> None:
    """Take a role away; raises NotFound where the person does not hold it."""
    with database.write() as connection:
        if not revoke_role(connection, person.id, _app(wanted), wanted.role):
            raise NotFound(
                {
                    "zh": f"{person.name} 没有角色 {wanted.app}.{wanted.role}。",
                    "en": f"{person.name} does not hold {wanted.app}.{wanted.role}.",
                }
            )
        record_event(connection, context, "role_revoked", record_id=person.id, body={"app": wanted.app, "role": wanted.role})


def _app(wanted: RoleName) -> str:
    return "" if wanted.app == PLATFORM else wanted.app


def _require(context: Context, wanted: RoleName) -> None:
    compiled = context.releases.get(wanted.app)
    known = PLATFORM_ROLES if wanted.app == PLATFORM else tuple(compiled.app.roles) if compiled is not None else ()
    if wanted.role not in known:
        offered = ", ".join(known) or "—"
        raise NotFound(
            {
                "zh": f"没有角色 {wanted.app}.{wanted.role}；可用：{offered}。",
                "en": f"There is no role {wanted.app}.{wanted.role}; known are: {offered}.",
            }
        )


def _refuse_conflict(connection: Connection, context: Context, person: Principal, wanted: RoleName) -> None:
    """Roles that exclude each other are never held by one person, whichever comes first."""
    if wanted.app == PLATFORM:
        return
    roles = context.releases[wanted.app].app.roles
    mine = (person_role.c.person_id == person.id) & (person_role.c.app == wanted.app)
    held = set(connection.execute(sa.select(person_role.c.role).where(mine)).scalars()) & roles.keys()
    for name in sorted(held):
        if wanted.role in roles[name].conflicts or name in roles[wanted.role].conflicts:
            raise Conflict(
                {
                    "zh": f"{person.name} 已有角色 {name}，与 {wanted.role} 互斥。",
                    "en": f"{person.name} holds {name}, which excludes {wanted.role}.",
                }
            )
