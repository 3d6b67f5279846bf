"""One question to another server of this product, whose whole answer is taken: bounded in time and size, nothing repeated."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import httpcore

from connectors.adapters.stream import Attempt
from connectors.posting import CONNECT_SECONDS, check_address, posted
from connectors.protocol import SetUpRefused
from connectors.redact import redact
from connectors.targets import resolve


@dataclass(frozen=True, slots=True)
class Taken:
    """What came back: a status with the whole body, or why there is nothing."""

    status: int | None
    body: bytes = b""
    detail: str | None = None


def take(url: str, allowed: Iterable[str], headers: Mapping[str, str], body: bytes, *, most: int, seconds: float) -> Taken:
    """Post bytes once and read the whole answer; whatever the other side does is in the result."""
    entries = tuple(allowed)
    attempt = Attempt("", time.monotonic() + seconds)
    try:
        target = check_address(url, entries)
        attempt.address = resolve(target, entries, CONNECT_SECONDS, None)
        with posted(attempt, target, headers, body, seconds) as response:
            read = bytearray()
            for chunk in response.iter_stream():
                read += chunk
                if len(read) > most:
                    return Taken(None, detail="the answer is too large")
            return Taken(response.status, bytes(read))
    except SetUpRefused as refused:
        return Taken(None, detail=redact(refused.detail))
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, OSError) as broken:
        return Taken(None, detail=redact(str(broken) or type(broken).__name__))
