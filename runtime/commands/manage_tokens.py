"""A person's own API tokens: made, listed, revoked, each recorded."""

from __future__ import annotations

import datetime as dt

from runtime.audit.trail import record_event
from runtime.context import Context
from runtime.failures import NotFound
from runtime.identity import tokens
from runtime.identity.tokens import ApiToken
from runtime.store.database import Database


def create_token(database: Database, context: Context, label: str, days: int) -> tuple[ApiToken, str]:
    """Make a token with the person's own rights; its secret is the second value and is never shown again."""
    with database.write() as connection:
        made, secret = tokens.create_token(connection, context.principal.id, label, dt.timedelta(days=days), context.now)
        record_event(
            connection, context, "token_created", record_id=made.id, body={"label": label, "expires_at": made.expires_at}
        )
    return made, secret


def list_tokens(database: Database, context: Context) -> list[ApiToken]:
    """The person's tokens that were not revoked."""
    with database.read() as connection:
        return tokens.tokens_of(connection, context.principal.id)


def revoke_token(database: Database, context: Context, token_id: str) -> None:
    """Make one of the person's tokens useless from now on."""
    with database.write() as connection:
        if not tokens.revoke_token(connection, context.principal.id, token_id, context.now):
            raise NotFound({"zh": "没有此令牌。", "en": "There is no such token."})
        record_event(connection, context, "token_revoked", record_id=token_id, body={})
