"""How many requests one sign-in or token may send: a share for each, so that one program cannot slow down all others.

Each process keeps its own count in memory; a bank with several processes gives each its share.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from collections import OrderedDict

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from runtime.failures import TooMany
from runtime.http.admission import secret_of
from runtime.http.services import services_of

#: A screen that opens sends many requests at once; so many seconds' worth may come together.
BURST_SECONDS = 5
#: Callers that are remembered; who was silent longest is forgotten first, and by then his share is whole again.
_REMEMBERED = 20_000
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Shares:
    """What is left of each caller's share, kept as the moment at which all that he sent will be paid off (GCRA)."""

    def __init__(self, per_second: int) -> None:
        self._each = 1_000_000 // per_second
        self._paid_at: OrderedDict[bytes, int] = OrderedDict()

    def take(self, caller: bytes, now: int) -> int:
        """Take one request from a caller's share at a moment; how long he has to wait, 0 when it is granted; in microseconds."""
        paid_at = max(self._paid_at.pop(caller, now), now)
        wait = max(paid_at + self._each - now - BURST_SECONDS * 1_000_000, 0)
        self._paid_at[caller] = paid_at if wait else paid_at + self._each
        if len(self._paid_at) > _REMEMBERED:
            self._paid_at.popitem(last=False)
        return wait


class Rates:
    """Refuses the requests of a caller beyond his share with 429 and how long to wait; who shows no secret is not counted here."""

    def __init__(self, app: ASGIApp, per_second: int) -> None:
        self.app = app
        self._shares = Shares(per_second) if per_second > 0 else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if self._shares is not None and scope["type"] == "http" and scope["path"].startswith(("/api/", "/odata/")):
            request = HTTPConnection(scope)
            secret = secret_of(request)
            if secret is not None:
                caller = hashlib.blake2b(secret.encode(), digest_size=16).digest()
                wait = self._shares.take(caller, _microseconds(services_of(request).clock()))
                if wait:
                    message = {"zh": "请求过于频繁，请稍后再试。", "en": "Too many requests; try again shortly."}
                    raise TooMany(message, extra={"retry_after": math.ceil(wait / 1_000_000)})
        await self.app(scope, receive, send)


def _microseconds(now: dt.datetime) -> int:
    return (now - _EPOCH) // dt.timedelta(microseconds=1)
