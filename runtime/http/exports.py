"""Lists as files: taken at once where the caller's roles let them out, else asked for and released by another person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from typing import cast
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from runtime.commands.export_records import KINDS, Exported, Format, Wish, export_records
from runtime.commands.request_export import ask_export, decide_export, exports_shown, take_export
from runtime.failures import Fault, Invalid, NotFound, TooMany
from runtime.http.admission import context_of
from runtime.http.body import json_object, take_note
from runtime.http.routes import api_route
from runtime.http.services import services_of
from runtime.records.access import NOT_THERE
from runtime.records.request import parse_export, parse_nothing
from runtime.store.blobs import PIECE
from runtime.store.export_requests import ExportState

_STATES: dict[str, ExportState] = {"release": "released", "return": "returned", "withdraw": "withdrawn"}


def export(request: Request) -> Response:
    """A list as a file."""
    services, context = services_of(request), context_of(request)
    wish = _wish(request.path_params, request.query_params.multi_items())
    return file_answer(request, export_records(services.database, context, wish, services.settings.data_folder))


def requests(request: Request) -> Response:
    """The exports of an entity that the caller asked for or may release."""
    parse_nothing(request.query_params.multi_items())
    place = request.path_params
    found = exports_shown(services_of(request).database, context_of(request), place["app"], place["entity"])
    return JSONResponse({"items": found, "next": None, "count": len(found)})


def ask(request: Request) -> Response:
    """Ask for an export that another person releases."""
    parse_nothing(request.query_params.multi_items())
    body = json_object(request)
    note = take_note(body)
    for name, value in body.items():
        if not isinstance(value, str):
            message = {"zh": f"{name} 应为文本。", "en": f"{name} is a text, as in the query of a list."}
            raise Invalid(message, faults=(Fault("Q422", message, pointer=f"/{name}"),))
    wish = _wish(request.path_params, cast("list[tuple[str, str]]", list(body.items())))
    made = ask_export(services_of(request).database, context_of(request), wish, note)
    return JSONResponse(made, 201, headers={"Location": f"/api/{wish.app}/exports/{made['id']}/file"})


def decide(request: Request) -> Response:
    """Release, return or withdraw an export that was asked for."""
    place, body = request.path_params, json_object(request, optional=True)
    state = _STATES.get(place["decision"])
    if state is None:
        raise NotFound(NOT_THERE)
    database = services_of(request).database
    return JSONResponse(decide_export(database, context_of(request), place["app"], place["id"], state, take_note(body)))


def file(request: Request) -> Response:
    """The file of a released export."""
    parse_nothing(request.query_params.multi_items())
    services, context, place = services_of(request), context_of(request), request.path_params
    return file_answer(request, take_export(services.database, context, place["app"], place["id"], services.settings.data_folder))


def _wish(place: dict[str, str], values: list[tuple[str, str]]) -> Wish:
    asked, options = parse_export(values, tuple(KINDS))
    return Wish(place["app"], place["entity"], asked, cast("Format", options["format"]), labels=options["labels"] == "true")


def file_answer(request: Request, writing: AbstractContextManager[Exported]) -> Response:
    """The bytes once they are all written: what goes wrong before answers as a problem, and nobody waits on a slow reader."""
    turn = services_of(request).exports
    if not turn.acquire(blocking=False):
        message = {"zh": "同时导出的人过多，请稍后再试。", "en": "Others are exporting at this moment; try again shortly."}
        raise TooMany(message, extra={"retry_after": 10})
    opened = ExitStack()
    try:
        exported = opened.enter_context(writing)
    finally:
        turn.release()
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(exported.name, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Content-Length": str(exported.size),
        "X-Rows": str(exported.rows),
    }
    return StreamingResponse(_pieces(exported, opened), media_type=exported.kind, headers=headers)


def _pieces(exported: Exported, opened: ExitStack) -> Iterator[bytes]:
    with opened:
        while piece := exported.file.read(PIECE):
            yield piece


ROUTES = [
    api_route("GET", "/api/{app}/{entity}/export", export, context_of),
    api_route("GET", "/api/{app}/{entity}/exports", requests, context_of),
    api_route("POST", "/api/{app}/{entity}/exports", ask, context_of),
    api_route("GET", "/api/{app}/exports/{id}/file", file, context_of),
    api_route("POST", "/api/{app}/exports/{id}/{decision}", decide, context_of),
]
