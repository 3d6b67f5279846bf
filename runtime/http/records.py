"""The records of every app: plain routes, since the shapes come from definitions and not from signatures."""

from __future__ import annotations

import re

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from runtime.commands.change_record import bring_back_record, change_record, remove_record
from runtime.commands.create_record import create_record
from runtime.commands.submit_record import submit_record
from runtime.context import Context
from runtime.failures import BadRequest, Fault, NotFound, VersionRequired
from runtime.http.admission import context_of
from runtime.http.body import json_object
from runtime.http.routes import api_route, reading_route
from runtime.http.services import services_of
from runtime.records.as_at import asking_record_as_at
from runtime.records.codes import BAD_PARAMETER
from runtime.records.computing import computed_values
from runtime.records.feed import asking_feed
from runtime.records.grouping import asking_groups
from runtime.records.merged import asking_absence
from runtime.records.read import Record, asking_page, asking_record
from runtime.records.request import GroupRequest, parse_feed, parse_find, parse_get, parse_nothing
from runtime.store.asking import Asking

_ETAG = re.compile(r'(?:W/)?"(\d{1,9})"\Z')


def find(request: Request, context: Context) -> Asking[Response]:
    """One page of records, or groups of them."""
    app, entity = _entity(request)
    wanted = parse_find(request.query_params.multi_items())
    if isinstance(wanted, GroupRequest):
        groups = yield from asking_groups(services_of(request).database.engine.dialect, context, app, entity, wanted)
        return Response(orjson.dumps(groups), media_type="application/json")
    page = yield from asking_page(services_of(request).database.engine.dialect, context, app, entity, wanted)
    return Response(page.body(), media_type="application/json")


def get(request: Request, context: Context) -> Asking[Response]:
    """One record, as it is or as it was."""
    app, entity = _entity(request)
    wanted = parse_get(request.query_params.multi_items())
    dialect, id = services_of(request).database.engine.dialect, request.path_params["id"]
    if wanted.as_at is not None:
        # Without an ETag: nobody changes what was.
        past = yield from asking_record_as_at(dialect, context, app, entity, id, wanted)
        return Response(past, media_type="application/json")
    try:
        found = yield from asking_record(dialect, context, app, entity, id, wanted)
    except NotFound as missing:
        raise (yield from asking_absence(dialect, context, app, entity, id)) from missing
    return _answer(found)


def changes(request: Request, context: Context) -> Asking[Response]:
    """One page of the change feed."""
    app, entity = _entity(request)
    wanted = parse_feed(request.query_params.multi_items())
    body = yield from asking_feed(services_of(request).database.engine.dialect, context, app, entity, wanted)
    return Response(body, media_type="application/json")


def create(request: Request) -> Response:
    """Make a record; its approval starts unless `submit=false`."""
    context = context_of(request)
    app, entity = _entity(request)
    submit = _truth(parse_nothing(request.query_params.multi_items(), "submit"), "submit", default=True)
    made = create_record(services_of(request).database, context, app, entity, json_object(request), submit=submit)
    return _answer(made, status=201, location=f"/api/{app}/{entity}/{made.id}")


def change(request: Request) -> Response:
    """Change the fields that the body names."""
    context = context_of(request)
    app, entity = _entity(request)
    parse_nothing(request.query_params.multi_items())
    version = required_version(request)
    return _answer(
        change_record(
            services_of(request).database, context, app, entity, request.path_params["id"], json_object(request), version
        )
    )


def delete(request: Request) -> Response:
    """Delete a record."""
    context = context_of(request)
    app, entity = _entity(request)
    parse_nothing(request.query_params.multi_items())
    remove_record(services_of(request).database, context, app, entity, request.path_params["id"], required_version(request))
    return Response(status_code=204)


def restore(request: Request) -> Response:
    """Bring back a deleted record."""
    context = context_of(request)
    app, entity = _entity(request)
    parse_nothing(request.query_params.multi_items())
    json_object(request, optional=True)
    version = required_version(request)
    return _answer(bring_back_record(services_of(request).database, context, app, entity, request.path_params["id"], version))


def submit(request: Request) -> Response:
    """Start the approval of a draft."""
    context = context_of(request)
    app, entity = _entity(request)
    parse_nothing(request.query_params.multi_items())
    values = json_object(request, optional=True)
    version = None if request.headers.get("if-match") is None else required_version(request)
    return _answer(submit_record(services_of(request).database, context, app, entity, request.path_params["id"], values, version))


def compute(request: Request) -> Response:
    """What the computed fields come to over what is filled in; nothing is stored."""
    context = context_of(request)
    app, entity = _entity(request)
    values = json_object(request).get("fields")
    with services_of(request).database.read() as connection:
        found = computed_values(connection, context, app, entity, values if isinstance(values, dict) else {})
    return JSONResponse({"values": found}, headers={"Cache-Control": "no-store"})


def required_version(request: Request) -> int:
    """The version that a change is based on; raises VersionRequired without If-Match."""
    given = request.headers.get("if-match")
    if given is None:
        raise VersionRequired(
            {"zh": "修改须带 If-Match 版本。", "en": "A change needs If-Match with the version it is based on."}
        )
    found = _ETAG.match(given.strip())
    # A tag that no record ever had is simply not the present one.
    return int(found[1]) if found else -1


def _entity(request: Request) -> tuple[str, str]:
    return request.path_params["app"], request.path_params["entity"]


def _truth(values: dict[str, str], name: str, *, default: bool) -> bool:
    text = values.get(name)
    if text is None:
        return default
    if text not in {"true", "false"}:
        message = {"zh": f"{name} 只能是 true 或 false。", "en": f"{name} is true or false."}
        raise BadRequest(message, faults=(Fault(BAD_PARAMETER.id, message, parameter=name),))
    return text == "true"


def _answer(record: Record, *, status: int = 200, location: str | None = None) -> Response:
    headers = {"ETag": f'"{record.version}"'}
    if location is not None:
        headers["Location"] = location
    return Response(record.body, status, headers, media_type="application/json")


ROUTES = [
    reading_route("/api/{app}/{entity}", find, context_of),
    api_route("POST", "/api/{app}/{entity}", create, context_of),
    reading_route("/api/{app}/{entity}/changes", changes, context_of),
    api_route("POST", "/api/{app}/{entity}/compute", compute, context_of),
    reading_route("/api/{app}/{entity}/{id}", get, context_of),
    api_route("PATCH", "/api/{app}/{entity}/{id}", change, context_of),
    api_route("DELETE", "/api/{app}/{entity}/{id}", delete, context_of),
    api_route("POST", "/api/{app}/{entity}/{id}/restore", restore, context_of),
    api_route("POST", "/api/{app}/{entity}/{id}/submit", submit, context_of),
]
