"""The way of a case through a workflow of a draft, for whoever designs it; nothing is saved."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse

from builder import drafts
from builder.simulating import Broken, simulate_case
from forms_dsl.source import escape_pointer
from runtime.context import Context
from runtime.failures import Fault, Invalid
from runtime.http.admission import platform_role
from runtime.http.services import services_of
from runtime.publish.refused import Refused
from workflow_engine.verify import load_verified

router = APIRouter(prefix="/api/builder/apps/{app}")

Designer = Annotated[Context, Depends(platform_role("designer"))]


class Wish(BaseModel):
    """The workflow, and the case as an example of it is written, or the name of one; texts stand in for files of the draft."""

    model_config = ConfigDict(extra="forbid", strict=True)
    workflow: str = Field(max_length=48)
    case: dict[str, object] | None = None
    example: str | None = Field(default=None, max_length=48)
    files: dict[str, str | None] = Field(default={}, max_length=2000)


@router.post("/simulate")
def simulate(request: Request, context: Designer, app: str, wish: Wish) -> JSONResponse:
    """Who is asked at each step and why, and where it stops."""
    with services_of(request).database.read() as connection:
        texts = {**drafts.read_draft(connection, app).files, **wish.files}
    files = {path: text for path, text in texts.items() if text is not None}
    # JSON is YAML too: the case is read as it would be in a file.
    case = json.dumps(wish.case, ensure_ascii=False) if wish.case is not None else None
    try:
        found = simulate_case(
            files,
            lambda given: load_verified(given, others=context.live_apps, publishing=False),
            wish.workflow,
            case=case,
            example=wish.example,
        )
    except Broken as broken:
        if not broken.about_case:
            raise Refused(app, broken.found) from broken
        faults = tuple(
            Fault(
                one.code,
                {"zh": one.message_in("zh"), "en": one.message_in("en")},
                pointer="/case" + "".join(f"/{escape_pointer(str(part))}" for part in one.pointer),
            )
            for one in broken.found
        )
        raise Invalid({"zh": "案例有误。", "en": "Something in the case is wrong."}, faults=faults) from broken
    return JSONResponse(found.as_json(context.locale))
