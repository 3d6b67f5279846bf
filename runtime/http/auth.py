"""Signing in and out, the person's own page, and the person's API tokens."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Literal

import anyio
from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar
from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from runtime.commands import manage_tokens
from runtime.commands.describe_person import describe_person
from runtime.commands.set_language import set_language
from runtime.commands.sign_in import SignInRequest, sign_in, sign_out
from runtime.commands.take_in_emergency import held_now
from runtime.context import Context
from runtime.failures import NotAllowed, NotSignedIn, TooMany
from runtime.http.admission import PUBLIC, context_of, cookie_name, secret_of
from runtime.http.services import Services, services_of
from runtime.identity.secret_text import SESSION_PREFIX
from runtime.identity.sessions import LIFETIME
from runtime.identity.tokens import ApiToken
from runtime.store.types import format_instant

router = APIRouter(prefix="/api/auth")

Caller = Annotated[Context, Depends(context_of)]
_STRICT = ConfigDict(extra="forbid", strict=True)

#: Every refusal takes as long, whatever the cause, so that its time tells nothing.
_REFUSAL_SECONDS = 0.5

#: Passwords are checked so many at once, and so many more may wait: checking one is slow on purpose.
_AT_ONCE = 4
_WAITING = 100


@dataclass(slots=True)
class _Door:
    """Where the sign-ins of one event loop take turns."""

    limiter: CapacityLimiter
    inside: int = 0


_DOOR: RunVar[_Door | None] = RunVar("_DOOR", None)


class Credentials(BaseModel):
    """The body of a sign-in."""

    model_config = _STRICT
    username: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=512)


class OwnSettings(BaseModel):
    """What a person may change of themselves."""

    model_config = _STRICT
    locale: Literal["zh", "en"]


class TokenWish(BaseModel):
    """The body that asks for a token."""

    model_config = _STRICT
    label: str = Field(min_length=1, max_length=120)
    expires_in_days: int = Field(default=90, ge=1, le=366)


@router.post("/login", dependencies=[Depends(PUBLIC)])
async def login(request: Request, credentials: Credentials) -> Response:
    """Open a session: its secret as a cookie for the browser and as a bearer token for a program."""
    began, services = time.monotonic(), services_of(request)
    try:
        return await _in_its_turn(partial(_sign_in, request, services, credentials))
    except NotSignedIn:
        await anyio.sleep(max(0, _REFUSAL_SECONDS - (time.monotonic() - began)))
        raise


@router.post("/logout")
def logout(request: Request, context: Caller) -> Response:
    """Close the session of this request."""
    services, secret = services_of(request), secret_of(request)
    if secret is not None:
        sign_out(services.database, context, secret)
    answer = Response(status_code=204)
    _set_cookie(answer, services, "", 0)
    return answer


@router.get("/me")
def me(request: Request, context: Caller) -> JSONResponse:
    """The person who asks."""
    return JSONResponse(_me(services_of(request), context))


@router.patch("/me")
def change_me(request: Request, context: Caller, wish: OwnSettings) -> JSONResponse:
    """Change the person's own language."""
    services = services_of(request)
    return JSONResponse(_me(services, set_language(services.database, context, wish.locale)))


@router.post("/tokens")
def create_token(request: Request, context: Caller, wish: TokenWish) -> JSONResponse:
    """Make an API token; its secret is in this answer only."""
    if not (secret_of(request) or "").startswith(SESSION_PREFIX):
        message = {"zh": "令牌只能在登录会话中创建。", "en": "A token is made by a person who signed in, not by a token."}
        raise NotAllowed(message)
    made, secret = manage_tokens.create_token(services_of(request).database, context, wish.label, wish.expires_in_days)
    return JSONResponse({**_token(made), "token": secret}, 201)


@router.get("/tokens")
def list_tokens(request: Request, context: Caller) -> JSONResponse:
    """The person's tokens, without their secrets."""
    found = manage_tokens.list_tokens(services_of(request).database, context)
    return JSONResponse({"items": [_token(token) for token in found], "next": None, "count": len(found)})


@router.delete("/tokens/{token_id}")
def revoke_token(request: Request, context: Caller, token_id: str) -> Response:
    """Make a token useless from now on."""
    manage_tokens.revoke_token(services_of(request).database, context, token_id)
    return Response(status_code=204)


async def _in_its_turn(check: Callable[[], Response]) -> Response:
    """Check a password in a place of its own: however many sign in, the threads of all other requests stay free."""
    door = _DOOR.get(None)
    if door is None:
        door = _Door(CapacityLimiter(_AT_ONCE))
        _DOOR.set(door)
    if door.inside >= _AT_ONCE + _WAITING:
        message = {"zh": "登录人数过多，请稍后再试。", "en": "Too many people sign in at once; try again shortly."}
        raise TooMany(message, extra={"retry_after": 5})
    door.inside += 1
    try:
        return await to_thread.run_sync(check, limiter=door.limiter)
    finally:
        door.inside -= 1


def _sign_in(request: Request, services: Services, credentials: Credentials) -> Response:
    now = services.clock()
    wish = SignInRequest(
        credentials.username, credentials.password, now, request.state.request_id, request.cookies.get(cookie_name(services))
    )
    done = sign_in(services.database, services.settings, wish)
    context = Context(
        principal=done.principal,
        releases=services.releases.for_unit(done.principal.unit_path),
        now=now,
        business_date=services.day.at(now),
        request_id=request.state.request_id,
        demo=services.settings.demo,
    )
    answer = JSONResponse({"token": done.secret, "person": _me(services, context)})
    _set_cookie(answer, services, done.secret, int(LIFETIME.total_seconds()))
    return answer


def _me(services: Services, context: Context) -> dict[str, object]:
    with services.database.read() as connection:
        held = held_now(connection, context)
        return {**describe_person(connection, context), "emergencies": held, "demo": services.settings.demo}


def _set_cookie(answer: Response, services: Services, value: str, seconds: int) -> None:
    secure = services.settings.secure_cookies
    answer.set_cookie(cookie_name(services), value, max_age=seconds, path="/", httponly=True, samesite="strict", secure=secure)


def _token(token: ApiToken) -> dict[str, object]:
    return {
        "id": token.id,
        "label": token.label,
        "created_at": format_instant(token.created_at),
        "expires_at": format_instant(token.expires_at),
    }
