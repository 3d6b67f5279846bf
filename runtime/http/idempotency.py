"""`Idempotency-Key` on any POST: one effect however often it is sent, and the first answer again."""

from __future__ import annotations

import asyncio
import hashlib
import re
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runtime.context import Principal
from runtime.failures import BadRequest, Conflict, Failure, Fault, Invalid
from runtime.http import codes
from runtime.http.admission import principal_of
from runtime.http.middleware import is_streamed
from runtime.http.services import Services, services_of
from runtime.store.claims import (
    LEASE,
    Answered,
    AnswerLost,
    Claim,
    Different,
    Mine,
    Running,
    Standing,
    claim_key,
    free_key,
    keep_answer,
    mark_effect,
    renew_claim,
)
from runtime.store.database import BEFORE_COMMIT

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

_LONGEST_KEY = 128
#: Answers about the caller or the moment, not about the request: nothing was changed, so it may be tried again.
_NOT_KEPT = frozenset({401, 403, 408, 409, 429})
_NEVER_KEPT = re.compile(r"/api/(auth/|admin/webhooks|[^/]+/[^/]+/[^/]+/reveal\Z)")
#: Headers of an answer that are part of it; the others are made anew for each answer.
_KEPT_HEADERS = ("content-type", "location", "etag")


class Idempotency:
    """Runs a POST with a key once and answers its repetitions from the database.

    Answers below /api/auth/ and /api/admin/webhooks hold secrets, and those of `reveal` personal values in clear: they are never kept.
    What brings a file only stages it, and is done anew.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] != "POST" or _NEVER_KEPT.match(scope["path"]) or is_streamed(scope):
            await self.app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        key = request.headers.get("idempotency-key")
        person = await run_in_threadpool(principal_of, request) if key is not None else None
        if key is None or person is None:
            await self.app(scope, receive, send)
            return
        claim = Claim(person.id, _checked(key), _hash(request), request.state.request_id, _rights(person))
        services = services_of(request)
        standing = await run_in_threadpool(_claim, services, claim)
        if isinstance(standing, Mine):
            request.state.claim = claim
            await self._run(claim, services, (scope, receive, send))
        else:
            await _repeated(standing)(scope, receive, send)

    async def _run(self, claim: Claim, services: Services, call: tuple[Scope, Receive, Send]) -> None:
        scope, receive, send = call
        messages: list[Message] = []

        async def hold(message: Message) -> None:
            messages.append(message)

        running = asyncio.create_task(_renew(services, claim))
        marking = BEFORE_COMMIT.set(lambda connection: mark_effect(connection, claim))
        try:
            await self.app(scope, receive, hold)
        except Exception as failure:
            BEFORE_COMMIT.reset(marking)
            await run_in_threadpool(_free, services, claim, refused=_is_refusal(failure))
            raise
        finally:
            running.cancel()
        BEFORE_COMMIT.reset(marking)
        await run_in_threadpool(_keep, services, claim, _answer(messages))
        for message in messages:
            await send(message)


def keep_in_commit(request: HTTPConnection, connection: Connection, answer: Response) -> None:
    """Keep the answer of a request with a key in the transaction of its effect: a process that dies after it has answered."""
    claim: Claim | None = getattr(request.state, "claim", None)
    if claim is not None:
        keep_answer(connection, claim, Answered(answer.status_code, _kept(answer.headers), bytes(answer.body).decode()))


def _checked(key: str) -> str:
    if 0 < len(key) <= _LONGEST_KEY and key.isascii() and key.isprintable():
        return key
    message = {
        "zh": f"Idempotency-Key 须为 1 至 {_LONGEST_KEY} 个可见 ASCII 字符。",
        "en": f"Idempotency-Key has 1 to {_LONGEST_KEY} printable ASCII characters.",
    }
    raise BadRequest(message, faults=(Fault("Q400", message, parameter="Idempotency-Key"),))


def _hash(request: HTTPConnection) -> str:
    target = f"{request.scope['path']}?{request.scope['query_string'].decode('latin-1')}\n"
    return hashlib.sha256(target.encode() + request.state.body).hexdigest()


def _claim(services: Services, claim: Claim) -> Standing:
    with services.database.write() as connection:
        return claim_key(connection, claim, services.clock())


def _rights(person: Principal) -> str:
    """A digest of what decides what a person may see: with another role or unit, no old answer is shown."""
    roles = sorted((app, sorted(names)) for app, names in person.roles.items())
    shape = (roles, sorted(person.platform_roles), person.unit_path)
    return hashlib.blake2b(repr(shape).encode(), digest_size=16).hexdigest()


async def _renew(services: Services, claim: Claim) -> None:
    """Keep the claim of a request that runs long, as a publication may."""
    while True:
        await asyncio.sleep(LEASE.total_seconds() / 4)
        await run_in_threadpool(_still_running, services, claim)


def _still_running(services: Services, claim: Claim) -> None:
    with services.database.write() as connection:
        renew_claim(connection, claim, services.clock())


def _is_refusal(failure: Exception) -> bool:
    return isinstance(failure, Failure) and failure.status < 500


def _free(services: Services, claim: Claim, *, refused: bool) -> None:
    with services.database.write() as connection:
        free_key(connection, claim, services.clock(), refused=refused)


def _keep(services: Services, claim: Claim, answer: Answered) -> None:
    with services.database.write() as connection:
        if answer.status in _NOT_KEPT or answer.status >= 500:
            free_key(connection, claim, services.clock(), refused=answer.status < 500)
        else:
            keep_answer(connection, claim, answer)


def _answer(messages: list[Message]) -> Answered:
    start = messages[0]
    body = b"".join(message.get("body", b"") for message in messages[1:])
    return Answered(start["status"], _kept(Headers(raw=start["headers"])), body.decode())


def _kept(headers: Headers) -> dict[str, str]:
    return {name: headers[name] for name in _KEPT_HEADERS if name in headers}


def _repeated(standing: Answered | Running | Different | AnswerLost) -> Response:
    match standing:
        case Answered(status, headers, body):
            return Response(body, status, {**headers, "Idempotency-Replayed": "true"})
        case Running():
            raise Conflict(
                {"zh": "同一请求正在处理，请稍后重试。", "en": "The same request is running; try again shortly."},
                code=codes.STILL_RUNNING,
                extra={"retry_after": 1},
            )
        case Different():
            message = {
                "zh": "此 Idempotency-Key 已用于另一个请求。",
                "en": "This Idempotency-Key was used for another request.",
            }
            raise Invalid(
                message, code=codes.OTHER_REQUEST, faults=(Fault(codes.OTHER_REQUEST, message, parameter="Idempotency-Key"),)
            )
        case AnswerLost(app, entity, record_id):
            raise Conflict(
                {
                    "zh": "该请求此前已经生效，但服务器在答复前中断；请查看所示记录。",
                    "en": "This request took effect before, but the server stopped before it answered; see the record shown.",
                },
                code=codes.ANSWER_LOST,
                extra={"record": {"app": app, "entity": entity, "id": record_id}},
            )
