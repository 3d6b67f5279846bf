"""Who may see or change a record, and by which rule: for auditors and administrators, without a value of the record."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse

from runtime.commands.explain_access import Asked, entitled, explain_for, records_meant
from runtime.context import Context, Principal
from runtime.http.admission import platform_role
from runtime.http.services import services_of
from runtime.records.explain import Explained, Reason

router = APIRouter(prefix="/api/access")

Caller = Annotated[Context, Depends(platform_role("auditor", "administrator"))]


class AccessQuery(BaseModel):
    """The query; an unknown name is refused."""

    model_config = ConfigDict(extra="forbid")
    person: str | None = Field(default=None, min_length=1, max_length=64)
    action: Literal["read", "update", "delete"] = "read"
    on: dt.date | None = None
    limit: int = Field(default=50, ge=1, le=100)
    cursor: str | None = Field(default=None, max_length=64)
    locale: str | None = None


class RecordQuery(BaseModel):
    """Which record is meant; an unknown name is refused."""

    model_config = ConfigDict(extra="forbid")
    record: str = Field(min_length=1, max_length=64)
    locale: str | None = None


@router.get("")
def records(request: Request, context: Caller, query: Annotated[RecordQuery, Query()]) -> JSONResponse:
    """Where the record is that a number or an id means."""
    with services_of(request).database.read() as connection:
        found = records_meant(connection, context, query.record.strip())
    items = []
    for place in found:
        compiled = context.releases[place.app]
        label = compiled.entities[place.entity].entity.label
        named = {"app_label": dict(compiled.app.label), "label": dict(label)}
        items.append({"app": place.app, "entity": place.entity, "id": place.id, **named})
    return JSONResponse({"items": items})


@router.get("/{app}/{entity}/{record_id}")
def access(
    request: Request, context: Caller, app: str, entity: str, record_id: str, query: Annotated[AccessQuery, Query()]
) -> JSONResponse:
    """The reasons of one person, or the people who may."""
    asked = Asked(app, entity, record_id, query.action, query.on)
    with services_of(request).database.read() as connection:
        if query.person is not None:
            person, found = explain_for(connection, context, asked, query.person)
            return JSONResponse({"person": _person(person), **_explained(found)})
        people, following = entitled(connection, context, asked, query.cursor, query.limit)
    items = [
        {"person": _person(each.person), "by": [{"role": reason.role, "label": reason.label} for reason in each.by]}
        for each in people
    ]
    return JSONResponse({"items": items, "next": following, "count": None})


def _person(person: Principal) -> dict[str, object]:
    return {"id": person.id, "username": person.username, "name": person.name, "unit": person.unit_name}


def _explained(found: Explained) -> dict[str, object]:
    fields = [
        {"field": each.name, "label": each.label, "shows": each.shows, "writes": each.writes, "by": list(each.by)}
        for each in found.fields
    ]
    return {
        "action": found.action,
        "may": found.may,
        "roles": list(found.roles),
        "reasons": [_reason(each) for each in found.reasons],
        "denied_by": [_reason(each) for each in found.denied_by],
        "fields": fields,
    }


def _reason(reason: Reason) -> dict[str, object]:
    return {"role": reason.role, "label": reason.label, "rule": reason.rule, "holds": reason.holds}
