"""What an app is made of for its caller: the apps he may open, the screens of one for the browser, its OpenAPI for programs."""

from __future__ import annotations

import hashlib
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from runtime.compile.app import CompiledApp
from runtime.context import Context
from runtime.failures import NotFound
from runtime.http.admission import context_of
from runtime.http.services import services_of
from runtime.process.todo import has_work_in
from runtime.records.access import NOT_THERE, may_open
from runtime.records.screens import openapi_for, screens_for

router = APIRouter(prefix="/api")

Person = Annotated[Context, Depends(context_of)]


@router.get("/apps")
def apps(context: Person) -> JSONResponse:
    """The apps that this person may open, by name."""
    items = [
        {"app": name, "label": compiled.app.label, "version": compiled.app.version}
        for name, compiled in sorted(context.releases.items())
        if may_open(context, compiled)
    ]
    return JSONResponse({"items": items})


@router.get("/apps/{app}/screens")
def screens(request: Request, app: str, context: Person) -> Response:
    """Everything that is drawn of an app for this person; 304 while it is what the browser has."""
    compiled = context.releases.get(app)
    if compiled is None or may_open(context, compiled):
        return _tagged(request, orjson.dumps(screens_for(_opened(context, app), context)))
    # Who is asked by his post, in a group or as a leader may hold no role of the app, and yet has to see what he decides on.
    with services_of(request).database.read() as connection:
        if not has_work_in(connection, context.principal.id, app):
            raise NotFound(NOT_THERE)
    return _tagged(request, orjson.dumps(screens_for(compiled, context, has_work=True)))


@router.get("/{app}/openapi.json")
def openapi(request: Request, app: str, context: Person) -> Response:
    """The OpenAPI 3.1 document of an app for this caller."""
    return _tagged(request, orjson.dumps(openapi_for(_opened(context, app), context)))


def _opened(context: Context, app: str) -> CompiledApp:
    compiled = context.releases.get(app)
    if compiled is None or not may_open(context, compiled):
        raise NotFound(NOT_THERE)
    return compiled


def _tagged(request: Request, body: bytes) -> Response:
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
