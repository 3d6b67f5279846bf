"""Who may call a route: declared at the route, checked before its code runs; and the context of the caller.

A `SignedIn` or `PUBLIC` stands at every route, as a FastAPI dependency or by `api_route`; an app with a route that
declares nothing does not start.
"""

from __future__ import annotations

import base64
import datetime as dt
import re
from dataclasses import dataclass
from typing import cast

from starlette.requests import HTTPConnection, Request

from runtime.commands.mark_emergency import Act, emergencies, mark_act
from runtime.context import Context, Principal
from runtime.failures import NotAllowed, NotSignedIn
from runtime.http.locale import locale_of
from runtime.http.services import Services, services_of
from runtime.identity.principal import asking_principal, authenticate
from runtime.identity.secret_text import TOKEN_PREFIX
from runtime.store.asking import Asking


@dataclass(frozen=True, slots=True)
class Public:
    """Anybody may call the route."""

    def __call__(self, request: Request) -> None:
        """Let everybody in."""

    def __str__(self) -> str:
        return "public"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A known person may call the route, with one of the platform roles where any are named."""

    platform_roles: tuple[str, ...] = ()

    def __call__(self, request: Request) -> Context:
        """The context of the caller; raises NotSignedIn or NotAllowed."""
        context = _context(request)
        if self.platform_roles and not context.principal.platform_roles.intersection(self.platform_roles):
            raise NotAllowed({"zh": "您没有使用此功能的平台角色。", "en": "You do not hold the platform role for this."})
        return context

    def __str__(self) -> str:
        return " or ".join(self.platform_roles) or "signed in"


PUBLIC = Public()
#: Also the door for route code: `context_of(request)` gives the context, as a call or as a dependency.
context_of = SignedIn()


def platform_role(*names: str) -> SignedIn:
    """Only people who hold one of these platform roles may call the route."""
    return SignedIn(names)


def cookie_name(services: Services) -> str:
    """The name of the session cookie; with TLS the browser itself holds it to this host and path."""
    return "__Host-qiqiao_session" if services.settings.secure_cookies else "qiqiao_session"


def secret_of(request: HTTPConnection) -> str | None:
    """The secret that a request shows: a bearer token, else the session cookie."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip() or None
    if scheme.lower() == "basic" and is_spreadsheet(request):
        return _password_of(value.strip())
    return request.cookies.get(cookie_name(services_of(request)))


def is_spreadsheet(request: HTTPConnection) -> bool:
    """Whether a request is for the addresses that only read, and whose programs know nothing but names and passwords."""
    return bool(request.scope["path"].startswith("/odata/"))


def _password_of(encoded: str) -> str | None:
    """The password of a Basic header where it is an API token; the name beside it means nothing."""
    try:
        text = base64.b64decode(encoded, validate=True).decode()
    except ValueError:
        return None
    password = text.partition(":")[2]
    return password if password.startswith(TOKEN_PREFIX) else None


def principal_of(request: HTTPConnection) -> Principal | None:
    """The person who sent a request, looked up once in its life; None when nobody is known."""
    if not hasattr(request.state, "principal"):
        secret, services = secret_of(request), services_of(request)
        found = None
        if secret:
            with services.database.read() as connection:
                found = authenticate(connection, secret, services.clock(), demo=services.settings.demo)
        request.state.principal = found
    return cast("Principal | None", request.state.principal)


def _context(request: Request) -> Context:
    if not hasattr(request.state, "context"):
        principal_of(request)
        services = services_of(request)
        request.state.context = _known(request, services.day.at(services.clock()))
        mark_if_emergency(request, request.state.context)
    return cast("Context", request.state.context)


def asking_context(request: Request, who: SignedIn) -> Asking[Context]:
    """The context of the caller, as `who` gives it, for code that asks from the event loop."""
    secret, services = secret_of(request), services_of(request)
    now = services.clock()
    if not hasattr(request.state, "principal"):
        dialect, demo = services.database.engine.dialect, services.settings.demo
        request.state.principal = (yield from asking_principal(dialect, secret, now, demo=demo)) if secret else None
    request.state.context = _known(request, (yield from services.day.asking(now)))
    return who(request)


#: What a page asks for again and again, or to find its way, and which tells nothing of an app's records.
_UNMARKED = re.compile(r"/api/(auth/.*|notices.*|break-glass.*|apps|apps/[^/]+/screens|[^/]+/openapi\.json|builder/reviews)\Z")


def is_emergency(request: Request, context: Context) -> bool:
    """Whether the request is an act under a role that its caller took in an emergency."""
    return bool(emergencies(context)) and _UNMARKED.match(request.scope["path"]) is None


def mark_if_emergency(request: Request, context: Context) -> None:
    """Write down what is asked for, before it is answered, where the caller took a role in an emergency."""
    if not is_emergency(request, context):
        return
    place = request.path_params
    names = tuple(request.query_params.keys())
    act = Act(request.method, request.scope["path"], names, place.get("app"), place.get("entity"), place.get("id"))
    mark_act(services_of(request).database, context, emergencies(context), act)


def _known(request: Request, business_date: dt.date) -> Context:
    principal = cast("Principal | None", request.state.principal)
    if principal is None:
        raise NotSignedIn({"zh": "请先登录。", "en": "Please sign in."})
    services = services_of(request)
    return Context(
        principal=principal,
        releases=services.releases.for_unit(principal.unit_path),
        now=services.clock(),
        business_date=business_date,
        request_id=request.state.request_id,
        locale=locale_of(request, principal.locale),
        demo=services.settings.demo,
    )
