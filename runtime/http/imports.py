"""Imports as batches: a file is staged, looked at, released by another person, written by the worker, taken back."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from runtime.commands.decide_import import Act, decide_import
from runtime.commands.export_records import Format
from runtime.commands.import_mapping import ENCODINGS
from runtime.commands.scan_file import scan_with
from runtime.commands.show_import import list_imports, rejects_file, show_import, show_left, show_preview
from runtime.commands.stage_import import Staging, assigned_by, check_size, stage_import
from runtime.context import Context
from runtime.failures import BadRequest, Fault, NotFound, WrongContent
from runtime.http.admission import context_of
from runtime.http.body import json_object, take_note
from runtime.http.exports import file_answer
from runtime.http.services import services_of
from runtime.records.access import NOT_THERE
from runtime.records.importing import require_import
from runtime.store.blobs import Arriving

router = APIRouter(prefix="/api/apps/{app}/{entity}/imports")
Caller = Annotated[Context, Depends(context_of)]
_ACTS: frozenset[str] = frozenset({"release", "refuse", "write", "cancel", "undo"})


@router.post("", status_code=201)
async def stage(
    request: Request,
    context: Caller,
    app: str,
    entity: str,
    name: Annotated[str, Query(min_length=1, max_length=400)],
    note: Annotated[str | None, Query(max_length=2000)] = None,
    encoding: Annotated[str | None, Query(max_length=16)] = None,
    release: Annotated[bool, Query()] = False,
    map: Annotated[list[str], Query(max_length=500)] = [],
) -> JSONResponse:
    """Take in a file; the body is its bytes, written down as they arrive. Nothing is written to records.

    Each `map` is COLUMN=FIELD, for a column that is called otherwise; COLUMN= leaves the column out.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/octet-stream":
        raise WrongContent({"zh": "内容类型须为 application/octet-stream。", "en": "The body must be application/octet-stream."})
    if encoding is not None and encoding not in ENCODINGS:
        words = {"zh": f"编码须为 {'、'.join(ENCODINGS)} 之一。", "en": f"The encoding is one of {', '.join(ENCODINGS)}."}
        raise BadRequest(words, faults=(Fault("Q400", words, parameter="encoding"),))
    await run_in_threadpool(require_import, context, app, entity)
    declared = request.headers.get("content-length", "")
    check_size(int(declared) if declared.isdecimal() else 0)
    arriving = await run_in_threadpool(Arriving, services_of(request).settings.data_folder)
    with arriving:
        async for piece in request.stream():
            check_size(arriving.size + len(piece))
            await run_in_threadpool(arriving.write, piece)
        return await run_in_threadpool(
            _stage, request, context, Staging(app, entity, name, note or None, encoding, release, assigned_by(map)), arriving
        )


def _stage(request: Request, context: Context, staging: Staging, arriving: Arriving) -> JSONResponse:
    services = services_of(request)
    batch = stage_import(services.database, context, staging, arriving, scan_with(services.settings.scan_command))
    shown = show_import(services.database, context, batch.app, batch.entity, batch.id)
    place = f"/api/apps/{batch.app}/{batch.entity}/imports/{batch.id}"
    return JSONResponse(shown, 201, headers={"Location": place})


@router.get("")
def imports(request: Request, context: Caller, app: str, entity: str) -> JSONResponse:
    """The imports that the caller brought or may release."""
    found = list_imports(services_of(request).database, context, app, entity)
    return JSONResponse({"items": found, "next": None, "count": len(found)})


@router.get("/{id}")
def one(request: Request, context: Caller, app: str, entity: str, id: str) -> JSONResponse:
    """One import, with how far it is."""
    return JSONResponse(show_import(services_of(request).database, context, app, entity, id))


@router.get("/{id}/preview")
def preview(request: Request, context: Caller, app: str, entity: str, id: str) -> JSONResponse:
    """The first rows as they would be written."""
    services = services_of(request)
    return JSONResponse(show_preview(services.database, context, app, entity, id, services.settings.data_folder))


@router.get("/{id}/errors")
def errors(request: Request, context: Caller, app: str, entity: str, id: str, format: Format = "csv") -> Response:
    """Every reason why a row does not go in, as a file."""
    services = services_of(request)
    writing = rejects_file(services.database, context, app, entity, id, format, services.settings.data_folder)
    return file_answer(request, writing)


@router.get("/{id}/left")
def left(
    request: Request, context: Caller, app: str, entity: str, id: str, cursor: Annotated[int, Query(ge=0, le=2**31)] = 0
) -> JSONResponse:
    """What an undo left, since somebody had changed it."""
    return JSONResponse(show_left(services_of(request).database, context, app, entity, id, cursor))


@router.post("/{id}/{act}")
def decide(request: Request, context: Caller, app: str, entity: str, id: str, act: str) -> JSONResponse:
    """Release, refuse, write, cancel or undo an import."""
    if act not in _ACTS:
        raise NotFound(NOT_THERE)
    body = json_object(request, optional=True)
    database = services_of(request).database
    decide_import(database, context, app, entity, id, cast("Act", act), take_note(body))
    return JSONResponse(show_import(database, context, app, entity, id))
