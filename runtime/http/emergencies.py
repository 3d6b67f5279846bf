"""Break-glass (紧急访问): roles that people take in an emergency, what was done under them, and the review afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from runtime.commands.administer import Transaction
from runtime.commands.take_in_emergency import Taking, end_use, list_uses, offers, review_use, show_use, take_role
from runtime.context import Context
from runtime.http.admission import context_of
from runtime.http.body import Shape, shaped
from runtime.http.routes import api_route
from runtime.http.services import services_of
from runtime.records.request import parse_nothing

router = APIRouter(prefix="/api/break-glass")

SignedInContext = Annotated[Context, Depends(context_of)]
_STRICT = ConfigDict(extra="forbid", str_strip_whitespace=True)


class UsesQuery(BaseModel):
    """Which uses: those to be reviewed, or all."""

    model_config = ConfigDict(extra="forbid")
    state: Literal["open", "all"] = "all"
    locale: str | None = None


class TakingShape(BaseModel):
    """The body of a role that is taken."""

    model_config = _STRICT
    app: str = Field(max_length=48)
    role: str = Field(max_length=48)
    hours: int = Field(ge=1, le=24)
    reason: str = Field(min_length=4, max_length=200)


class ReviewShape(BaseModel):
    """The body of a review."""

    model_config = _STRICT
    verdict: Literal["justified", "unjustified"]
    opinion: str = Field(min_length=4, max_length=500)


class NothingShape(BaseModel):
    """The body of an act that needs none."""

    model_config = _STRICT


@router.get("")
def uses(request: Request, context: SignedInContext, query: Annotated[UsesQuery, Query()]) -> Response:
    """What the caller may take, and what was taken by him or is his to review."""
    with services_of(request).database.read() as connection:
        found = list_uses(connection, context, only_open=query.state == "open")
    return JSONResponse({"offers": offers(context), "items": found})


@router.get("/{id}")
def use(request: Request, context: SignedInContext, id: str) -> Response:
    """One use with what was done under it."""
    with services_of(request).database.read() as connection:
        return JSONResponse(show_use(connection, context, id))


def _act(path: str, shape: type[Shape], act: Callable[[Transaction, Context, str, Shape], object], status: int = 200) -> object:
    """A route that does one act and answers with the use."""

    def endpoint(request: Request) -> Response:
        context = context_of(request)
        parse_nothing(request.query_params.multi_items())
        body = shaped(request, shape, optional=True)
        with services_of(request).database.write() as connection:
            return JSONResponse(act(connection, context, request.path_params.get("id", ""), body), status)

    return api_route("POST", path, endpoint, context_of)


def _take(transaction: Transaction, context: Context, _: str, body: TakingShape) -> object:
    return take_role(transaction, context, Taking(body.app, body.role, body.hours, body.reason))


def _end(transaction: Transaction, context: Context, id: str, _: NothingShape) -> object:
    return end_use(transaction, context, id)


def _review(transaction: Transaction, context: Context, id: str, body: ReviewShape) -> object:
    return review_use(transaction, context, id, body.verdict, body.opinion)


ROUTES = [
    _act("/api/break-glass", TakingShape, _take, 201),
    _act("/api/break-glass/{id}/end", NothingShape, _end),
    _act("/api/break-glass/{id}/review", ReviewShape, _review),
]
