"""Attached files: kept for a field before its record is written, and given to whoever may read that field of the record."""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Annotated, BinaryIO
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from runtime.commands.keep_file import Target, find_target, keep_file
from runtime.commands.scan_file import scan_with
from runtime.context import Context
from runtime.failures import Fault, Invalid, Unavailable, WrongContent
from runtime.http.admission import context_of
from runtime.http.services import services_of
from runtime.records.attachments import Attachment, find_attachment
from runtime.records.codes import BAD_FILE
from runtime.store.blobs import PIECE, Arriving, open_blob
from runtime.store.types import format_instant

_LOG = logging.getLogger("qiqiao.files")
router = APIRouter(prefix="/api/files")
Caller = Annotated[Context, Depends(context_of)]


class Upload(BaseModel):
    """A file for a field; `content` in base64."""

    model_config = ConfigDict(extra="forbid", strict=True)
    app: str = Field(max_length=48)
    entity: str = Field(max_length=48)
    field: str = Field(max_length=97)
    name: str = Field(min_length=1, max_length=400)
    content: str


@router.post("", status_code=201)
def upload(request: Request, context: Caller, sent: Upload) -> JSONResponse:
    """Keep a file that fits into one JSON body; its id is written into the field afterwards."""
    try:
        content = base64.b64decode(sent.content, validate=True)
    except (binascii.Error, ValueError):
        words = {"zh": "内容不是有效的 base64。", "en": "The content is not base64."}
        raise Invalid(words, code=BAD_FILE.id, faults=(Fault(BAD_FILE.id, words, pointer="/content"),)) from None
    target = find_target(context, sent.app, sent.entity, sent.field)
    with Arriving(services_of(request).settings.data_folder) as arriving:
        arriving.write(content)
        return _keep(request, context, target, sent.name, arriving)


@router.put("", status_code=201)
async def stream(
    request: Request,
    context: Caller,
    app: Annotated[str, Query(max_length=48)],
    entity: Annotated[str, Query(max_length=48)],
    field: Annotated[str, Query(max_length=97)],
    name: Annotated[str, Query(min_length=1, max_length=400)],
) -> JSONResponse:
    """Keep a file of any size that its field takes: the body is its bytes, written down as they arrive."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/octet-stream":
        raise WrongContent({"zh": "内容类型须为 application/octet-stream。", "en": "The body must be application/octet-stream."})
    target = await run_in_threadpool(find_target, context, app, entity, field)
    declared = request.headers.get("content-length", "")
    target.check_size(int(declared) if declared.isdecimal() else 0)
    arriving = await run_in_threadpool(Arriving, services_of(request).settings.data_folder)
    with arriving:
        async for piece in request.stream():
            target.check_size(arriving.size + len(piece))
            await run_in_threadpool(arriving.write, piece)
        return await run_in_threadpool(_keep, request, context, target, name, arriving)


def _keep(request: Request, context: Context, target: Target, name: str, arriving: Arriving) -> JSONResponse:
    services = services_of(request)
    made = keep_file(services.database, context, target, name, arriving, scan_with(services.settings.scan_command))
    return JSONResponse(_facts(made), 201, headers={"Location": f"/api/files/{made.id}"})


@router.get("/{id}")
def download(request: Request, context: Caller, id: str) -> Response:
    """The bytes, always as a download, so that nothing in them is run as a page of this site."""
    services = services_of(request)
    with services.database.read() as connection:
        found = find_attachment(connection, context, id)
    opened = ExitStack()
    try:
        file = opened.enter_context(open_blob(services.settings.data_folder, found.sha256))
    except (OSError, ValueError):
        _LOG.exception("the bytes of file %s cannot be read", id)
        raise Unavailable({"zh": "文件内容暂时无法读取。", "en": "The file's content cannot be read at present."}) from None
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Content-Length": str(found.size),
    }
    return StreamingResponse(_pieces(file, opened), media_type=found.kind, headers=headers)


def _pieces(file: BinaryIO, opened: ExitStack) -> Iterator[bytes]:
    with opened:
        while piece := file.read(PIECE):
            yield piece


@router.get("/{id}/facts")
def facts(request: Request, context: Caller, id: str) -> JSONResponse:
    """Name, kind and size of a file."""
    with services_of(request).database.read() as connection:
        return JSONResponse(_facts(find_attachment(connection, context, id)))


def _facts(found: Attachment) -> dict[str, object]:
    known = {"id": found.id, "name": found.name, "kind": found.kind, "size": found.size, "sha256": found.sha256}
    return {**known, "by": found.by, "at": format_instant(found.at)}
