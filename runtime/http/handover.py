"""离职交接 by an administrator: all open seats of one person to another, with the result of each."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from runtime.commands.hand_over import HandingOver, hand_over
from runtime.failures import NotFound
from runtime.http.admission import context_of, platform_role
from runtime.http.body import shaped
from runtime.http.routes import api_route
from runtime.http.services import services_of
from runtime.records.request import parse_nothing


class HandoverShape(BaseModel):
    """The body of a handing over."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True)
    leaver: str = Field(alias="from", max_length=36)
    person: str = Field(alias="to", max_length=36)
    reason: str = Field(min_length=1, max_length=200)
    app: str | None = Field(default=None, max_length=48)
    workflow: str | None = Field(default=None, max_length=48)


def handover(request: Request) -> Response:
    """Hand the open seats of somebody over; what may not be given stays with him, and the answer says why."""
    context = context_of(request)
    parse_nothing(request.query_params.multi_items())
    shape = shaped(request, HandoverShape)
    workflow_id = None
    if shape.workflow is not None:
        compiled = context.releases.get(shape.app or "")
        found = compiled.app.workflows.get(shape.workflow) if compiled else None
        if found is None:
            raise NotFound({"zh": "没有这个流程。", "en": "There is no such workflow."})
        workflow_id = found.id
    handing = HandingOver(shape.leaver, shape.person, shape.reason, shape.app, workflow_id)
    items = hand_over(services_of(request).database, context, handing)
    locale = context.locale
    return JSONResponse(
        {
            "items": [
                {
                    "task": item.task_id,
                    "ok": item.failure is None,
                    "code": item.failure.code if item.failure else None,
                    "detail": item.failure.message.get(locale) if item.failure else None,
                }
                for item in items
            ]
        }
    )


ROUTES = [api_route("POST", "/api/handover", handover, platform_role("administrator"))]
