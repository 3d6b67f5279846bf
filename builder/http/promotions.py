"""Releases between servers: what this one is, whom it believes, a release given away, one proposed here, and direct changes."""

from __future__ import annotations

import base64
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from builder import review
from builder.answers import review_answer
from builder.promoting import promote
from builder.review import Wishes
from runtime.context import Context
from runtime.failures import NotFound
from runtime.http.admission import platform_role
from runtime.http.body import shaped
from runtime.http.services import services_of
from runtime.publish.direct import open_change, open_direct_change
from runtime.publish.give_release import give_release, signing_key
from runtime.publish.history import active_release
from runtime.publish.pilot import unit_ids
from runtime.publish.release_sources import Source, fetch_release, remove_source, set_source, source_json, source_named, sources
from runtime.publish.scheduled import instant_of
from runtime.store.signing import id_of_key, public_bytes
from runtime.store.types import format_instant

router = APIRouter(prefix="/api/builder")

Reader = Annotated[Context, Depends(platform_role("designer", "publisher", "administrator", "auditor"))]
Builder = Annotated[Context, Depends(platform_role("designer", "publisher"))]
Designer = Annotated[Context, Depends(platform_role("designer"))]
Administrator = Annotated[Context, Depends(platform_role("administrator"))]
_STRICT = ConfigDict(extra="forbid", strict=True)


class SourceBody(BaseModel):
    """A server whose releases are taken; all of it, what is not given is not kept."""

    model_config = _STRICT
    kind: str = Field(max_length=16)
    key: str = Field(max_length=64)
    url: str | None = Field(default=None, max_length=300)
    token: str | None = Field(default=None, max_length=120)
    allowed_hosts: list[str] = Field(default=[], max_length=20)


class Proposal(BaseModel):
    """A release of another server: fetched from a source, or the text of a file that was carried here."""

    model_config = _STRICT
    file: str | None = None
    source: str | None = Field(default=None, max_length=40)
    app: str = Field(default="", pattern=r"^([a-z][a-z0-9_]{0,47})?$")
    #: None is the one that is live there.
    release: int | None = Field(default=None, ge=1)
    note: str | None = Field(default=None, max_length=2000)
    units: list[str] = Field(default=[], max_length=200)
    at: str | None = Field(default=None, max_length=40)


class DirectChange(BaseModel):
    """Why an app is changed here, and for how long."""

    model_config = _STRICT
    reason: str = Field(min_length=1, max_length=2000)
    hours: int = Field(default=8, ge=1, le=72)


@router.get("/promotions")
def get_promotions(request: Request, context: Reader) -> JSONResponse:
    """What this server is to others, and whom it believes."""
    services = services_of(request)
    public = public_bytes(signing_key(services.settings))
    with services.database.read() as connection:
        found = [source_json(row) for row in sources(connection)]
    own = {"key": base64.b64encode(public).decode(), "key_id": id_of_key(public)}
    return JSONResponse({**own, "promotions_only": services.settings.promotions_only, "sources": found})


@router.put("/promotions/sources/{name}")
def put_source(request: Request, context: Administrator, name: str) -> JSONResponse:
    """Enter a server, all of it anew."""
    body = shaped(request, SourceBody)
    source = Source(name, body.kind, body.key, body.url, body.token, tuple(body.allowed_hosts))
    with services_of(request).database.write() as connection:
        set_source(connection, context, source)
        return JSONResponse(source_json(source_named(connection, name)))


@router.delete("/promotions/sources/{name}")
def delete_source(request: Request, context: Administrator, name: str) -> Response:
    """Believe a server no more."""
    with services_of(request).database.write() as connection:
        remove_source(connection, context, name)
    return Response(status_code=204)


@router.post("/promotions")
def post_promotion(request: Request, context: Builder) -> JSONResponse:
    """Propose a release of another server here: a review for a second person."""
    services, wish = services_of(request), shaped(request, Proposal)
    with services.database.read() as connection:
        units = unit_ids(connection, wish.units)
        source = source_named(connection, wish.source or "") if wish.file is None else None
    if source is not None:
        data = fetch_release(source, services.settings, wish.app, wish.release)
    else:
        data = (wish.file or "").encode()
    at = instant_of(wish.at, services.settings.timezone) if wish.at is not None else None
    id = promote(services.database, services.settings, context, data, Wishes(wish.note, units, at))
    with services.database.read() as connection:
        return JSONResponse(review_answer(connection, context, review.read_review(connection, id)), 201)


@router.post("/apps/{app}/releases/{release}/promotion")
def give(request: Request, context: Builder, app: str, release: str) -> Response:
    """The signed file of a release, `live` for the one that is; its cases are run for it."""
    if release != "live" and not (release.isascii() and release.isdigit() and len(release) < 10):
        raise NotFound({"zh": f"应用 {app} 没有版本 {release}。", "en": f"{app} has no release {release}."})
    services = services_of(request)
    number = int(release) if release != "live" else None
    data = give_release(services.database, services.settings, context, app, number)
    name = {"Content-Disposition": f"attachment; filename*=UTF-8''{app}-{release}.promotion.json"}
    return Response(data, media_type="application/json", headers=name)


@router.get("/apps/{app}/direct")
def get_direct(request: Request, context: Builder, app: str) -> JSONResponse:
    """Whether the draft of an app may be edited here, and because of what."""
    services = services_of(request)
    with services.database.read() as connection:
        found = open_change(connection, app, context.now)
    opened = {"reason": found.reason, "until": format_instant(found.until)} if found is not None else None
    return JSONResponse({"promotions_only": services.settings.promotions_only, "open": opened})


@router.post("/apps/{app}/direct")
def post_direct(request: Request, context: Designer, app: str) -> JSONResponse:
    """Open a direct change, for a reason and some hours."""
    body = shaped(request, DirectChange)
    with services_of(request).database.write() as connection:
        if active_release(connection, app) is None:
            raise NotFound({"zh": f"没有应用 {app}。", "en": f"There is no app {app}."})
        open_direct_change(connection, context, app, body.reason, body.hours)
        found = open_change(connection, app, context.now)
    opened = {"reason": found.reason, "until": format_instant(found.until)} if found is not None else None
    return JSONResponse({"promotions_only": True, "open": opened}, 201)
