"""The http adapter: one request, one answer, bounded in time and size, only to an allowed address.

It follows no redirect at all: a redirect is an answer like any other. Each attempt has its own connection, so that a
connection that the other side has closed meanwhile is never mistaken for a command whose outcome is unknown.
"""

from __future__ import annotations

import base64
import json
import ssl
import time
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpcore

from connectors.adapters.stream import Attempt, DeadlineBackend
from connectors.adapters.strict_json import Unreadable, read_json
from connectors.definition import ConnectorDefinition, Operation
from connectors.protocol import CallContext, CallValue, Connection, Fault, RawResult, SetUpRefused
from connectors.redact import redact
from connectors.secrets import SecretStore
from connectors.targets import Resolver, Target, check_target, resolve
from connectors.templates import Scope, render_json, render_text

LARGEST_ANSWER = 5 * 1024 * 1024
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class HttpAdapter:
    """REST over HTTP/1.1."""

    kind: str = "http"
    #: Another resolver than the system's, for tests of what a name may lead to.
    resolver: Resolver | None = field(default=None, repr=False)

    def open(self, definition: ConnectorDefinition, connection: Connection, secrets: SecretStore) -> HttpSession:
        """A session with the connection's parameters and secrets; raises `SetUpRefused`."""
        values: dict[str, object] = {}
        hidden: list[str] = []
        for name, parameter in definition.parameters.items():
            given = connection.parameters.get(name, parameter.default)
            if given is None and parameter.required:
                raise SetUpRefused(Fault.SECRET_MISSING, f"the connection has no {name}")
            if given is not None and parameter.secret:
                given = secrets.get(given)
                hidden.append(given)
            values[name] = given
        return HttpSession(definition, values, connection.allowed_hosts, tuple(hidden), self.resolver)


