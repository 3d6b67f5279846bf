"""The search through an app, in one call over all of its entities."""

from __future__ import annotations

from dataclasses import asdict

import orjson
from starlette.requests import Request
from starlette.responses import Response

from runtime.context import Context
from runtime.http.admission import context_of
from runtime.http.routes import reading_route
from runtime.http.services import services_of
from runtime.records.request import parse_search
from runtime.records.search import asking_search
from runtime.store.asking import Asking


def search(request: Request, context: Context) -> Asking[Response]:
    """What the caller finds in an app by `q`, by entity."""
    asked = parse_search(request.query_params.multi_items())
    dialect = services_of(request).database.engine.dialect
    groups = yield from asking_search(dialect, context, request.path_params["app"], asked.text, asked.limit)
    body = orjson.dumps({"items": [asdict(group) for group in groups]})
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})


ROUTES = [reading_route("/api/apps/{app}/search", search, context_of)]
