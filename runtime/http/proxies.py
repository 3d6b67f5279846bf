"""Proxies (代理): the caller's own rules, and the register of the bank."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from runtime.commands.keep_proxies import NewProxy, end_proxy, list_proxies, set_proxy
from runtime.context import Context
from runtime.http.admission import context_of
from runtime.http.body import shaped
from runtime.http.routes import api_route
from runtime.http.services import services_of
from runtime.records.request import parse_nothing

router = APIRouter(prefix="/api/proxies")

SignedInContext = Annotated[Context, Depends(context_of)]


class ProxyQuery(BaseModel):
    """Whose rules: the caller's, or all of the bank."""

    model_config = ConfigDict(extra="forbid")
    of: Literal["me", "bank"] = "me"
    locale: str | None = None


class ProxyShape(BaseModel):
    """The body of a new rule."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    proxy: str = Field(max_length=36)
    valid_from: dt.date = Field(alias="from")
    valid_to: dt.date = Field(alias="to")
    owner: str | None = Field(default=None, max_length=36)
    app: str | None = Field(default=None, max_length=48)
    workflow: str | None = Field(default=None, max_length=48)
    amount: Decimal | None = Field(default=None, gt=0, max_digits=18, decimal_places=2)
    reason: str | None = Field(default=None, max_length=200)


@router.get("")
def proxies(request: Request, context: SignedInContext, query: Annotated[ProxyQuery, Query()]) -> Response:
    """The rules by which others act for the caller or he for them, or the register."""
    with services_of(request).database.read() as connection:
        return JSONResponse({"items": list_proxies(connection, context, whole=query.of == "bank")})


def add(request: Request) -> Response:
    """Let somebody act for the caller."""
    context = context_of(request)
    parse_nothing(request.query_params.multi_items())
    new = NewProxy(**shaped(request, ProxyShape).model_dump())
    with services_of(request).database.write() as connection:
        return JSONResponse(set_proxy(connection, context, new), status_code=201)


def end(request: Request) -> Response:
    """End a rule now."""
    context = context_of(request)
    parse_nothing(request.query_params.multi_items())
    with services_of(request).database.write() as connection:
        return JSONResponse(end_proxy(connection, context, request.path_params["id"]))


ROUTES = [
    api_route("POST", "/api/proxies", add, context_of),
    api_route("POST", "/api/proxies/{id}/end", end, context_of),
]
