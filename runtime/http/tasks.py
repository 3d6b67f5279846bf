"""The to-do list, its decisions, and the approval of a record."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar, cast

import orjson
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from runtime.commands.decide_task import decide_task
from runtime.commands.steer_process import recall_process, retry_process
from runtime.context import Context
from runtime.failures import Invalid, NotFound
from runtime.http.admission import context_of, platform_role
from runtime.http.body import json_object
from runtime.http.routes import api_route
from runtime.http.services import services_of
from runtime.http.validation import fault_of
from runtime.process.detail import task_detail
from runtime.process.inbox import Box, list_tasks
from runtime.process.service import DecisionBody, Word
from runtime.process.trial import try_workflow
from runtime.process.view import process_of_record
from runtime.records.access import NOT_THERE
from runtime.records.request import parse_nothing

router = APIRouter(prefix="/api/tasks")

Shape = TypeVar("Shape", bound=BaseModel)
SignedInContext = Annotated[Context, Depends(context_of)]

_WORDS: frozenset[str] = frozenset({"approve", "reject", "return", "complete", "claim", "release"})


class TaskQuery(BaseModel):
    """The query of the to-do list; an unknown name is refused."""

    model_config = ConfigDict(extra="forbid")
    box: Box = "todo"
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=36)
    count: Literal["none", "exact"] = "none"
    locale: str | None = None


class DecisionShape(BaseModel):
    """The body of a decision."""

    model_config = ConfigDict(extra="forbid", strict=True)
    opinion: str | None = Field(default=None, max_length=2000)
    to: str | None = Field(default=None, max_length=64)
    fields: dict[str, Any] | None = None
    version: int | None = None


class TrialShape(BaseModel):
    """The body of a trial run."""

    model_config = ConfigDict(extra="forbid", strict=True)
    fields: dict[str, Any] = {}
    record_id: str | None = Field(default=None, max_length=36)


@router.get("")
def tasks(request: Request, context: SignedInContext, query: Annotated[TaskQuery, Query()]) -> Response:
    """One page of the caller's tasks."""
    with services_of(request).database.read() as connection:
        page = list_tasks(connection, context, query.box, query.limit, query.cursor, count=query.count == "exact")
    return _json({"items": page.items, "next": page.next, "count": page.count})


def task(request: Request) -> Response:
    """One task with what is needed to decide it."""
    context = context_of(request)
    parse_nothing(request.query_params.multi_items())
    with services_of(request).database.read() as connection:
        return _json(task_detail(connection, context, request.path_params["id"]))


def decide(request: Request) -> Response:
    """Decide, claim or give back a task."""
    context = context_of(request)
    parse_nothing(request.query_params.multi_items())
    word = request.path_params["decision"]
    if word not in _WORDS:
        raise NotFound(NOT_THERE)
    body = _read(DecisionShape, request)
    decision = DecisionBody(body.opinion, body.to, body.fields or {}, body.version)
    database = services_of(request).database
    return _json(decide_task(database, context, request.path_params["id"], cast("Word", word), decision))


def process(request: Request) -> Response:
    """The approval of a record."""
    context = context_of(request)
    parse_nothing(request.query_params.multi_items())
    with services_of(request).database.read() as connection:
        return _json({"process": process_of_record(connection, context, *_record(request))})


def recall(request: Request) -> Response:
    """Take the submission of a record back."""
    context = context_of(request)
    parse_nothing(request.query_params.multi_items())
    return _json({"process": recall_process(services_of(request).database, context, *_record(request))})


def retry(request: Request) -> Response:
    """Try again where the approval of a record is held."""
    context = context_of(request)
    parse_nothing(request.query_params.multi_items())
    return _json({"process": retry_process(services_of(request).database, context, *_record(request))})


def simulate(request: Request) -> Response:
    """The trial run of what is filled in; nothing is stored."""
    context = context_of(request)
    parse_nothing(request.query_params.multi_items())
    app, workflow = request.path_params["app"], request.path_params["workflow"]
    body = _read(TrialShape, request)
    with services_of(request).database.read() as connection:
        return _json(try_workflow(connection, context, app, workflow, body.fields, body.record_id))


def _record(request: Request) -> tuple[str, str, str]:
    return request.path_params["app"], request.path_params["entity"], request.path_params["id"]


def _read(shape: type[Shape], request: Request) -> Shape:
    try:
        return shape.model_validate(json_object(request, optional=True))
    except ValidationError as wrong:
        faults = tuple(fault_of({**error, "loc": ("body", *error["loc"])}) for error in wrong.errors())
        raise Invalid(faults[0].message, faults=faults) from wrong


def _json(value: object) -> Response:
    return Response(orjson.dumps(value), media_type="application/json")


ROUTES = [
    api_route("GET", "/api/tasks/{id}", task, context_of),
    api_route("POST", "/api/tasks/{id}/{decision}", decide, context_of),
    api_route("GET", "/api/{app}/{entity}/{id}/process", process, context_of),
    api_route("POST", "/api/{app}/{entity}/{id}/process/recall", recall, context_of),
    api_route("POST", "/api/{app}/{entity}/{id}/process/retry", retry, platform_role("administrator")),
    api_route("POST", "/api/{app}/workflows/{workflow}/simulate", simulate, context_of),
]
