"""The to-do list, its decisions, and the approval of a record."""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast, get_args

import orjson
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.requests import Request
from starlette.responses import Response

from runtime.commands.decide_task import BATCH_WORDS, BatchItem, act_on_task, decide_task, decide_tasks
from runtime.commands.reverse_approval import reverse_approval
from runtime.commands.show_task import show_task
from runtime.commands.steer_process import ADMINISTRATOR_WORDS, STARTER_WORDS, Said, SteerWord, steer_process
from runtime.context import Context
from runtime.failures import Failure, Fault, Invalid, NotFound
from runtime.http.admission import context_of, platform_role
from runtime.http.body import shaped
from runtime.http.locale import in_locale
from runtime.http.routes import api_route
from runtime.http.services import services_of
from runtime.identity.password import LONGEST
from runtime.process import codes
from runtime.process.acts import ACT_WORDS, About, ActWord
from runtime.process.detail import people_to_choose
from runtime.process.inbox import Box, list_tasks
from runtime.process.service import DecisionBody, Word
from runtime.process.steering import Result
from runtime.process.todo import Only, show_counts
from runtime.process.trial import try_workflow
from runtime.process.view import process_of_record
from runtime.records.access import NOT_THERE
from runtime.records.request import parse_nothing

router = APIRouter(prefix="/api/tasks")

SignedInContext = Annotated[Context, Depends(context_of)]

_WORDS: frozenset[str] = frozenset(get_args(Word))
#: So many tasks are decided in one request.
_MOST_AT_ONCE = 100


#: People chosen for later steps (自选), by step.
Chosen = dict[Annotated[str, Field(max_length=64)], list[Annotated[str, Field(max_length=36)]]]


class TaskQuery(BaseModel):
    """The query of the to-do list; an unknown name is refused."""

    model_config = ConfigDict(extra="forbid")
    box: Box = "todo"
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=36)
    count: Literal["none", "exact"] = "none"
    overdue: bool = False
    unit: str | None = Field(default=None, max_length=36)
    locale: str | None = None

    @model_validator(mode="after")
    def _only_of_todo(self) -> TaskQuery:
        if self.box != "todo" and (self.overdue or self.unit is not None):
            raise ValueError("overdue and unit are of the box todo")
        return self


class DecisionShape(BaseModel):
    """The body of a decision."""

    model_config = ConfigDict(extra="forbid", strict=True)
    opinion: str | None = Field(default=None, max_length=2000)
    to: str | None = Field(default=None, max_length=64)
    fields: dict[str, Any] | None = None
    version: int | None = None
    people: list[Annotated[str, Field(max_length=36)]] = Field(default=[], max_length=20)
    seat: int | None = None
    request: int | None = None
    wait: bool = False
    password: str | None = Field(default=None, max_length=LONGEST)
    choose: Chosen = {}


class BatchItemShape(BaseModel):
    """One task of many."""

    model_config = ConfigDict(extra="forbid", strict=True)
    id: str = Field(max_length=36)
    version: int | None = None


class BatchShape(BaseModel):
    """The body of one decision on many tasks."""

    model_config = ConfigDict(extra="forbid", strict=True)
    decision: str
    opinion: str | None = Field(default=None, max_length=2000)
    items: list[BatchItemShape] = Field(min_length=1, max_length=_MOST_AT_ONCE)


class ChoiceQuery(BaseModel):
    """The query of people to choose from."""

    model_config = ConfigDict(extra="forbid")
    act: ActWord
    find: str = Field(default="", max_length=60)
    locale: str | None = None


class SteerShape(BaseModel):
    """The body of an act with a whole approval."""

    model_config = ConfigDict(extra="forbid", strict=True)
    reason: str | None = Field(default=None, max_length=2000)
    to: str | None = Field(default=None, max_length=64)
    choose: Chosen = {}
    done: bool = False
    instance: str | None = Field(default=None, max_length=36)


class ReversalShape(BaseModel):
    """The body of a reversal."""

    model_config = ConfigDict(extra="forbid", strict=True)
    reason: str | None = Field(default=None, max_length=2000)
    choose: Chosen = {}


class TrialShape(BaseModel):
    """The body of a trial run."""

    model_config = ConfigDict(extra="forbid", strict=True)
    fields: dict[str, Any] = {}
    record_id: str | None = Field(default=None, max_length=36)
    choose: Chosen = {}


@router.get("")
def tasks(request: Request, context: SignedInContext, query: Annotated[TaskQuery, Query()]) -> Response:
    """One page of the caller's tasks."""
    with services_of(request).database.read() as connection:
        only = Only(context.now if query.overdue else None, query.unit)
        page = list_tasks(connection, context, query.box, query.limit, query.cursor, count=query.count == "exact", only=only)
    return _json({"items": page.items, "next": page.next, "count": page.count})


@router.get("/{task_id}/people")
def people(request: Request, context: SignedInContext, task_id: str, query: Annotated[ChoiceQuery, Query()]) -> Response:
    """People whom the caller may choose for an act with a task."""
    with services_of(request).database.read() as connection:
        return _json({"items": people_to_choose(connection, context, task_id, query.act, query.find)})


