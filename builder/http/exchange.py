"""Workflows and decision tables of a draft as BPMN and DMN, and texts of files from them; nothing is saved."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from builder import drafts
from builder.exchange import give_bpmn, give_dmn, take_bpmn, take_dmn
from builder.shapes import diagnostics_json
from forms_dsl.load import load_app
from runtime.context import Context
from runtime.failures import NotFound
from runtime.http.admission import platform_role
from runtime.http.services import services_of
from workflow_engine.markup.source import SIZE_LIMIT

router = APIRouter(prefix="/api/builder/apps/{app}")

Designer = Annotated[Context, Depends(platform_role("designer"))]
Reader = Annotated[Context, Depends(platform_role("designer", "publisher"))]


class Model(BaseModel):
    """A BPMN or DMN text; of BPMN also the entity that the workflow decides on, and which of several processes."""

    model_config = ConfigDict(extra="forbid", strict=True)
    file: str = Field(max_length=200)
    text: str = Field(max_length=SIZE_LIMIT)
    entity: str | None = Field(default=None, max_length=48)
    process: str | None = Field(default=None, max_length=200)


@router.post("/take/{format}")
def take(request: Request, context: Designer, app: str, format: Literal["bpmn", "dmn"], model: Model) -> JSONResponse:
    """The texts that a model makes for the draft, and what is to be said of it; saving them is another request."""
    with services_of(request).database.read() as connection:
        files = drafts.read_draft(connection, app).files
    if format == "bpmn":
        known = load_app(files, others=context.live_apps).app
        taken = take_bpmn(model.file, model.text, files, known, entity=model.entity, process=model.process)
    else:
        taken = take_dmn(model.file, model.text, files)
    return JSONResponse({"files": dict(taken.files), "diagnostics": diagnostics_json(taken.findings, context.locale)})


@router.get("/give/{format}/{name}")
def give(
    request: Request,
    context: Reader,
    app: str,
    format: Literal["bpmn", "dmn"],
    name: str,
    language: Annotated[str | None, Query(max_length=12)] = None,
) -> Response:
    """The workflow or decision table of the draft as a file; a table only of a draft without errors."""
    with services_of(request).database.read() as connection:
        files = drafts.read_draft(connection, app).files
    if format == "bpmn":
        text = give_bpmn(files, name, language)
    else:
        known = load_app(files, others=context.live_apps).app
        text = give_dmn(files, known, name, language) if known is not None else None
    if text is None:
        words = {"en": f"{name} cannot be given as {format.upper()}.", "zh": f"{name} 无法导出为 {format.upper()}。"}
        raise NotFound(words)
    return Response(
        text, media_type="application/xml", headers={"Content-Disposition": f'attachment; filename="{name}.{format}"'}
    )
