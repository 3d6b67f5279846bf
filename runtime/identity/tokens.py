"""API tokens for programs: made by a person, with that person's rights, shown once, expiring, revocable."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.identity.secret_text import TOKEN_PREFIX, hash_secret, new_secret
from runtime.store.identifiers import new_id
from runtime.store.tables import api_token


@dataclass(frozen=True, slots=True)
class ApiToken:
    """What may be shown of a token at any time."""

    id: str
    label: str
    created_at: dt.datetime
    expires_at: dt.datetime
    revoked_at: dt.datetime | None = None


def create_token(
    connection: Connection, person_id: str, label: str, lifetime: dt.timedelta, now: dt.datetime
) -> tuple[ApiToken, str]:
    """Make a token; its secret is the second value, which is not stored."""
    secret = new_secret(TOKEN_PREFIX)
    token = ApiToken(new_id(now), label, now, now + lifetime)
    connection.execute(
        api_token.insert().values(
            id=token.id,
            person_id=person_id,
            label=label,
            token_hash=hash_secret(secret),
            created_at=now,
            expires_at=token.expires_at,
        )
    )
    return token, secret


def tokens_of(connection: Connection, person_id: str) -> list[ApiToken]:
    """The tokens of a person that were not revoked, newest first."""
    columns = (api_token.c.id, api_token.c.label, api_token.c.created_at, api_token.c.expires_at, api_token.c.revoked_at)
    rows = connection.execute(
        sa.select(*columns)
        .where(api_token.c.person_id == person_id, api_token.c.revoked_at.is_(None))
        .order_by(api_token.c.created_at.desc(), api_token.c.id.desc())
    )
    return [ApiToken(*row) for row in rows]


def revoke_token(connection: Connection, person_id: str, token_id: str, now: dt.datetime) -> bool:
    """Make a token of this person useless from now on; false when there is none to revoke."""
    mine = (api_token.c.id == token_id) & (api_token.c.person_id == person_id) & api_token.c.revoked_at.is_(None)
    return connection.execute(api_token.update().where(mine).values(revoked_at=now)).rowcount > 0
