"""What releases left behind: seen, brought back into the draft, and purged by two people."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse

from builder.bringing_back import bring_back
from builder.http.drafts import check_direct
from builder.tombstones import listing
from forms_dsl.reading import ReadOnce
from runtime.context import Context
from runtime.http.admission import platform_role
from runtime.http.services import Services, services_of
from runtime.publish.purge import approve_purge, ask_purge, withdraw_purge

router = APIRouter(prefix="/api/builder/apps/{app}")

Reader = Annotated[Context, Depends(platform_role("designer", "publisher", "purger"))]
Designer = Annotated[Context, Depends(platform_role("designer"))]
Purger = Annotated[Context, Depends(platform_role("purger"))]
_STRICT = ConfigDict(extra="forbid", strict=True)


class Thing(BaseModel):
    """A tombstone, by its id."""

    model_config = _STRICT
    thing: str = Field(max_length=200)


class Things(BaseModel):
    """Tombstones that are to be dropped for good, and why."""

    model_config = _STRICT
    things: list[str] = Field(min_length=1, max_length=200)
    note: str | None = Field(default=None, max_length=2000)


@router.get("/tombstones")
def get_tombstones(request: Request, context: Reader, app: str) -> JSONResponse:
    """What no release in use has any more, the oldest first, and the purges of the app."""
    return _answer(services_of(request), context, app)


@router.post("/tombstones/bring-back")
def post_bring_back(request: Request, context: Designer, app: str, wish: Thing) -> JSONResponse:
    """Put what was removed back into the draft."""
    check_direct(request, context, app)
    judged = bring_back(services_of(request).database, context, app, wish.thing, ReadOnce())
    return JSONResponse({"changed": list(judged.draft.changed), "draft_checksum": judged.draft.checksum})


@router.post("/purges", status_code=201)
def post_purge(request: Request, context: Purger, app: str, wish: Things) -> JSONResponse:
    """Ask for tombstones to be dropped for good."""
    services = services_of(request)
    with services.database.write() as connection:
        ask_purge(connection, context, app, wish.things, wish.note, held_for(services))
    return _answer(services, context, app, status=201)


@router.post("/purges/{purge}/approve")
def post_approve(request: Request, context: Purger, app: str, purge: str) -> JSONResponse:
    """Let a purge be done that somebody else asked for; there is no way back."""
    services = services_of(request)
    approve_purge(services.database, context, app, purge, held_for(services))
    return _answer(services, context, app)


@router.post("/purges/{purge}/withdraw")
def post_withdraw(request: Request, context: Purger, app: str, purge: str) -> JSONResponse:
    """Take back a purge that is not done yet."""
    services = services_of(request)
    with services.database.write() as connection:
        withdraw_purge(connection, context, app, purge)
    return _answer(services, context, app)


def held_for(services: Services) -> dt.timedelta:
    """How long what is out of use is kept."""
    return dt.timedelta(days=services.settings.purge_after_days)


def _answer(services: Services, context: Context, app: str, status: int = 200) -> JSONResponse:
    with services.database.read() as connection:
        return JSONResponse(listing(connection, context, app, held_for(services)), status_code=status)
