"""The draft of an app: read, save a file, check, preview, throw away, plan, submit."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from builder import drafts, review
from builder.answers import bundle_response, review_answer
from builder.compare import changes_of
from builder.preview import preview_screens
from builder.shapes import change_json, diagnostics_json, plan_json
from forms_dsl.bundle import BROKEN, read_bundle
from forms_dsl.diagnostics import Diagnostic
from forms_dsl.folder import BUNDLE_LIMIT
from forms_dsl.reading import ReadOnce
from runtime.context import Context
from runtime.failures import Fault, Invalid
from runtime.http.admission import platform_role
from runtime.http.services import services_of
from runtime.publish.direct import direct_origin
from runtime.publish.effect import effect_of, moment_of_context
from runtime.publish.pilot import unit_ids
from runtime.publish.plan import plan_publish
from runtime.publish.scheduled import instant_of
from workflow_engine.verify import load_verified

router = APIRouter(prefix="/api/builder/apps/{app}")

Designer = Annotated[Context, Depends(platform_role("designer"))]
Reader = Annotated[Context, Depends(platform_role("designer", "publisher"))]
NO_UNITS: list[str] = []
_STRICT = ConfigDict(extra="forbid", strict=True)


class FileText(BaseModel):
    """One file to be saved over the text of this checksum; no text removes the file."""

    model_config = _STRICT
    text: str | None
    checksum: str | None


class Texts(BaseModel):
    """Texts that stand in for files of the draft; null leaves a file out."""

    model_config = _STRICT
    files: dict[str, str | None] = Field(default={}, max_length=2000)


class BundleBytes(BaseModel):
    """A zip of an app's folder, in base64."""

    model_config = _STRICT
    zip: str = Field(max_length=BUNDLE_LIMIT)
    #: Of the draft that it was made from; without it the bundle replaces any.
    checksum: str | None = None


class Submission(BaseModel):
    """The request for a second person, for the draft with this checksum."""

    model_config = _STRICT
    note: str | None = Field(default=None, max_length=2000)
    checksum: str
    #: Codes of the units that use it first; none for the whole bank.
    units: list[str] = Field(default=[], max_length=200)
    #: When it is to be published: an instant, or a day and time where the bank is; none for at once.
    at: str | None = Field(default=None, max_length=40)


@router.get("/draft")
def get_draft(request: Request, context: Reader, app: str) -> JSONResponse:
    """All texts of the draft with what is wrong in them."""
    with services_of(request).database.read() as connection:
        draft = drafts.read_draft(connection, app)
    return _draft_answer(context, drafts.judge(context, draft))


def _draft_answer(context: Context, judged: drafts.Judged) -> JSONResponse:
    draft = judged.draft
    return JSONResponse(
        {
            "base": draft.base.release if draft.base is not None else None,
            "checksum": draft.checksum,
            "files": dict(sorted(draft.files.items())),
            "checksums": {path: drafts.text_checksum(text) for path, text in sorted(draft.files.items())},
            "diagnostics": diagnostics_json(judged.diagnostics, context.locale),
            "changed": list(draft.changed),
        }
    )


@router.put("/draft/files/{path:path}")
def put_file(request: Request, context: Designer, app: str, path: str, file: FileText) -> JSONResponse:
    """Save one file."""
    check_direct(request, context, app)
    judged = drafts.save_file(services_of(request).database, context, app, path, file.text, file.checksum, ReadOnce())
    return JSONResponse(
        {
            "checksum": drafts.text_checksum(file.text) if file.text is not None else None,
            "draft_checksum": judged.draft.checksum,
            "diagnostics": diagnostics_json(judged.diagnostics, context.locale),
        }
    )


@router.put("/draft/bundle")
def put_bundle(request: Request, context: Designer, app: str, wish: BundleBytes) -> JSONResponse:
    """Save a zip of an app's folder as the whole draft."""
    check_direct(request, context, app)
    bundle = read_bundle(f"{app}.zip", _decoded(wish.zip))
    if bundle.diagnostics:
        raise Invalid(REFUSED, code=bundle.diagnostics[0].code, faults=tuple(map(_fault, bundle.diagnostics)))
    judged = drafts.save_bundle(services_of(request).database, context, app, bundle.files, ReadOnce(), over=wish.checksum)
    return _draft_answer(context, judged)


