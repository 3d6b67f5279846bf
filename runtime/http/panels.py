"""Live panels of a record page: the answer of another system about a record, each by itself, so that none delays the page."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from runtime.commands.ask_panel import ask_panel
from runtime.http.admission import context_of
from runtime.http.locale import in_locale
from runtime.http.routes import api_route
from runtime.http.services import engine_of, services_of


def panel(request: Request) -> Response:
    """The state and values of one panel; whatever the other system does, this answers in time."""
    context, place = context_of(request), request.path_params
    found = ask_panel(
        services_of(request).database,
        engine_of(request),
        context,
        place["app"],
        place["entity"],
        place["id"],
        place["panel"],
    )
    reason = found["reason"]
    found["reason"] = in_locale(reason, context.locale) if isinstance(reason, dict) else None
    return JSONResponse(found, headers={"Cache-Control": "no-store"})


ROUTES = [api_route("GET", "/api/{app}/{entity}/{id}/panels/{panel}", panel, context_of)]
