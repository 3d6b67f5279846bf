"""Printed pages of records: which are offered, and one as HTML that prints itself, with a policy of its own."""

from __future__ import annotations

import secrets

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from runtime.commands.print_record import offered_pages, print_record
from runtime.http.admission import context_of
from runtime.http.routes import api_route
from runtime.http.services import services_of
from runtime.records.request import parse_nothing


def pages(request: Request) -> Response:
    """The pages that may be printed of a record now."""
    parse_nothing(request.query_params.multi_items(), "locale")
    place, context = request.path_params, context_of(request)
    with services_of(request).database.read() as connection:
        found = offered_pages(connection, context, place["app"], place["entity"], place["id"])
    return JSONResponse({"items": found}, headers={"Cache-Control": "no-store"})


def page(request: Request) -> Response:
    """One page; each call is a print in the trail."""
    parse_nothing(request.query_params.multi_items(), "locale")
    place, nonce = request.path_params, secrets.token_urlsafe(18)
    html = print_record(
        services_of(request).database,
        context_of(request),
        place["app"],
        place["entity"],
        place["id"],
        place["template"],
        nonce,
    )
    own = f"'nonce-{nonce}'"
    policy = f"default-src 'none'; style-src {own}; script-src {own}; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'"
    return HTMLResponse(html, headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"})


ROUTES = [
    api_route("GET", "/api/{app}/{entity}/{id}/prints", pages, context_of),
    api_route("GET", "/api/{app}/{entity}/{id}/prints/{template}", page, context_of),
]
