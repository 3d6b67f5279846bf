"""Connections to other systems, for administrators: what is set up, how it goes, and a try."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import JSONResponse

from runtime.commands.list_connections import describe_connections, try_saved
from runtime.context import Context
from runtime.http.admission import platform_role
from runtime.http.services import engine_of, services_of

router = APIRouter(prefix="/api/connections")

Administrator = Annotated[Context, Depends(platform_role("administrator"))]


@router.get("")
def connections(request: Request, context: Administrator) -> JSONResponse:
    """Every installed connector with its connection and last state."""
    found = describe_connections(services_of(request).database, engine_of(request))
    return JSONResponse({"items": found, "next": None, "count": len(found)})


@router.post("/{connector}/test")
def test_connection(request: Request, context: Administrator, connector: str) -> JSONResponse:
    """Try a connection; the answer tells how it ended and nothing of what was said."""
    return JSONResponse(try_saved(services_of(request).database, engine_of(request), context, connector))
