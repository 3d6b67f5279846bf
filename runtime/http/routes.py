"""The whole HTTP app: finds the route modules, puts their routes in order, and refuses any that does not say who may call it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from types import ModuleType

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runtime.context import Context
from runtime.failures import Failure
from runtime.http.admission import Public, SignedIn, asking_context, is_emergency, mark_if_emergency
from runtime.http.errors import failure_answer, http_answer, validation_answer
from runtime.http.idempotency import Idempotency
from runtime.http.middleware import Bodies, Ground, SameOrigin
from runtime.http.pages import page_routes
from runtime.http.rates import Rates
from runtime.http.services import Services, lanes_of
from runtime.store.asking import Asking
from runtime.store.lanes import carry

Who = Public | SignedIn


class Undeclared(Exception):
    """A route does not say who may call it, or stands twice: the app does not start."""


class ApiRoute(Route):
    """A plain route with its declaration: no signature machinery, admission by the event loop, one thread for the call."""

    def __init__(self, method: str, path: str, endpoint: Callable[[Request], Response], who: Who) -> None:
        if inspect.iscoroutinefunction(endpoint):
            raise TypeError(f"{path}: route code is synchronous; it runs in a thread of its own")

        async def serve(request: Request) -> Response:
            if isinstance(who, SignedIn):
                context = await carry(lanes_of(request), asking_context(request, who))
                if is_emergency(request, context):
                    await run_in_threadpool(mark_if_emergency, request, context)
            return await run_in_threadpool(endpoint, request)

        super().__init__(path, serve, methods=[method], name=endpoint.__name__)
        self.who = who


def api_route(method: str, path: str, endpoint: Callable[[Request], Response], who: Who) -> ApiRoute:
    """A route for a module's ROUTES: synchronous code that may call `context_of`, `services_of` and `json_body`."""
    return ApiRoute(method, path, endpoint, who)


class ReadingRoute(ApiRoute):
    """A route that only asks the database: it is served by the event loop, without a thread."""

    def __init__(self, path: str, endpoint: Callable[[Request, Context], Asking[Response]], who: SignedIn) -> None:
        def asking(request: Request) -> Asking[Response | Context]:
            context = yield from asking_context(request, who)
            return context if is_emergency(request, context) else (yield from endpoint(request, context))

        async def serve(request: Request) -> Response:
            answer = await carry(lanes_of(request), asking(request))
            if isinstance(answer, Response):
                return answer
            # To write waits for its turn, which the event loop must not; what is read under an emergency is written down first.
            await run_in_threadpool(mark_if_emergency, request, answer)
            return await carry(lanes_of(request), endpoint(request, answer))

        Route.__init__(self, path, serve, methods=["GET"], name=endpoint.__name__)
        self.who = who


def reading_route(path: str, endpoint: Callable[[Request, Context], Asking[Response]], who: SignedIn) -> ReadingRoute:
    """A GET route for a module's ROUTES whose code yields its questions to the database."""
    return ReadingRoute(path, endpoint, who)


class Shortcut:
    """Sends a request straight to its route where that is one of ours: the way through all other routes costs as much as a read.

    Whatever it does not find, a wrong method or a route with a signature, goes the usual way.
    """

    def __init__(self, app: ASGIApp, routes: Sequence[BaseRoute]) -> None:
        self.app = app
        #: By number of parts and second part (None where that is a parameter): the routes in their order.
        self._routes: dict[tuple[int, str | None], list[BaseRoute]] = {}
        split = [(route, _path(route).split("/")) for route in routes if len(_path(route).split("/")) > _PLACE]
        words = {parts[_PLACE] for _, parts in split if "{" not in parts[_PLACE]}
        for depth in {len(parts) for _, parts in split}:
            for word in (*words, None):
                self._routes[depth, word] = [
                    route
                    for route, parts in split
                    if (len(parts) == depth or (len(parts) < depth and parts[-1].endswith(":path}")))
                    and (parts[_PLACE] == word or "{" in parts[_PLACE])
                ]

    def route_for(self, scope: Scope) -> tuple[ApiRoute, Scope] | None:
        """The route of ours that a request is for, with what its path says; None where it goes the usual way."""
        parts = scope["path"].split("/")
        word = parts[_PLACE] if len(parts) > _PLACE else None
        for route in self._routes.get((len(parts), word)) or self._routes.get((len(parts), None)) or ():
            match, child = route.matches(scope)
            if match is Match.FULL:
                return (route, child) if isinstance(route, ApiRoute) else None
        return None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        found = self.route_for(scope) if scope["type"] == "http" else None
        if found is None:
            await self.app(scope, receive, send)
            return
        route, child = found
        scope.update(child)
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await route.app(scope, receive, sending)
        except Failure as failure:
            if started:
                raise
            # Answered here, as behind the router: what stands around keeps the answers to a key, refusals too.
            answer = await failure_answer(Request(scope), failure)
            await answer(scope, receive, send)


