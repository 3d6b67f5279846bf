"""The audit trail for people with the platform role auditor: reading it and proving it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse

from runtime.audit.read import EventFilter
from runtime.commands.show_audit import audit_page, records_called
from runtime.commands.verify_audit import verify_audit
from runtime.context import Context
from runtime.http.admission import platform_role
from runtime.http.locale import in_locale
from runtime.http.services import services_of

router = APIRouter(prefix="/api/audit")

Auditor = Annotated[Context, Depends(platform_role("auditor"))]


class EventQuery(BaseModel):
    """The query of a list of events; an unknown name is refused."""

    model_config = ConfigDict(extra="forbid")
    record_id: str | None = Field(default=None, max_length=36)
    record: str | None = Field(default=None, max_length=64)
    actor: str | None = Field(default=None, max_length=36)
    kind: str | None = Field(default=None, max_length=32)
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=36, pattern=r"^[0-9A-Za-z_-]+$")
    locale: str | None = None


@router.get("/events")
def events(request: Request, context: Auditor, query: Annotated[EventQuery, Query()]) -> JSONResponse:
    """Events, newest first."""
    with services_of(request).database.read() as connection:
        ids = records_called(connection, context, query.record.strip()) if query.record else None
        wanted = EventFilter(query.record_id, ids, query.actor, query.kind)
        items, following = audit_page(connection, context, wanted, query.limit, query.cursor)
    return JSONResponse({"items": items, "next": following, "count": None})


@router.post("/verify")
def verify(request: Request, context: Auditor) -> JSONResponse:
    """Prove the whole trail; the first thing that is wrong is named."""
    services = services_of(request)
    result = verify_audit(services.database, context, services.settings.data_folder)
    wrong = None
    if result.wrong is not None:
        wrong = {
            "event_id": result.wrong.event_id,
            "leaf_index": result.wrong.leaf_index,
            "message": in_locale(result.wrong.message, context.locale),
        }
    return JSONResponse(
        {"passed": wrong is None, "sealed": result.sealed, "waiting": result.waiting, "root": result.root, "wrong": wrong}
    )
