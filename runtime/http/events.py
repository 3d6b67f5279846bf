"""Events that other systems report: kept once, answered at once, acted on by the worker."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from runtime.commands.run_event import receive_event, show_event
from runtime.http.admission import platform_role
from runtime.http.body import json_object
from runtime.http.routes import api_route
from runtime.http.services import services_of

#: The role of the technical account of another system.
SOURCE = platform_role("event_source")


def event(request: Request) -> Response:
    """Take an event of a binding; 202 when it is new, 200 when it was reported before."""
    context, place = SOURCE(request), request.path_params
    name = f"{place['binding']}.{place['event']}"
    received = receive_event(services_of(request).database, context, place["app"], name, json_object(request))
    body = {**received.shown, "new": received.is_new, "automations": received.automations}
    return JSONResponse(body, status_code=202 if received.is_new else 200)


def shown(request: Request) -> Response:
    """What became of an event."""
    SOURCE(request)
    place = request.path_params
    name = f"{place['binding']}.{place['event']}"
    return JSONResponse(show_event(services_of(request).database, place["app"], name, place["id"]))


ROUTES = [
    api_route("POST", "/api/events/{app}/{binding}/{event}", event, SOURCE),
    api_route("GET", "/api/events/{app}/{binding}/{event}/{id}", shown, SOURCE),
]