@dataclass(frozen=True, slots=True)
class HttpSession:
    """What the calls of one connection share."""

    definition: ConnectorDefinition
    parameters: Mapping[str, object] = field(repr=False)
    allowed_hosts: tuple[str, ...]
    secrets: tuple[str, ...] = field(repr=False)
    resolver: Resolver | None = field(default=None, repr=False)

    def call(self, operation: Operation, arguments: Mapping[str, CallValue], context: CallContext) -> RawResult:
        """Send one request and read its answer."""
        started = time.monotonic()
        timeouts = self.definition.timeouts
        deadline = min(started + timeouts.total, context.deadline)
        attempt = Attempt("", deadline)
        try:
            scope = self._scope(arguments, context)
            target = check_target(str(self.parameters["base_url"]), _path(operation, scope), self.allowed_hosts)
            request = self._request(operation, target, scope)
            attempt.address = resolve(target, self.allowed_hosts, min(timeouts.connect, deadline - started), self.resolver)
            return self._exchange(attempt, request, target, started)
        except SetUpRefused as refused:
            return RawResult(False, time.monotonic() - started, fault=refused.fault, detail=refused.detail)
        except (httpcore.TimeoutException, TimeoutError) as late:
            return self._failed(attempt, started, Fault.TIMEOUT if attempt.connected else Fault.NOT_CONNECTED, late)
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as broken:
            return self._failed(attempt, started, Fault.BROKEN if attempt.sent else Fault.NOT_CONNECTED, broken)

    def close(self) -> None:
        """Nothing to give back: each attempt closes its own connection."""

    def _scope(self, arguments: Mapping[str, CallValue], context: CallContext) -> Scope:
        words = {
            "trace_id": context.trace_id,
            "actor": context.actor,
            "app": context.app,
            "idempotency_key": context.idempotency_key,
        }
        return {"conn": self.parameters, "args": arguments, "ctx": words}

    def _request(self, operation: Operation, target: Target, scope: Scope) -> httpcore.Request:
        query = {name: render_text(text, scope) for name, text in operation.query.items()}
        encoded = urllib.parse.urlencode({name: text for name, text in query.items() if text is not None})
        body = b""
        headers: list[tuple[str, str]] = [
            ("Host", _bracketed(target.host) + ("" if target.port == _PORTS[target.scheme] else f":{target.port}")),
            ("Accept", "application/json"),
            ("Accept-Encoding", "identity"),
            ("Connection", "close"),
            *self._authorization(scope),
        ]
        for name, template in {**self.definition.headers, **operation.headers}.items():
            text = render_text(template, scope)
            if text is not None:
                headers.append((name, text))
        if operation.idempotency:
            key = render_text(operation.idempotency.key, scope)
            if not key:
                raise SetUpRefused(Fault.TARGET_REFUSED, "the command has no idempotency key")
            headers.append((operation.idempotency.header, key))
        if operation.body is not None:
            body = json.dumps(render_json(operation.body, scope), ensure_ascii=False, allow_nan=False).encode()
            headers.append(("Content-Type", "application/json; charset=utf-8"))
        if operation.method != "GET":
            headers.append(("Content-Length", str(len(body))))
        path = target.path + ("?" + encoded if encoded else "")
        url = httpcore.URL(
            scheme=target.scheme.encode(), host=target.host.encode(), port=target.port, target=path.encode("ascii")
        )
        return httpcore.Request(
            operation.method,
            url,
            headers=[(name.encode("ascii"), _header_value(text)) for name, text in headers],
            content=body,
            extensions={"timeout": self._limits()},
        )

    def _limits(self) -> dict[str, float]:
        timeouts = self.definition.timeouts
        return {"connect": timeouts.connect, "read": timeouts.read, "write": timeouts.read, "pool": timeouts.connect}

    def _authorization(self, scope: Scope) -> list[tuple[str, str]]:
        given = self.definition.authentication
        token = render_text(given.token or "", scope)
        match given.type:
            case "basic":
                pair = f"{render_text(given.username or '', scope) or ''}:{render_text(given.password or '', scope) or ''}"
                return [("Authorization", "Basic " + base64.b64encode(pair.encode()).decode("ascii"))]
            case "bearer" if token:
                return [("Authorization", f"Bearer {token}")]
            case "header" if token and given.header:
                return [(given.header, token)]
        return []

    def _exchange(self, attempt: Attempt, request: httpcore.Request, target: Target, started: float) -> RawResult:
        context = ssl.create_default_context() if target.scheme == "https" else None
        origin = httpcore.Origin(target.scheme.encode(), target.host.encode(), target.port)
        with httpcore.HTTPConnection(origin, ssl_context=context, network_backend=DeadlineBackend(attempt)) as connection:
            response = connection.handle_request(request)
            status = response.status
            headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
            body = bytearray()
            for chunk in response.iter_stream():
                body += chunk
                if len(body) > LARGEST_ANSWER:
                    detail = f"the answer is larger than {LARGEST_ANSWER} bytes"
                    return RawResult(attempt.sent, time.monotonic() - started, status, headers, None, Fault.TOO_LARGE, detail)
        elapsed = time.monotonic() - started
        try:
            if headers.get("content-encoding", "identity").lower() != "identity":
                raise Unreadable("the answer is compressed although that was not asked for")
            value = read_json(bytes(body)) if body.strip() else None
        except Unreadable as unreadable:
            return RawResult(attempt.sent, elapsed, status, headers, None, Fault.UNREADABLE, str(unreadable))
        return RawResult(attempt.sent, elapsed, status, headers, value)

    def _failed(self, attempt: Attempt, started: float, fault: Fault, error: Exception) -> RawResult:
        detail = redact(str(error) or type(error).__name__, self.secrets)
        return RawResult(attempt.sent, time.monotonic() - started, fault=fault, detail=detail)


def _path(operation: Operation, scope: Scope) -> str:
    """The path with its `{argument}` parts filled in, each as one segment that cannot leave its place."""
    parts: list[str] = []
    for part in operation.path.split("/"):
        text = render_text(part, scope)
        if text is None or (text != part and text in ("", ".", "..")):
            raise SetUpRefused(Fault.TARGET_REFUSED, "an argument of the path has no usable value")
        parts.append(urllib.parse.quote(text, safe="" if text != part else "-._~:@,"))
    return "/".join(parts)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _header_value(text: str) -> bytes:
    if any(ord(character) < 32 or ord(character) == 127 for character in text):
        raise SetUpRefused(Fault.TARGET_REFUSED, "a header value has control characters")
    # Chinese text in a header: percent-encoded UTF-8, the only form every HTTP stack passes on unharmed.
    return text.encode("ascii") if text.isascii() else urllib.parse.quote(text).encode("ascii")
