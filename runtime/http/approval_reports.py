"""Reports of approvals for people with the platform role auditor or administrator: pages, and files."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from runtime.commands.export_records import Format
from runtime.commands.report_approvals import Question, export_report, list_reports, read_report
from runtime.context import Context
from runtime.http.admission import platform_role
from runtime.http.exports import file_answer
from runtime.http.services import services_of

router = APIRouter(prefix="/api/approvals/reports")

Reviewer = Annotated[Context, Depends(platform_role("auditor", "administrator"))]


class _Asked(BaseModel):
    """The filters of a report; an unknown name is refused."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    first: dt.date = Field(alias="from")
    last: dt.date = Field(alias="to")
    unit: str | None = Field(default=None, max_length=36)
    app: str | None = Field(default=None, max_length=48)
    workflow: str | None = Field(default=None, max_length=48)
    locale: str | None = None

    def question(self, name: str) -> Question:
        """The same as the command takes it."""
        return Question(name, self.first, self.last, self.unit, self.app, self.workflow)


class PageQuery(_Asked):
    """The query of a page."""

    limit: int = Field(default=100, ge=1, le=500)
    place: int = Field(default=0, ge=0, le=10_000_000)


class FileQuery(_Asked):
    """The query of a file."""

    format: Format = "xlsx"


@router.get("")
def reports(context: Reviewer) -> Response:
    """The reports that there are."""
    return JSONResponse(list_reports(context))


@router.get("/{name}")
def report(request: Request, context: Reviewer, name: str, query: Annotated[PageQuery, Query()]) -> Response:
    """One page of a report."""
    services = services_of(request)
    zone = services.settings.timezone
    return JSONResponse(read_report(services.database, context, zone, query.question(name), query.place, query.limit))


@router.get("/{name}/file")
def report_file(request: Request, context: Reviewer, name: str, query: Annotated[FileQuery, Query()]) -> Response:
    """The whole of a report as a file."""
    services = services_of(request)
    settings, question = services.settings, query.question(name)
    writing = export_report(services.database, context, settings.timezone, question, query.format, settings.data_folder)
    return file_answer(request, writing)
