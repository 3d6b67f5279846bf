"""The lab behind a real server, and callers with tokens."""

from __future__ import annotations

import datetime as dt

import httpx

from runtime.identity.holdings import Given, grant_role
from runtime.identity.tokens import create_token
from runtime.store.database import Database
from tests.records.lab import NOW
from tests.serving import PLAIN


class Caller:
    """A person with a token."""

    def __init__(self, base: str, token: str | None) -> None:
        headers = {"Accept-Language": "en"} | ({"Authorization": f"Bearer {token}"} if token else {})
        self.http = httpx.Client(base_url=base, headers=headers, timeout=30, verify=PLAIN)

    def __call__(self, method: str, path: str, **more: object) -> httpx.Response:
        return self.http.request(method, path, **more)  # type: ignore[arg-type]


class Bank:
    """The lab behind a server."""

    def __init__(self, db: Database, base: str) -> None:
        self.db, self.base = db, base

    def caller(self, name: str, *roles: str) -> Caller:
        with self.db.write() as connection:
            for role in roles:
                grant_role(connection, name, "lab", role, Given(NOW))
            _, token = create_token(connection, name, "test", dt.timedelta(days=1), NOW)
        return Caller(self.base, token)
