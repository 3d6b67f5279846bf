"""The way of a case through a workflow of a draft, for whoever designs it; nothing is saved."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse

from builder import drafts
from builder.http.drafts import Texts
from builder.simulating import Broken, Load, simulate_case
from builder.trial_people import started_by
from forms_dsl.diagnostics import has_errors
from forms_dsl.source import escape_pointer
from runtime.context import Context
from runtime.failures import Fault, Invalid
from runtime.http.admission import platform_role
from runtime.http.services import services_of
from runtime.process.persons import persons_of
from runtime.publish.cases.paths import run_examples
from runtime.publish.cases.results import CaseResult
from runtime.publish.refused import Refused
from workflow_engine.verify import load_verified

router = APIRouter(prefix="/api/builder/apps/{app}")

Designer = Annotated[Context, Depends(platform_role("designer"))]


class Wish(BaseModel):
    """The workflow, and the case as an example of it is written, or the name of one; texts stand in for files of the draft.

    With `starter`, a person, the people are those of the bank.
    """

    model_config = ConfigDict(extra="forbid", strict=True)
    workflow: str = Field(max_length=48)
    case: dict[str, object] | None = None
    example: str | None = Field(default=None, max_length=48)
    starter: str | None = Field(default=None, max_length=64)
    files: dict[str, str | None] = Field(default={}, max_length=2000)


@router.post("/simulate")
def simulate(request: Request, context: Designer, app: str, wish: Wish) -> JSONResponse:
    """Who is asked at each step and why, and where it stops."""
    with services_of(request).database.read() as connection:
        try:
            found = simulate_case(
                _texts(drafts.read_draft(connection, app).files, wish.files),
                _load(context),
                wish.workflow,
                # JSON is YAML too: the case is read as it would be in a file.
                case=json.dumps(wish.case, ensure_ascii=False) if wish.case is not None else None,
                example=wish.example,
                surround=started_by(connection, context, wish.starter) if wish.starter is not None else None,
            )
        except Broken as broken:
            raise _said(app, broken) from broken
        answer = found.as_json(context.locale)
        if wish.starter is not None:
            answer["persons"] = persons_of(connection, found.people)
    return JSONResponse(answer)


@router.post("/examples")
def examples(request: Request, context: Designer, app: str, texts: Texts) -> JSONResponse:
    """What comes of every worked case of the draft's workflows; a case that this version cannot run never counts as passed."""
    with services_of(request).database.read() as connection:
        files = _texts(drafts.read_draft(connection, app).files, texts.files)
    loaded = _load(context)(files)
    if loaded.app is None or has_errors(loaded.diagnostics):
        raise Refused(app, loaded.diagnostics)
    return JSONResponse({"items": [_shown(result, context.locale) for result in run_examples(loaded.app)]})


def _shown(result: CaseResult, locale: str) -> dict[str, object]:
    faults = [{"message": fault.zh if locale == "zh" else fault.en, "line": fault.span.line} for fault in result.faults]
    return {"workflow": result.file, "name": result.name, "state": result.state, "line": result.span.line, "faults": faults}


def _texts(draft: Mapping[str, str], files: Mapping[str, str | None]) -> dict[str, str]:
    return {path: text for path, text in {**draft, **files}.items() if text is not None}


def _load(context: Context) -> Load:
    return lambda given: load_verified(given, others=context.live_apps, publishing=False, cases=False)


def _said(app: str, broken: Broken) -> Exception:
    """What is wrong with the texts, or with the case in its own places."""
    if not broken.about_case:
        return Refused(app, broken.found)
    faults = tuple(
        Fault(
            one.code,
            {"zh": one.message_in("zh"), "en": one.message_in("en")},
            pointer="/case" + "".join(f"/{escape_pointer(str(part))}" for part in one.pointer),
        )
        for one in broken.found
    )
    return Invalid({"zh": "案例有误。", "en": "Something in the case is wrong."}, faults=faults)
