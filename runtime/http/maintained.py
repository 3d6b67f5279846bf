"""Parameters and tables that people of an app maintain at run time, each change released by a second person."""

from __future__ import annotations

from typing import cast

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from runtime.commands.kept_changes import Wish, decide, propose
from runtime.commands.show_kept import maintained, maintained_thing, shadow_of_live
from runtime.failures import NotFound
from runtime.http.admission import context_of
from runtime.http.body import json_object, take_note
from runtime.http.routes import api_route
from runtime.http.services import services_of
from runtime.records.access import NOT_THERE
from runtime.records.request import parse_nothing
from runtime.store.kept_changes import ChangeState, KeptKind, KeptThing

_STATES: dict[str, ChangeState] = {"release": "released", "return": "returned", "withdraw": "withdrawn"}


def things(request: Request) -> Response:
    """What this person maintains of an app."""
    parse_nothing(request.query_params.multi_items(), "locale")
    found = maintained(services_of(request).database, context_of(request), request.path_params["app"])
    return JSONResponse({"items": found, "next": None, "count": len(found)})


def thing(request: Request) -> Response:
    """One thing with what holds and its changes."""
    return JSONResponse(maintained_thing(services_of(request).database, context_of(request), _thing(request)))


def change(request: Request) -> Response:
    """Propose a change of a thing."""
    body = json_object(request)
    note = take_note(body)
    id = propose(services_of(request).database, context_of(request), _thing(request), Wish(body, note))
    return JSONResponse({"id": id}, status_code=201)


def decision(request: Request) -> Response:
    """Release, return or withdraw a change; what is released counts from the next request on."""
    services, place = services_of(request), request.path_params
    body = json_object(request, optional=True)
    state = _STATES.get(place["decision"])
    if state is None:
        raise NotFound(NOT_THERE)
    decide(services.database, context_of(request), place["app"], place["id"], state, take_note(body))
    services.releases.refresh(services.database)
    return JSONResponse({"id": place["id"], "state": state})


def shadow(request: Request) -> Response:
    """How often a shadow decided otherwise than the live decision, and where."""
    place = request.path_params
    return JSONResponse(shadow_of_live(services_of(request).database, context_of(request), place["app"], place["name"]))


def _thing(request: Request) -> KeptThing:
    place = request.path_params
    if place["kind"] not in ("parameter", "decision"):
        raise NotFound(NOT_THERE)
    return KeptThing(place["app"], cast("KeptKind", place["kind"]), place["name"])


ROUTES = [
    api_route("GET", "/api/{app}/maintained", things, context_of),
    api_route("GET", "/api/{app}/maintained/{kind}/{name}", thing, context_of),
    api_route("POST", "/api/{app}/maintained/{kind}/{name}/changes", change, context_of),
    api_route("POST", "/api/{app}/maintained/changes/{id}/{decision}", decision, context_of),
    api_route("GET", "/api/{app}/shadows/{name}", shadow, context_of),
]
