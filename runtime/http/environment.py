"""Which environment this is, for everybody: people look at it before they type a password."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import JSONResponse

from runtime.http.admission import PUBLIC
from runtime.http.services import services_of

router = APIRouter(prefix="/api/environment", dependencies=[Depends(PUBLIC)])


@router.get("")
async def environment(request: Request) -> JSONResponse:
    """Kind, name and colour; null where nobody told the server."""
    settings = services_of(request).settings
    found = settings.environment
    shown = {"kind": found.kind, "label": dict(found.label), "color": found.color} if found is not None else None
    return JSONResponse({"environment": shown, "promotions_only": settings.promotions_only})
