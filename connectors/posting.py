"""One POST of ready bytes to an allowed address: bounded in time and size, no redirect followed, nothing repeated.

What connectors do by a definition goes through the engine; this is for what the platform itself tells another system.
"""

from __future__ import annotations

import ipaddress
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import httpcore

from connectors.adapters.stream import Attempt, DeadlineBackend
from connectors.protocol import Fault, SetUpRefused
from connectors.redact import redact
from connectors.targets import Resolver, Target, check_target, resolve

CONNECT_SECONDS = 3.0
#: The whole of an attempt, byte by byte.
TOTAL_SECONDS = 10.0
#: So much of an answer is read at most; `redact` cuts what is kept of it to a line.
_READ = 4_096
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Posted:
    """How one attempt ended: the status of an answer, or why there is none."""

    elapsed: float
    status: int | None = None
    #: The beginning of the answer as one line, without long numbers.
    answer: str | None = None
    fault: Fault | None = None
    retry_after: int | None = None


def check_address(url: str, allowed: Iterable[str]) -> Target:
    """The target of an address that is allowed and encrypted, or on this very machine; raises `SetUpRefused`."""
    target = check_target(url, "", allowed)
    if target.scheme != "https" and not _is_loopback(target.host):
        raise SetUpRefused(
            Fault.TARGET_REFUSED, "only https is used, but for an address of this machine itself (127.0.0.1, [::1])"
        )
    return target


def post(url: str, allowed: Iterable[str], headers: Mapping[str, str], body: bytes, resolver: Resolver | None = None) -> Posted:
    """Send bytes once; whatever the other side does is in the result."""
    started, entries = time.monotonic(), tuple(allowed)
    attempt = Attempt("", started + TOTAL_SECONDS)
    try:
        target = check_address(url, entries)
        attempt.address = resolve(target, entries, CONNECT_SECONDS, resolver)
        return _exchange(attempt, target, headers, body, started)
    except SetUpRefused as refused:
        return Posted(time.monotonic() - started, fault=refused.fault, answer=redact(refused.detail))
    except (httpcore.TimeoutException, TimeoutError) as late:
        return _failed(started, Fault.TIMEOUT if attempt.connected else Fault.NOT_CONNECTED, late)
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as broken:
        return _failed(started, Fault.BROKEN if attempt.sent else Fault.NOT_CONNECTED, broken)


def _exchange(attempt: Attempt, target: Target, headers: Mapping[str, str], body: bytes, started: float) -> Posted:
    with posted(attempt, target, headers, body, TOTAL_SECONDS) as response:
        named = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
        beginning = _beginning(response)
    return Posted(
        time.monotonic() - started,
        response.status,
        redact(beginning.decode("utf-8", "replace")) or None,
        retry_after=_retry_after(named.get("retry-after", "")),
    )


@contextmanager
def posted(
    attempt: Attempt, target: Target, headers: Mapping[str, str], body: bytes, seconds: float
) -> Iterator[httpcore.Response]:
    """The answer to one POST to a checked target, whose body is still to be read within the attempt's time."""
    host = f"[{target.host}]" if ":" in target.host else target.host
    whole = {
        "Host": host + ("" if target.port == _PORTS[target.scheme] else f":{target.port}"),
        "Accept-Encoding": "identity",
        "Connection": "close",
        "Content-Length": str(len(body)),
        **headers,
    }
    limits = {"connect": CONNECT_SECONDS, "read": seconds, "write": seconds, "pool": CONNECT_SECONDS}
    url = httpcore.URL(
        scheme=target.scheme.encode(), host=target.host.encode(), port=target.port, target=(target.path or "/").encode("ascii")
    )
    sent = [(name.encode("ascii"), text.encode("ascii")) for name, text in whole.items()]
    request = httpcore.Request("POST", url, headers=sent, content=body, extensions={"timeout": limits})
    context = ssl.create_default_context() if target.scheme == "https" else None
    origin = httpcore.Origin(target.scheme.encode(), target.host.encode(), target.port)
    with httpcore.HTTPConnection(origin, ssl_context=context, network_backend=DeadlineBackend(attempt)) as connection:
        yield connection.handle_request(request)


def _beginning(response: httpcore.Response) -> bytes:
    """The first bytes of an answer; its status counts, also where the rest comes late or not at all."""
    read = bytearray()
    try:
        for chunk in response.iter_stream():
            read += chunk
            if len(read) >= _READ:
                break
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, OSError):
        return bytes(read[:_READ])
    return bytes(read[:_READ])


def _failed(started: float, fault: Fault, error: Exception) -> Posted:
    return Posted(time.monotonic() - started, fault=fault, answer=redact(str(error) or type(error).__name__))


def _retry_after(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