#: Where the path of a request names its app, or a part of the platform: "/api/{app}/…".
_PLACE = 2


def build_app(
    services: Services,
    *,
    more: Sequence[ModuleType] = (),
    builder: bool = False,
    lifespan: Callable[[FastAPI], AsyncIterator[None]] | None = None,
) -> FastAPI:
    """The app over these services with all routes of `runtime.http` and of `more` modules; `builder` serves its pages too."""
    ordered = in_order(route for module in (*_route_modules(), *more) for route in _routes_of(module))
    app = FastAPI(
        docs_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=asynccontextmanager(lifespan) if lifespan else None,
        middleware=[
            Middleware(Ground),
            Middleware(Rates, per_second=services.settings.requests_per_second),
            Middleware(SameOrigin),
            Middleware(Bodies),
            Middleware(Idempotency),
            Middleware(Shortcut, routes=ordered),
        ],
        exception_handlers={
            Failure: failure_answer,
            RequestValidationError: validation_answer,
            HTTPException: http_answer,
        },
    )
    app.state.services = services
    app.router.routes[:] = [*ordered, *page_routes(builder=builder)]
    return app


def in_order(routes: Iterable[BaseRoute]) -> list[BaseRoute]:
    """The routes with literal path parts before parameters, each declared and none twice; raises Undeclared."""
    ordered = sorted(routes, key=lambda route: _rank(_path(route)))
    seen: set[tuple[str, str]] = set()
    for route in ordered:
        declared_for(route)
        for method in getattr(route, "methods", None) or ():
            key = (method, _path(route))
            if key in seen:
                raise Undeclared(f"{method} {_path(route)} is there twice")
            seen.add(key)
    return ordered


def declared_for(route: BaseRoute) -> Who:
    """Who may call a route, as the route itself declares; raises Undeclared."""
    if isinstance(route, ApiRoute):
        return route.who
    found = list(_declarations(route.dependant)) if isinstance(route, APIRoute) else []
    if not found:
        raise Undeclared(f"{_path(route)} does not declare who may call it")
    named = [who for who in found if isinstance(who, SignedIn) and who.platform_roles]
    return (named or found)[0]


def _declarations(dependant: Dependant) -> Iterable[Who]:
    if isinstance(dependant.call, Public | SignedIn):
        yield dependant.call
    for inner in dependant.dependencies:
        yield from _declarations(inner)


def _route_modules() -> list[ModuleType]:
    package = importlib.import_module("runtime.http")
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__) if module.name != "routes")
    return [importlib.import_module(f"runtime.http.{name}") for name in names]


def _routes_of(module: ModuleType) -> list[BaseRoute]:
    router = getattr(module, "router", None)
    return [*getattr(module, "ROUTES", ()), *(router.routes if router is not None else ())]


def _path(route: BaseRoute) -> str:
    return str(getattr(route, "path", ""))


def _rank(path: str) -> list[int]:
    return [2 if part.endswith(":path}") else 1 if part.startswith("{") else 0 for part in path.split("/")]
