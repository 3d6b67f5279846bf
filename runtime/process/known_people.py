"""Who may be asked beside those whom a step finds: active people with a role in the app, found by name for who looks."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.compile.app import CompiledApp
from runtime.context import Context
from runtime.identity.holdings import role_counts
from runtime.store.tables import org_person, role_grant
from runtime.store.types import Instant


def is_known(connection: Connection, context: Context, compiled: CompiledApp, person: str) -> bool:
    """Whether this is an active person with a role in the app."""
    asked = _known(compiled, context.now, demo=context.demo).where(org_person.c.id == person)
    return connection.execute(asked).first() is not None


def find_known(connection: Connection, context: Context, compiled: CompiledApp, text: str, most: int) -> list[str]:
    """Known people whose name or user name holds a text, by name."""
    people = _known(compiled, context.now, demo=context.demo)
    if text:
        people = people.where(
            sa.or_(org_person.c.f_name.contains(text, autoescape=True), org_person.c.f_username.contains(text, autoescape=True))
        )
    return list(connection.scalars(people.order_by(org_person.c.f_name, org_person.c.id).limit(most)))


def _known(compiled: CompiledApp, now: dt.datetime, *, demo: bool) -> sa.Select[tuple[str]]:
    invented = sa.true() if demo else org_person.c.demo.is_(sa.false())
    moment = sa.literal(now, Instant())
    holds = (
        sa.select(sa.literal(1))
        .where(
            role_grant.c.person_id == org_person.c.id,
            role_grant.c.app == compiled.app.name,
            role_counts(moment, moment),
        )
        .exists()
    )
    return sa.select(org_person.c.id).where(org_person.c.active, org_person.c.deleted_at.is_(None), invented, holds)
