"""Signing in and out: one sentence for every refusal, failures counted, a new session each time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.audit.trail import record_event
from runtime.context import Context, Principal
from runtime.failures import NotSignedIn
from runtime.identity.organisation import set_password_hash
from runtime.identity.password import hash_password, is_outdated, password_matches
from runtime.identity.principal import resolve_principal
from runtime.identity.sessions import end_session, start_session
from runtime.identity.throttle import count_failure, forget_failures
from runtime.settings import Settings
from runtime.store.claims import forget_old_answers
from runtime.store.database import Database
from runtime.store.tables import credential, org_person

#: The actor of an event before anybody is known.
_NOBODY = Principal("anonymous", "", "", None, None, None, None)


@dataclass(frozen=True, slots=True)
class SignInRequest:
    """What somebody claims to be, and where: `earlier_secret` is the session the browser shows, which ends."""

    username: str
    password: str
    now: dt.datetime
    request_id: str
    earlier_secret: str | None = None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The person and the secret of the new session."""

    principal: Principal
    secret: str


def sign_in(database: Database, settings: Settings, request: SignInRequest) -> SignedIn:
    """Open a session for a right password; raises NotSignedIn with one sentence for whatever is wrong."""
    with database.read() as connection:
        found = connection.execute(
            sa.select(org_person.c.id, credential.c.password_hash)
            .join(credential, credential.c.person_id == org_person.c.id)
            .where(org_person.c.f_username == request.username)
        ).one_or_none()
    # Outside of any transaction: a check takes tens of milliseconds, and SQLite has one writer.
    matches = password_matches(found.password_hash if found else None, request.password)
    if found is None:
        raise _refusal()
    new_hash = hash_password(request.password) if matches and is_outdated(found.password_hash) else None
    with database.write() as connection:
        signed_in = _decide(connection, settings, request, found.id, matches=matches)
        if signed_in and new_hash:
            set_password_hash(connection, found.id, new_hash, request.now)
    if signed_in is None:
        raise _refusal()
    return signed_in


def sign_out(database: Database, context: Context, secret: str) -> None:
    """Close the session that this secret opens."""
    with database.write() as connection:
        if end_session(connection, secret):
            record_event(connection, context, "signed_out", body={})


def _decide(
    connection: Connection, settings: Settings, request: SignInRequest, person_id: str, *, matches: bool
) -> SignedIn | None:
    """Under the row's lock, so that guesses sent at once are counted one by one and a lock holds for all of them."""
    mine = sa.select(credential.c.locked_until).where(credential.c.person_id == person_id).with_for_update()
    locked_until = connection.execute(mine).scalar_one()
    locked = locked_until is not None and locked_until > request.now
    today = settings.business_date(request.now)
    principal = resolve_principal(connection, person_id, request.now, demo=settings.demo)
    context = Context(principal or _NOBODY, {}, request.now, today, request.request_id)
    if not matches or locked or principal is None:
        reason = "locked" if locked else "wrong_password" if not matches else "not_active"
        failures = count_failure(connection, person_id, request.now) if not matches and not locked else None
        body = {"person": person_id, "reason": reason, "failures": failures}
        record_event(connection, replace(context, principal=_NOBODY), "sign_in_refused", body=body)
        return None
    forget_failures(connection, person_id)
    if request.earlier_secret:
        end_session(connection, request.earlier_secret)
    secret = start_session(connection, person_id, request.now)
    forget_old_answers(connection, request.now)
    record_event(connection, context, "signed_in", body={})
    return SignedIn(principal, secret)


def _refusal() -> NotSignedIn:
    return NotSignedIn(
        {
            "zh": "用户名或密码不正确，或此账号目前不能登录。",
            "en": "The name or the password is wrong, or this account cannot sign in at present.",
        },
        code="Q402",
    )
