"""Sessions of people who signed in with a password: a row each, found by the hash of the secret."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.engine import Connection

from runtime.identity.secret_text import SESSION_PREFIX, hash_secret, new_secret
from runtime.store.tables import session

#: A working day with its overtime; then the person signs in again.
LIFETIME = dt.timedelta(hours=12)


def start_session(connection: Connection, person_id: str, now: dt.datetime) -> str:
    """Open a session with a fresh secret, which is returned and never stored; sessions that ran out are cleared."""
    connection.execute(session.delete().where(session.c.expires_at <= now))
    secret = new_secret(SESSION_PREFIX)
    connection.execute(
        session.insert().values(token_hash=hash_secret(secret), person_id=person_id, created_at=now, expires_at=now + LIFETIME)
    )
    return secret


def end_session(connection: Connection, secret: str) -> bool:
    """Close the session of a secret; false when there is none."""
    return connection.execute(session.delete().where(session.c.token_hash == hash_secret(secret))).rowcount > 0


def end_sessions_of(connection: Connection, person_id: str) -> int:
    """Close every session of a person, after a new password for example; returns how many."""
    return connection.execute(session.delete().where(session.c.person_id == person_id)).rowcount
