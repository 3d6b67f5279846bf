"""The second person at the command line: somebody who shows that they are who they are said to be."""

from __future__ import annotations

import datetime as dt
import getpass
import os
import sys

from builder.commands import Mistake
from builder.operator import person_by_username
from runtime.commands.sign_in import SignInRequest, sign_in
from runtime.context import Principal
from runtime.identity.principal import authenticate
from runtime.identity.sessions import end_session
from runtime.settings import Settings
from runtime.store.database import Database
from runtime.store.identifiers import new_id

#: An API token of the approver, for calls that nobody sits at.
TOKEN_VARIABLE = "QIQIAO_APPROVER_TOKEN"  # noqa: S105 - the name of a variable


def approver_who_agrees(database: Database, settings: Settings, username: str, now: dt.datetime) -> Principal:
    """The person of a user name, once they have given their token or password.

    Raises Mistake when there is no such person, nobody can be asked, or the token is somebody else's; NotSignedIn for a
    wrong password.
    """
    with database.read() as connection:
        named = person_by_username(connection, username, settings, now)
        token = os.environ.get(TOKEN_VARIABLE)
        shown = authenticate(connection, token, now, demo=settings.demo) if token else None
    if token:
        if shown is None or shown.id != named.id:
            raise Mistake(
                {
                    "en": f"{TOKEN_VARIABLE} is no valid token of {username}.",
                    "zh": f"{TOKEN_VARIABLE} 不是 {username} 的有效令牌。",
                }
            )
        return named
    if not sys.stdin.isatty():
        raise Mistake(
            {
                "en": f"{username} must agree: give an API token of theirs in {TOKEN_VARIABLE}, or call this at a terminal.",
                "zh": f"须由 {username} 本人同意：请在 {TOKEN_VARIABLE} 中提供其接口令牌，或在终端中执行。",
            }
        )
    password = getpass.getpass(f"{named.name} ({username}), password / 密码: ")
    signed_in = sign_in(database, settings, SignInRequest(username, password, now, new_id(now)))
    with database.write() as connection:
        end_session(connection, signed_in.secret)
    return signed_in.principal
