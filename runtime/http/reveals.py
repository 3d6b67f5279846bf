"""Masked fields of a record in clear, for a reason; the answer is kept nowhere."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from runtime.commands.reveal_fields import RevealWish, reveal_fields
from runtime.failures import Invalid
from runtime.http.admission import context_of
from runtime.http.body import json_object
from runtime.http.routes import api_route
from runtime.http.services import services_of
from runtime.http.validation import fault_of
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
    try:
        body = RevealShape.model_validate(json_object(request))
    except ValidationError as wrong:
        faults = tuple(fault_of({**error, "loc": ("body", *error["loc"])}) for error in wrong.errors())
        raise Invalid(faults[0].message, faults=faults) from wrong
    wish = RevealWish(tuple(body.fields), body.reason)
    limit = services.settings.reveals_per_day
    found = reveal_fields(services.database, context_of(request), place["app"], place["entity"], place["id"], wish, limit)
    return JSONResponse(found, headers={"Cache-Control": "no-store"})


ROUTES = [api_route("POST", "/api/{app}/{entity}/{id}/reveal", reveal, context_of)]
