"""The history of an app, and the way back to an earlier release."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import JSONResponse

from builder.answers import people_of
from builder.shapes import release_json
from runtime.context import Context
from runtime.failures import NotFound
from runtime.http.admission import platform_role
from runtime.http.services import services_of
from runtime.publish.apply import activate
from runtime.publish.history import list_releases

router = APIRouter(prefix="/api/builder/apps/{app}/releases")

Reader = Annotated[Context, Depends(platform_role("designer", "publisher"))]
Publisher = Annotated[Context, Depends(platform_role("publisher"))]


@router.get("")
def get_releases(request: Request, context: Reader, app: str) -> JSONResponse:
    """All releases, newest first."""
    with services_of(request).database.read() as connection:
        found = list_releases(connection, app)
        person = people_of(connection, *(id for release in found for id in (release.author, release.approver)))
    if not found:
        raise NotFound({"zh": f"没有应用 {app}。", "en": f"There is no app {app}."})
    return JSONResponse({"items": [release_json(release, person) for release in found]})


@router.post("/{release}/activate")
def activate_release(request: Request, context: Publisher, app: str, release: int) -> JSONResponse:
    """Make an earlier release the active one again."""
    services = services_of(request)
    published = activate(services.database, services.releases, app, release, context).release
    with services.database.read() as connection:
        person = people_of(connection, published.author, published.approver)
    return JSONResponse(release_json(published, person))
