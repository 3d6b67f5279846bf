"""Exchange rates: read by everybody who is signed in, entered by the treasury."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse

from runtime.commands.exchange_rates import enter_rates, read_rate_file, show_rates
from runtime.context import Context
from runtime.failures import Fault, Invalid
from runtime.http.admission import context_of, platform_role
from runtime.http.body import json_object
from runtime.http.services import services_of

router = APIRouter(prefix="/api/rates")

Person = Annotated[Context, Depends(context_of)]
Treasurer = Annotated[Context, Depends(platform_role("treasurer"))]
_PLACE = re.compile(r"(\d{4}-\d{2}-\d{2})\.([A-Z]{3})\.([A-Z]{3})")


class RateQuery(BaseModel):
    """The query of a list of rates; an unknown name is refused."""

    model_config = ConfigDict(extra="forbid")
    base: str | None = Field(default=None, pattern="^[A-Z]{3}$")
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$")
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, pattern=f"^{_PLACE.pattern}$")
    locale: str | None = None


@router.get("")
def rates(request: Request, context: Person, query: Annotated[RateQuery, Query()]) -> JSONResponse:
    """Rates, the newest day first."""
    place = _PLACE.fullmatch(query.cursor or "")
    after = None if place is None else (dt.date.fromisoformat(place[1]), place[2], place[3])
    found = show_rates(
        services_of(request).database, base=query.base, currency=query.currency, after=after, limit=query.limit + 1
    )
    items = found[: query.limit]
    following = "{valid_from}.{base}.{currency}".format_map(items[-1]) if len(found) > query.limit else None
    return JSONResponse({"items": items, "next": following, "count": None})


@router.post("")
def enter(request: Request, context: Treasurer) -> JSONResponse:
    """Enter rates, as items or as the text of a CSV file; all of them or none."""
    body, services = json_object(request), services_of(request)
    text, items = body.get("csv"), body.get("items")
    if body.keys() - {"csv", "items"} or (isinstance(text, str) == isinstance(items, list)):
        message = {"zh": "请给出 items 或 csv 之一。", "en": "Give either items or csv."}
        raise Invalid(message, faults=(Fault("Q422", message, pointer=""),))
    entered = enter_rates(
        services.database, context, read_rate_file(text) if isinstance(text, str) else items if isinstance(items, list) else []
    )
    services.releases.refresh(services.database)
    return JSONResponse({"created": entered.created, "changed": entered.changed, "unchanged": entered.unchanged})
