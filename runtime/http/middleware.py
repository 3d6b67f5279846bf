"""What is done for every request and answer before any route: request id, size, origin, headers, last resort.

Pure ASGI, outermost first. Whether somebody may do something is never decided here by the path: that stands at the routes.
"""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runtime.failures import Failure, NotAllowed, TooLarge, Unavailable, WrongContent
from runtime.http import codes
from runtime.http.admission import cookie_name
from runtime.http.body import parse_json
from runtime.http.errors import failure_answer, unexpected_answer
from runtime.http.services import services_of
from runtime.jobs.queue import is_conflict

_LOG = logging.getLogger("qiqiao.http")

LARGEST_BODY = 10 * 1024 * 1024
#: The requests whose body is bytes of any length; their routes read it piece by piece, within a limit of their own.
_STREAMED = {"PUT": re.compile(r"/api/files\Z"), "POST": re.compile(r"/api/apps/[^/]+/[^/]+/imports\Z")}
UNSAFE_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})

#: On every answer; a page brings its own content policy with its nonce.
SECURITY_HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'",
}
_EVERYWHERE = tuple((name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items())
#: On answers with data, which nobody keeps.
_DATA = (*_EVERYWHERE, (b"cache-control", b"no-store"))
_ONLY_TLS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


class Ground:
    """Gives each request an id, each answer its headers, and each failure that nobody answered an answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        # Never the caller's own id: audit events and idempotency claims are told apart by it.
        request.state.request_id = str(uuid.uuid4())
        secure = services_of(request).settings.secure_cookies
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = [(name.lower(), value) for name, value in message["headers"]]
                message["headers"] = _added_headers(headers, scope["path"], request.state.request_id, secure=secure)
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except ClientDisconnect:
            _LOG.info("request %s: the caller went away before its body was read", request.state.request_id)
        except Failure as failure:
            if started:
                raise
            answer = await failure_answer(request, failure)
            await answer(scope, receive, send_with_headers)
        except Exception as error:
            if not started and is_conflict(error):
                # Its transaction was undone whole; to do it again is the caller's choice, whose request may have had several.
                _LOG.info("request %s lost against another one: %s %s", request.state.request_id, scope["method"], scope["path"])
                await (await failure_answer(request, _overtaken()))(scope, receive, send_with_headers)
                return
            _LOG.exception("request %s failed: %s %s", request.state.request_id, scope["method"], scope["path"])
            if started:
                raise
            await unexpected_answer(request)(scope, receive, send_with_headers)


def _overtaken() -> Unavailable:
    message = {
        "zh": "同时有其他操作修改相同的数据，本次操作未生效，请重试。",
        "en": "Something else changed the same data at the same moment, and nothing was changed here; try again.",
    }
    return Unavailable(message, code=codes.OVERTAKEN, extra={"retry_after": 1})


class SameOrigin:
    """Refuses a change that another site's page makes with the browser's cookie."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and scope["method"] in UNSAFE_METHODS:
            request = HTTPConnection(scope)
            if not _is_from_here(request):
                raise NotAllowed(
                    {
                        "zh": "使用浏览器会话的修改必须来自本站页面；程序请使用 Authorization: Bearer。",
                        "en": "A change with the browser's session must come from a page of this site; "
                        "programs send Authorization: Bearer.",
                    },
                    code=codes.OTHER_ORIGIN,
                )
        await self.app(scope, receive, send)


class Bodies:
    """Reads the body of a change once: within its size, as JSON of one meaning, for whatever route comes."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] not in UNSAFE_METHODS or is_streamed(scope):
            await self.app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        raw = await _read(request, receive)
        request.state.body = raw
        if raw:
            _refuse_other_content(request)
            request.state.json = parse_json(raw)
        sent = False

        async def replay() -> Message:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": raw, "more_body": False}

        await self.app(scope, replay, send)


def is_streamed(scope: Scope) -> bool:
    """Whether a request brings the bytes of a file."""
    pattern = _STREAMED.get(scope["method"])
    return pattern is not None and pattern.match(scope["path"]) is not None


def _added_headers(headers: list[tuple[bytes, bytes]], path: str, request_id: str, *, secure: bool) -> list[tuple[bytes, bytes]]:
    """The headers of an answer with those that every answer has; what the answer says itself stays."""
    said = {name for name, _ in headers}
    wanted = _EVERYWHERE if not path.startswith(("/api/", "/odata/")) else _DATA
    added = [*headers, *(pair for pair in wanted if pair[0] not in said), (b"x-request-id", request_id.encode())]
    if secure and _ONLY_TLS[0] not in said:
        added.append(_ONLY_TLS)
    return added


def _is_from_here(request: HTTPConnection) -> bool:
    if request.headers.get("authorization", "").partition(" ")[0].lower() == "bearer":
        return True  # no browser adds this by itself, as it does with a password of HTTP's own (Basic)
    origin = request.headers.get("origin")
    if origin is not None:
        return urlsplit(origin).netloc.lower() == request.headers.get("host", "").lower() != ""
    if cookie_name(services_of(request)) not in request.cookies:
        return True
    return request.headers.get("sec-fetch-site") == "same-origin"


async def _read(request: HTTPConnection, receive: Receive) -> bytes:
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > LARGEST_BODY:
        raise _too_large()
    chunks, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > LARGEST_BODY:
            raise _too_large()
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


def _refuse_other_content(request: HTTPConnection) -> None:
    kind, *parameters = (part.strip().lower() for part in request.headers.get("content-type", "").split(";"))
    charsets = [part.removeprefix("charset=").strip('"') for part in parameters if part.startswith("charset=")]
    plain = request.headers.get("content-encoding", "identity").lower() == "identity"
    if kind != "application/json" or not plain or any(charset != "utf-8" for charset in charsets):
        raise WrongContent(
            {
                "zh": "内容须为 UTF-8 的 application/json，且不压缩。",
                "en": "The body must be application/json in UTF-8, not compressed.",
            }
        )


def _too_large() -> TooLarge:
    size = LARGEST_BODY // (1024 * 1024)
    return TooLarge({"zh": f"内容不得超过 {size} MiB。", "en": f"A body may have at most {size} MiB."})
