"""What a person was told, read or not."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from runtime.context import Context
from runtime.http.admission import context_of
from runtime.http.routes import api_route
from runtime.http.services import services_of
from runtime.process.notices import list_notices, mark_read
from runtime.records.request import parse_nothing

router = APIRouter(prefix="/api/notices")

SignedInContext = Annotated[Context, Depends(context_of)]


class NoticeQuery(BaseModel):
    """The query of the notices; an unknown name is refused."""

    model_config = ConfigDict(extra="forbid")
    unread: bool = False
    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = Field(default=None, max_length=36)
    locale: str | None = None


@router.get("")
def notices(request: Request, context: SignedInContext, query: Annotated[NoticeQuery, Query()]) -> Response:
    """One page of the caller's notices, newest first."""
    with services_of(request).database.read() as connection:
        page = list_notices(connection, context, query.limit, query.cursor, unread=query.unread)
    return JSONResponse({"items": page.items, "next": page.next, "unread": page.unread})


def read_one(request: Request) -> Response:
    """Mark one notice as read."""
    return _read(request, request.path_params["id"])


def read_all(request: Request) -> Response:
    """Mark every notice of the caller as read."""
    return _read(request, None)


def _read(request: Request, notice_id: str | None) -> Response:
    context = context_of(request)
    parse_nothing(request.query_params.multi_items())
    with services_of(request).database.write() as connection:
        return JSONResponse({"unread": mark_read(connection, context, notice_id)})


ROUTES = [
    api_route("POST", "/api/notices/read", read_all, context_of),
    api_route("POST", "/api/notices/{id}/read", read_one, context_of),
]
