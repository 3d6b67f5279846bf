"""Who may see or change a record, and by which rule: for auditors and administrators, without a value of the record."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse

from runtime.commands.explain_access import Asked, Entitled, Moments, entitled, explain_for, records_meant
from runtime.context import Context, Principal
from runtime.http.admission import platform_role
from runtime.http.services import services_of
from runtime.records.explain import Explained, FieldSeen, Reason

router = APIRouter(prefix="/api/access")

Caller = Annotated[Context, Depends(platform_role("auditor", "administrator"))]


class AccessQuery(BaseModel):
    """The query; an unknown name is refused."""

    model_config = ConfigDict(extra="forbid")
    person: str | None = Field(default=None, min_length=1, max_length=64)
    action: Literal["read", "update", "delete"] = "read"
    on: dt.date | None = None
    field: str | None = Field(default=None, min_length=1, max_length=97)
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
    asked = Asked(app, entity, record_id, query.action, query.on, query.field)
    releases = services_of(request).releases
    with services_of(request).database.read() as connection:
        if query.person is not None:
            person, found, moments = explain_for(connection, context, releases, asked, query.person)
            return JSONResponse({"person": _person(person), **_explained(found, query.field), "as_of": _as_of(query.on, moments)})
        people, following, moments = entitled(connection, context, releases, asked, query.cursor, query.limit)
    items = [_entitled(each) for each in people]
    return JSONResponse({"items": items, "next": following, "count": None, "as_of": _as_of(query.on, moments)})


def _as_of(day: dt.date | None, moments: Moments) -> dict[str, object] | None:
    """Of which day what is told is, by which release, and what of it is of today all the same."""
    if day is None:
        return None
    return {"day": day.isoformat(), "release": moments.release, "of_today": ["record", "units", "leaders", "work"]}


def _entitled(each: Entitled) -> dict[str, object]:
    by = [{"role": reason.role, "label": reason.label} for reason in each.by]
    seen = {} if each.field is None else {"field": _field(each.field)}
    return {"person": _person(each.person), "by": by, **seen}


def _field(each: FieldSeen) -> dict[str, object]:
    return {"field": each.name, "label": each.label, "shows": each.shows, "writes": each.writes, "by": list(each.by)}


def _person(person: Principal) -> dict[str, object]:
    return {"id": person.id, "username": person.username, "name": person.name, "unit": person.unit_name}


def _explained(found: Explained, field: str | None) -> dict[str, object]:
    fields = [_field(each) for each in found.fields if field is None or each.name == field]
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