@router.get("/bundle")
def get_bundle(request: Request, context: Reader, app: str) -> Response:
    """The draft as a zip of an app's folder; the same texts give the same bytes."""
    with services_of(request).database.read() as connection:
        files = drafts.read_draft(connection, app).files
    return bundle_response(app, files)


@router.delete("/draft")
def delete_draft(request: Request, context: Designer, app: str) -> Response:
    """Throw the draft away."""
    with services_of(request).database.write() as connection:
        drafts.discard_draft(connection, context, app)
    return Response(status_code=204)


@router.post("/check")
def check(request: Request, context: Designer, app: str, texts: Texts) -> JSONResponse:
    """What would be wrong with these texts; nothing is saved."""
    files = _with(request, app, texts)
    return JSONResponse(
        {"diagnostics": diagnostics_json(load_verified(files, others=context.live_apps).diagnostics, context.locale)}
    )


@router.post("/changes")
def changes(request: Request, context: Reader, app: str, texts: Texts) -> JSONResponse:
    """What these texts would change in the draft, in words; nothing is saved."""
    with services_of(request).database.read() as connection:
        draft = drafts.draft_or_new(connection, app)
    found = changes_of(context, (draft.files, draft.published), _placed(draft.files, texts))
    return JSONResponse(
        {
            "changes": [change_json(change) for change in found.changes],
            "diagnostics": diagnostics_json(found.diagnostics, context.locale),
        }
    )


@router.post("/preview")
def preview(request: Request, context: Designer, app: str, texts: Texts) -> JSONResponse:
    """The screens of these texts, for the designer's own rights; nothing is saved."""
    return JSONResponse(preview_screens(context, app, _with(request, app, texts)))


@router.get("/plan")
def plan(
    request: Request, context: Reader, app: str, unit: Annotated[list[str], Query(max_length=200)] = NO_UNITS
) -> JSONResponse:
    """What publishing the draft would do, for the units of these codes or for the whole bank."""
    with services_of(request).database.read() as connection:
        draft = drafts.read_draft(connection, app)
        ids = unit_ids(connection, unit)
        planned = plan_publish(connection, app, draft.files, context.now, makers=draft.editors, units=ids)
        effect = effect_of(connection, planned, moment_of_context(context))
    plan, moved = planned.plan, draft.diagnostics()
    if moved:
        plan = replace(plan, diagnostics=(*moved, *plan.diagnostics))
    return JSONResponse(plan_json(plan, draft.published, draft.files, context.locale, effect))


@router.post("/submit")
def submit(request: Request, context: Designer, app: str, submission: Submission) -> JSONResponse:
    """Ask a second person to publish the draft."""
    services = services_of(request)
    at = instant_of(submission.at, services.settings.timezone) if submission.at is not None else None
    with services.database.write() as connection:
        origin = direct_origin(connection, services.settings, context, app)
        wishes = review.Wishes(submission.note, unit_ids(connection, submission.units), at, origin)
        id = review.submit(connection, context, app, submission.checksum, wishes)
        return JSONResponse(review_answer(connection, context, review.read_review(connection, id)), 201)


def check_direct(request: Request, context: Context, app: str) -> None:
    """Raise NotAllowed where definitions come by promotions only and no direct change of the app is open."""
    services = services_of(request)
    with services.database.read() as connection:
        direct_origin(connection, services.settings, context, app)


REFUSED = {"zh": "压缩包未被接受。", "en": "The bundle is not taken."}


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        message = {"zh": "zip 应为 base64 文本。", "en": "zip must be base64."}
        raise Invalid(message, code=BROKEN.id, faults=(Fault(BROKEN.id, message, pointer="/zip"),)) from None


def _fault(found: Diagnostic) -> Fault:
    return Fault(found.code, {"zh": found.message_in("zh"), "en": found.message}, pointer="/zip")


def _with(request: Request, app: str, texts: Texts) -> dict[str, str]:
    with services_of(request).database.read() as connection:
        return _placed(drafts.read_draft(connection, app).files, texts)


def _placed(files: Mapping[str, str], texts: Texts) -> dict[str, str]:
    placed = {**files, **texts.files}
    return {path: text for path, text in placed.items() if text is not None}
