"""Whether this process lives, and whether it can serve: for load balancers and operators, without signing in."""

from __future__ import annotations

import logging

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import JSONResponse

from forms_dsl.model import Label
from runtime.http.admission import PUBLIC
from runtime.http.locale import in_locale, locale_of
from runtime.http.services import services_of

router = APIRouter(prefix="/health", dependencies=[Depends(PUBLIC)])

_LOG = logging.getLogger("qiqiao.http")


@router.get("/live")
async def live() -> JSONResponse:
    """The process runs."""
    return JSONResponse({"status": "ok"})


@router.get("/ready")
def ready(request: Request) -> JSONResponse:
    """The live releases and what is wrong; 503 only when nothing can be served."""
    services, problems = services_of(request), list[Label]()
    try:
        with services.database.read() as connection:
            connection.exec_driver_sql("SELECT 1")
    except Exception:
        _LOG.exception("the database does not answer")
        problems.append({"zh": "数据库没有响应。", "en": "The database does not answer."})
    status = 503 if problems else 200
    problems += [
        {
            "zh": f"应用 {app} 的版本 {problem.release} 无法编译，之前的版本继续运行：{problem.reason}",
            "en": f"Release {problem.release} of {app} does not compile; the one before it goes on: {problem.reason}",
        }
        for app, problem in sorted(services.releases.problems().items())
    ]
    releases = {
        app: {"version": compiled.app.version, "checksum": compiled.checksum}
        for app, compiled in sorted(services.releases.current().items())
    }
    locale = locale_of(request)
    body = {
        "status": "degraded" if problems else "ok",
        "releases": releases,
        "problems": [in_locale(problem, locale) for problem in problems],
        "recovered": [in_locale(words, locale) for words in services.recovered],
    }
    return JSONResponse(body, status)
