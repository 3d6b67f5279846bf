"""Possible duplicates of records: while typing, of one record, of an entity; and the reason why two are not the same."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from runtime.commands.dismiss_duplicate import dismiss_duplicate
from runtime.http.admission import context_of
from runtime.http.body import json_object
from runtime.http.routes import api_route
from runtime.http.services import services_of
from runtime.records.duplicate_cases import cases_of_record, hint, open_cases
from runtime.records.request import parse_nothing


def look(request: Request) -> Response:
    """What agrees with the values that are being filled in."""
    context, place, body = context_of(request), request.path_params, json_object(request)
    values, record_id = body.get("fields"), body.get("record_id")
    with services_of(request).database.read() as connection:
        found = hint(
            connection,
            context,
            place["app"],
            place["entity"],
            values if isinstance(values, dict) else {},
            record_id if isinstance(record_id, str) else None,
        )
    return JSONResponse({"items": found}, headers={"Cache-Control": "no-store"})


def listed(request: Request) -> Response:
    """One page of the open proposals of an entity."""
    context, place = context_of(request), request.path_params
    cursor = parse_nothing(request.query_params.multi_items(), "cursor").get("cursor")
    with services_of(request).database.read() as connection:
        items, following = open_cases(connection, context, place["app"], place["entity"], cursor)
    return JSONResponse({"items": items, "next": following})


def of_record(request: Request) -> Response:
    """The proposals of one record, open and dismissed."""
    context, place = context_of(request), request.path_params
    with services_of(request).database.read() as connection:
        found = cases_of_record(connection, context, place["app"], place["entity"], place["id"])
    return JSONResponse({"items": found})


def dismissed(request: Request) -> Response:
    """Say with a reason that two records are not the same."""
    context, place = context_of(request), request.path_params
    reason = json_object(request).get("reason")
    items = dismiss_duplicate(
        services_of(request).database, context, place["app"], place["entity"], place["id"], place["case"], reason
    )
    return JSONResponse({"items": items})


ROUTES = [
    api_route("POST", "/api/{app}/duplicates/{entity}", look, context_of),
    api_route("GET", "/api/{app}/duplicates/{entity}", listed, context_of),
    api_route("GET", "/api/{app}/duplicates/{entity}/{id}", of_record, context_of),
    api_route("POST", "/api/{app}/duplicates/{entity}/{id}/{case}/dismiss", dismissed, context_of),
]
