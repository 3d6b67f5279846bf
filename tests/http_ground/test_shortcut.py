"""The shortcut past the router: for any path and method it finds the very route that the router would, or leaves it to the router."""

from __future__ import annotations

import importlib
import itertools
import pkgutil

from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import BaseRoute, Match
from starlette.types import Scope

import builder.http
from runtime.http.routes import ApiRoute, Shortcut, build_app
from runtime.http.services import Services
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.store.database import Database

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


def all_routes(services: Services) -> list[BaseRoute]:
    """The routes of the product with those of the builder, in their order."""
    names = sorted(module.name for module in pkgutil.iter_modules(builder.http.__path__))
    app = build_app(services, more=[importlib.import_module(f"builder.http.{name}") for name in names])
    return list(app.router.routes)


def scope(method: str, path: str) -> Scope:
    """What a server makes of the first line of a request."""
    return {"type": "http", "method": method, "path": path, "root_path": "", "headers": [], "query_string": b""}


def first(routes: list[BaseRoute], asked: Scope) -> BaseRoute | None:
    """The route that the router takes."""
    return next((route for route in routes if route.matches(asked)[0] is Match.FULL), None)


def test_it_finds_what_the_router_would(database: Database, settings: Settings) -> None:
    """Each route's own path, and any mixture of the words of all paths with names that nobody has."""
    services = Services(settings, database, Releases(database, {}))
    routes = all_routes(services)
    shortcut = Shortcut(build_app(services), routes)
    paths = [str(getattr(route, "path", "")) for route in routes]
    words = sorted(
        {part for path in paths for part in path.split("/") if part and "{" not in part} | {"bank", "customer", "0199"}
    )
    served = 0

    def agree(method: str, path: str) -> bool:
        expected, found = first(routes, scope(method, path)), shortcut.route_for(scope(method, path))
        assert (found[0] if found else None) is (expected if isinstance(expected, ApiRoute) else None), (method, path)
        return found is not None

    for path, method in itertools.product(paths, METHODS):
        served += agree(method, "/".join("0199" if part.startswith("{") else part for part in path.split("/")))
    assert served > 100

    @given(method=st.sampled_from(METHODS), parts=st.lists(st.sampled_from(words) | st.text(max_size=3), max_size=7))
    def mixed(method: str, parts: list[str]) -> None:
        agree(method, "/" + "/".join(parts))
        agree(method, "/api/" + "/".join(parts))

    mixed()
