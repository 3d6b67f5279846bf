"""Requests for publication, for the second person."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse

from builder import review
from builder.answers import release_answer, review_answer, review_with_plan
from builder.shapes import done_step_json
from runtime.context import Context
from runtime.http.admission import platform_role
from runtime.http.services import Services, services_of
from runtime.publish.apply import Published
from runtime.publish.history import steps_of

router = APIRouter(prefix="/api/builder/reviews")

Reader = Annotated[Context, Depends(platform_role("designer", "publisher"))]
Designer = Annotated[Context, Depends(platform_role("designer"))]
Publisher = Annotated[Context, Depends(platform_role("publisher"))]


class Note(BaseModel):
    """What the second person says to it."""

    model_config = ConfigDict(extra="forbid", strict=True)
    note: str | None = Field(default=None, max_length=2000)


class Reason(BaseModel):
    """Why it is returned."""

    model_config = ConfigDict(extra="forbid", strict=True)
    note: str = Field(min_length=1, max_length=2000)


@router.get("")
def list_reviews(request: Request, context: Reader) -> JSONResponse:
    """The requests that wait for a decision or for their time."""
    with services_of(request).database.read() as connection:
        items = [review_answer(connection, context, row) for row in review.open_reviews(connection)]
    return JSONResponse({"items": items})


@router.get("/{id}")
def get_review(request: Request, context: Reader, id: str) -> JSONResponse:
    """One request with its plan as it is now."""
    with services_of(request).database.read() as connection:
        return JSONResponse(review_with_plan(connection, context, review.read_review(connection, id)))


@router.post("/{id}/approve")
def approve(request: Request, context: Publisher, id: str, note: Note) -> JSONResponse:
    """Publish what was submitted, or let it wait for its time."""
    services = services_of(request)
    return _done(services, context, id, review.approve(services.database, services.releases, context, id, note.note))


@router.post("/{id}/late")
def late(request: Request, context: Publisher, id: str, note: Note) -> JSONResponse:
    """Publish now what no worker published at its time."""
    services = services_of(request)
    return _done(services, context, id, review.approve_late(services.database, services.releases, context, id, note.note))


def _done(services: Services, context: Context, id: str, published: Published | None) -> JSONResponse:
    with services.database.read() as connection:
        answer = review_answer(connection, context, review.read_review(connection, id))
        if published is None:
            return JSONResponse({"review": answer, "release": None, "steps": []})
        steps = steps_of(connection, published.release.app, published.release.release)
        shown = {"release": release_answer(connection, published.release), "steps": [done_step_json(step) for step in steps]}
        return JSONResponse({"review": answer, **shown})


@router.post("/{id}/withdraw")
def withdraw(request: Request, context: Designer, id: str) -> JSONResponse:
    """Take it back by who submitted it."""
    with services_of(request).database.write() as connection:
        review.withdraw(connection, context, id)
        return JSONResponse(review_answer(connection, context, review.read_review(connection, id)))


@router.post("/{id}/cancel")
def cancel(request: Request, context: Reader, id: str) -> JSONResponse:
    """Take a publication back before its time."""
    with services_of(request).database.write() as connection:
        review.cancel_scheduled(connection, context, id)
        return JSONResponse(review_answer(connection, context, review.read_review(connection, id)))


@router.post("/{id}/return")
def return_review(request: Request, context: Publisher, id: str, reason: Reason) -> JSONResponse:
    """Give it back to its author."""
    with services_of(request).database.write() as connection:
        review.return_review(connection, context, id, reason.note)
        return JSONResponse(review_answer(connection, context, review.read_review(connection, id)))
