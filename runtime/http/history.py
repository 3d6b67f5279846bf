"""The history of a record."""

from __future__ import annotations

import orjson
from starlette.requests import Request
from starlette.responses import Response

from runtime.http.admission import context_of
from runtime.http.routes import api_route
from runtime.http.services import services_of
from runtime.records.history import record_history
from runtime.records.request import parse_nothing


def history(request: Request) -> Response:
    """One page of what happened, newest first."""
    context = context_of(request)
    cursor = parse_nothing(request.query_params.multi_items(), "cursor").get("cursor")
    app, entity, record_id = (request.path_params[name] for name in ("app", "entity", "id"))
    with services_of(request).database.read() as connection:
        found = record_history(connection, context, app, entity, record_id, cursor)
    return Response(orjson.dumps(found), media_type="application/json")


ROUTES = [api_route("GET", "/api/{app}/{entity}/{id}/history", history, context_of)]
