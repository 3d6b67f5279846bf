"""Attached files: kept for a field before its record is written, and given to whoever may read that field of the record."""

from __future__ import annotations

import base64
import binascii
import logging
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from runtime.commands.keep_file import keep_file
from runtime.context import Context
from runtime.failures import Fault, Invalid, Unavailable
from runtime.http.admission import context_of
from runtime.http.services import services_of
from runtime.records.attachments import Attachment, find_attachment
from runtime.records.codes import BAD_FILE
from runtime.store.blobs import read_blob
from runtime.store.types import format_instant

_LOG = logging.getLogger("qiqiao.files")
router = APIRouter(prefix="/api/files")
Caller = Annotated[Context, Depends(context_of)]


class Upload(BaseModel):
    """A file for a field; `content` in base64."""

    model_config = ConfigDict(extra="forbid", strict=True)
    app: str = Field(max_length=48)
    entity: str = Field(max_length=48)
    field: str = Field(max_length=48)
    name: str = Field(min_length=1, max_length=400)
    content: str


@router.post("", status_code=201)
def upload(request: Request, context: Caller, sent: Upload) -> JSONResponse:
    """Keep a file; its id is written into the field afterwards."""
    try:
        content = base64.b64decode(sent.content, validate=True)
    except (binascii.Error, ValueError):
        words = {"zh": "内容不是有效的 base64。", "en": "The content is not base64."}
        raise Invalid(words, code=BAD_FILE.id, faults=(Fault(BAD_FILE.id, words, pointer="/content"),)) from None
    services = services_of(request)
    made = keep_file(
        services.database, services.settings.data_folder, context, sent.app, sent.entity, sent.field, sent.name, content
    )
    return JSONResponse(_facts(made), 201, headers={"Location": f"/api/files/{made.id}"})


@router.get("/{id}")
def download(request: Request, context: Caller, id: str) -> Response:
    """The bytes, always as a download, so that nothing in them is run as a page of this site."""
    services = services_of(request)
    with services.database.read() as connection:
        found = find_attachment(connection, context, id)
    try:
        content = read_blob(services.settings.data_folder, found.sha256)
    except (OSError, ValueError):
        _LOG.exception("the bytes of file %s cannot be read", id)
        raise Unavailable({"zh": "文件内容暂时无法读取。", "en": "The file's content cannot be read at present."}) from None
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(content, media_type=found.kind, headers=headers)


@router.get("/{id}/facts")
def facts(request: Request, context: Caller, id: str) -> JSONResponse:
    """Name, kind and size of a file."""
    with services_of(request).database.read() as connection:
        return JSONResponse(_facts(find_attachment(connection, context, id)))


def _facts(found: Attachment) -> dict[str, object]:
    known = {"id": found.id, "name": found.name, "kind": found.kind, "size": found.size, "sha256": found.sha256}
    return {**known, "by": found.by, "at": format_instant(found.at)}
