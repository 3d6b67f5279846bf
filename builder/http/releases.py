"""The history of an app, and the way back to an earlier release."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from builder.answers import bundle_response, people_of, release_answer, review_answer
from builder.shapes import release_json
from builder.units import units
from runtime.context import Context
from runtime.failures import NotFound
from runtime.http.admission import platform_role
from runtime.http.services import Services, services_of
from runtime.publish.apply import activate
from runtime.publish.history import files_of, list_releases
from runtime.publish.pilot import change_units, end_pilot, extend_pilot, unit_ids
from runtime.publish.scheduled import not_done, waiting
from runtime.publish.types import Release

router = APIRouter(prefix="/api/builder/apps/{app}/releases")

Reader = Annotated[Context, Depends(platform_role("designer", "publisher"))]
Publisher = Annotated[Context, Depends(platform_role("publisher"))]


class Units(BaseModel):
    """The units of a pilot, by their codes."""

    model_config = ConfigDict(extra="forbid", strict=True)
    units: list[str] = Field(min_length=1, max_length=200)


@router.get("")
def get_releases(request: Request, context: Reader, app: str) -> JSONResponse:
    """All releases, newest first."""
    with services_of(request).database.read() as connection:
        found = list_releases(connection, app)
        person = people_of(connection, *(id for release in found for id in (release.author, release.approver)))
        where = units(connection, (id for release in found for id in release.units))
        timed = [review_answer(connection, context, row) for row in (*waiting(connection, app), *not_done(connection, app))]
    if not found and not timed:
        raise NotFound({"zh": f"没有应用 {app}。", "en": f"There is no app {app}."})
    return JSONResponse({"items": [release_json(release, person, where) for release in found], "scheduled": timed})


@router.get("/{release}/bundle")
def get_bundle(request: Request, context: Reader, app: str, release: int) -> Response:
    """The texts of a release as a zip of an app's folder; the same texts give the same bytes."""
    with services_of(request).database.read() as connection:
        files = files_of(connection, app, release)
    if not files:
        raise NotFound({"zh": f"应用 {app} 没有版本 {release}。", "en": f"{app} has no release {release}."})
    return bundle_response(app, files)


@router.post("/{release}/activate")
def activate_release(request: Request, context: Publisher, app: str, release: int) -> JSONResponse:
    """Make an earlier release the active one again."""
    services = services_of(request)
    published = activate(services.database, services.releases, app, release, context).release
    return _answer(services, published)


@router.post("/pilot/extend")
def extend(request: Request, context: Publisher, app: str) -> JSONResponse:
    """Make the pilot live for the whole bank."""
    services = services_of(request)
    return _answer(services, extend_pilot(services.database, services.releases, app, context).release)


@router.put("/pilot/units")
def put_units(request: Request, context: Publisher, app: str, wish: Units) -> JSONResponse:
    """Let the pilot be live for these units."""
    services = services_of(request)
    with services.database.read() as connection:
        ids = unit_ids(connection, wish.units)
    return _answer(services, change_units(services.database, services.releases, app, ids, context))


@router.post("/pilot/end")
def end(request: Request, context: Publisher, app: str) -> JSONResponse:
    """Put everybody on the active release again."""
    services = services_of(request)
    return _answer(services, end_pilot(services.database, services.releases, app, context))


def _answer(services: Services, release: Release) -> JSONResponse:
    with services.database.read() as connection:
        return JSONResponse(release_answer(connection, release))
