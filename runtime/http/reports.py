"""The reports of an app, each under its reader's own rows and fields."""

from __future__ import annotations

import orjson
from starlette.requests import Request
from starlette.responses import Response

from runtime.http.admission import context_of
from runtime.http.routes import api_route
from runtime.http.services import services_of
from runtime.records.reports import run_report
from runtime.records.request import parse_nothing


def report(request: Request) -> Response:
    """The figures of one report as of now."""
    context = context_of(request)
    parse_nothing(request.query_params.multi_items())
    app, name = request.path_params["app"], request.path_params["report"]
    with services_of(request).database.read() as connection:
        answer = run_report(connection, context, app, name)
    return Response(orjson.dumps(answer), media_type="application/json")


ROUTES = [api_route("GET", "/api/{app}/reports/{report}", report, context_of)]
