"""Merging records of an entity: what it would do, doing it, the merges into a record, and undoing one."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from runtime.commands.merge_records import MOST, MergeWish, merge_records
from runtime.commands.preview_merge import preview_merge
from runtime.commands.unmerge_records import UnmergeWish, unmerge_records
from runtime.http.admission import context_of
from runtime.http.body import shaped
from runtime.http.records import required_version
from runtime.http.routes import api_route
from runtime.http.services import services_of
from runtime.records.merges import merges_of_record
from runtime.records.request import parse_nothing

_Id = Annotated[str, Field(min_length=1, max_length=36)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class MergedShape(_Strict):
    """A record that is merged into another one, in the version that was read."""

    id: _Id
    version: int = Field(ge=1)


class MergeShape(_Strict):
    """The body of a merge into the record of the address."""

    merged: list[MergedShape] = Field(min_length=1, max_length=MOST - 1)
    choose: dict[str, _Id] = Field(default_factory=dict, max_length=1_000)
    reason: str = Field(max_length=1_000)


class PreviewShape(_Strict):
    """The body of a preview."""

    merged: list[_Id] = Field(min_length=1, max_length=MOST - 1)
    choose: dict[str, _Id] = Field(default_factory=dict, max_length=1_000)


class UnmergeShape(_Strict):
    """Why a merge is undone."""

    reason: str = Field(max_length=1_000)


def preview(request: Request) -> Response:
    """What a merge into this record would do."""
    parse_nothing(request.query_params.multi_items())
    body, (app, entity, id) = shaped(request, PreviewShape), _place(request)
    wish = MergeWish((id, None), tuple((each, None) for each in body.merged), body.choose)
    found = preview_merge(services_of(request).database, context_of(request), app, entity, wish)
    return JSONResponse(found, headers={"Cache-Control": "no-store"})


def merge(request: Request) -> Response:
    """Merge records into this one."""
    parse_nothing(request.query_params.multi_items())
    version, (app, entity, id) = required_version(request), _place(request)
    body = shaped(request, MergeShape)
    wish = MergeWish((id, version), tuple((each.id, each.version) for each in body.merged), body.choose, body.reason)
    done = merge_records(services_of(request).database, context_of(request), app, entity, wish)
    return JSONResponse(done, headers={"ETag": f'"{done["version"]}"'})


def of_record(request: Request) -> Response:
    """The merges into this record."""
    parse_nothing(request.query_params.multi_items())
    with services_of(request).database.read() as connection:
        found = merges_of_record(connection, context_of(request), *_place(request))
    return JSONResponse({"items": found})


def unmerge(request: Request) -> Response:
    """Undo a merge into this record."""
    parse_nothing(request.query_params.multi_items())
    version, (app, entity, id) = required_version(request), _place(request)
    wish = UnmergeWish(id, request.path_params["merge"], version, shaped(request, UnmergeShape).reason)
    done = unmerge_records(services_of(request).database, context_of(request), app, entity, wish)
    return JSONResponse(done, headers={"ETag": f'"{done["version"]}"'})


def _place(request: Request) -> tuple[str, str, str]:
    return request.path_params["app"], request.path_params["entity"], request.path_params["id"]


ROUTES = [
    api_route("POST", "/api/{app}/{entity}/{id}/merge/preview", preview, context_of),
    api_route("POST", "/api/{app}/{entity}/{id}/merge", merge, context_of),
    api_route("GET", "/api/{app}/{entity}/{id}/merges", of_record, context_of),
    api_route("POST", "/api/{app}/{entity}/{id}/merges/{merge}/unmerge", unmerge, context_of),
]