def counts(request: Request) -> Response:
    """How much the caller has to do, overdue, and by unit."""
    context = context_of(request)
    parse_nothing(request.query_params.multi_items())
    with services_of(request).database.read() as connection:
        return _json(show_counts(connection, context))


def task(request: Request) -> Response:
    """One task with what is needed to decide it."""
    context = context_of(request)
    parse_nothing(request.query_params.multi_items())
    return _json(show_task(services_of(request).database, context, request.path_params["id"]))


def decide(request: Request) -> Response:
    """Decide, claim or give back a task."""
    context = context_of(request)
    parse_nothing(request.query_params.multi_items())
    word = request.path_params["decision"]
    if word not in _WORDS | ACT_WORDS:
        raise NotFound(NOT_THERE)
    body = shaped(request, DecisionShape, optional=True)
    about = About(tuple(body.people), body.seat, body.request, body.wait)
    decision = DecisionBody(body.opinion, body.to, body.fields or {}, body.version, about, choices=_choices(body.choose))
    database, task_id = services_of(request).database, request.path_params["id"]
    if word in ACT_WORDS:
        return _json(act_on_task(database, context, task_id, cast("ActWord", word), decision))
    return _json(decide_task(database, context, task_id, word, decision, body.password))


def batch(request: Request) -> Response:
    """Decide many tasks alike; an answer for each."""
    context = context_of(request)
    parse_nothing(request.query_params.multi_items())
    body = shaped(request, BatchShape, optional=True)
    if body.decision not in BATCH_WORDS:
        message = {"zh": "此操作不能批量办理。", "en": "This decision is not taken for many at once."}
        raise Invalid(message, faults=(Fault(codes.NO_SUCH_DECISION.id, message, pointer="/decision"),))
    items = [BatchItem(item.id, item.version) for item in body.items]
    outcomes = decide_tasks(services_of(request).database, context, items, body.decision, body.opinion)
    return _json({"items": [{"id": task_id, **_outcome(failure, context.locale)} for task_id, failure in outcomes]})


def _outcome(failure: Failure | None, locale: str) -> dict[str, object]:
    if failure is None:
        return {"done": True, "status": 200, "code": None, "detail": None}
    said = failure.faults[0].message if failure.faults else failure.message
    return {"done": False, "status": failure.status, "code": failure.code, "detail": in_locale(said, locale)}


def process(request: Request) -> Response:
    """The last approval of a record, or the one that `instance` names."""
    context = context_of(request)
    asked = parse_nothing(request.query_params.multi_items(), "instance").get("instance")
    with services_of(request).database.read() as connection:
        return _json({"process": process_of_record(connection, context, *_record(request), asked)})


def reverse(request: Request) -> Response:
    """Start the reversal of the completed approval of a record."""
    context = context_of(request)
    parse_nothing(request.query_params.multi_items())
    body = shaped(request, ReversalShape, optional=True)
    database, record = services_of(request).database, _record(request)
    started = reverse_approval(database, context, record, body.reason or "", _choices(body.choose))
    return Response(orjson.dumps({"process": started}), status_code=201, media_type="application/json")


def steer(request: Request) -> Response:
    """Recall, urge, retry, suspend, resume, terminate or jump: what is done with a whole approval."""
    context = context_of(request)
    parse_nothing(request.query_params.multi_items())
    body = shaped(request, SteerShape, optional=True)
    word = request.url.path.rpartition("/")[2]
    database, record = services_of(request).database, _record(request)
    result: Result = "confirmed" if body.done else "rejected"
    said = Said(body.reason or "", body.to or "", _choices(body.choose), result, body.instance)
    return _json({"process": steer_process(database, context, record, cast("SteerWord", word), said)})


def simulate(request: Request) -> Response:
    """The trial run of what is filled in; nothing is stored."""
    context = context_of(request)
    parse_nothing(request.query_params.multi_items())
    app, workflow = request.path_params["app"], request.path_params["workflow"]
    body = shaped(request, TrialShape, optional=True)
    with services_of(request).database.read() as connection:
        return _json(try_workflow(connection, context, app, workflow, body.fields, body.record_id, _choices(body.choose)))


def _choices(chosen: Chosen) -> dict[str, tuple[str, ...]]:
    return {step: tuple(people) for step, people in chosen.items()}


def _record(request: Request) -> tuple[str, str, str]:
    return request.path_params["app"], request.path_params["entity"], request.path_params["id"]


def _json(value: object) -> Response:
    return Response(orjson.dumps(value), media_type="application/json")


_PROCESS = "/api/{app}/{entity}/{id}/process"
ROUTES = [
    api_route("GET", "/api/tasks/counts", counts, context_of),
    api_route("GET", "/api/tasks/{id}", task, context_of),
    api_route("POST", "/api/tasks/batch", batch, context_of),
    api_route("POST", "/api/tasks/{id}/{decision}", decide, context_of),
    api_route("GET", _PROCESS, process, context_of),
    api_route("POST", f"{_PROCESS}/reverse", reverse, context_of),
    *(api_route("POST", f"{_PROCESS}/{word}", steer, context_of) for word in STARTER_WORDS),
    *(api_route("POST", f"{_PROCESS}/{word}", steer, platform_role("administrator")) for word in ADMINISTRATOR_WORDS),
    api_route("POST", "/api/{app}/workflows/{workflow}/simulate", simulate, context_of),
]
