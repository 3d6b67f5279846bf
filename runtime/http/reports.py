"""Reports: the figures of a definition for their reader."""

from __future__ import annotations

import orjson
from starlette.requests import Request
from starlette.responses import Response

from runtime.context import Context
from runtime.http.admission import context_of
from runtime.http.routes import reading_route
from runtime.http.services import services_of
from runtime.records.reports import asking_report
from runtime.records.request import parse_nothing
from runtime.store.asking import Asking


def report(request: Request, context: Context) -> Asking[Response]:
    """The figures of one report as of now; the query holds its parameters."""
    names = {each for each, _ in request.query_params.multi_items()} - {"locale"}
    asked = parse_nothing(request.query_params.multi_items(), "locale", *names)
    asked.pop("locale", None)
    app, name = request.path_params["app"], request.path_params["report"]
    found = yield from asking_report(services_of(request).database.engine.dialect, context, app, name, asked)
    return Response(orjson.dumps(found), media_type="application/json")


ROUTES = [reading_route("/api/{app}/reports/{report}", report, context_of)]
