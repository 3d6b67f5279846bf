"""The apps, the page of one, and what an analyst may build with."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import JSONResponse

from builder.catalog import catalog
from builder.home import app_home, list_apps
from runtime.context import Context
from runtime.http.admission import platform_role
from runtime.http.services import services_of

router = APIRouter(prefix="/api/builder")

Reader = Annotated[Context, Depends(platform_role("designer", "publisher"))]


@router.get("/catalog")
def get_catalog(context: Reader) -> JSONResponse:
    """Field types, blocks, pieces, functions and schemas."""
    return JSONResponse(catalog())


@router.get("/apps")
def get_apps(request: Request, context: Reader) -> JSONResponse:
    """All apps that are live or being drafted."""
    with services_of(request).database.read() as connection:
        return JSONResponse({"items": list_apps(connection)})


@router.get("/apps/{app}")
def get_app(request: Request, context: Reader, app: str) -> JSONResponse:
    """The page of one app."""
    with services_of(request).database.read() as connection:
        return JSONResponse(app_home(connection, context, app))
