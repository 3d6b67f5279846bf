"""Masked fields of a record in clear, for a reason; the answer is kept nowhere."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from runtime.commands.reveal_fields import RevealWish, reveal_fields
from runtime.http.admission import context_of
from runtime.http.body import shaped
from runtime.http.routes import api_route
from runtime.http.services import services_of
from runtime.records.request import parse_nothing


class RevealShape(BaseModel):
    """The body of a wish to see masked fields in clear."""

    model_config = ConfigDict(extra="forbid")
    fields: list[Annotated[str, Field(max_length=97)]] = Field(min_length=1, max_length=20)
    reason: str = Field(max_length=1000)


def reveal(request: Request) -> Response:
    """The values in clear."""
    parse_nothing(request.query_params.multi_items())
    services, place = services_of(request), request.path_params
    body = shaped(request, RevealShape)
    wish = RevealWish(tuple(body.fields), body.reason)
    limit = services.settings.reveals_per_day
    found = reveal_fields(services.database, context_of(request), place["app"], place["entity"], place["id"], wish, limit)
    return JSONResponse(found, headers={"Cache-Control": "no-store"})


ROUTES = [api_route("POST", "/api/{app}/{entity}/{id}/reveal", reveal, context_of)]
