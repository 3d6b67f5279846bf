"""版本迁移 by an administrator: which running approvals stand on which release, and moving them to another one."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from runtime.commands.migrate_approvals import Migration, migrate_approvals, running_by_release
from runtime.http.admission import context_of, platform_role
from runtime.http.body import shaped
from runtime.http.routes import api_route
from runtime.http.services import services_of
from runtime.records.request import parse_nothing
from workflow_engine.upgrade import Plan

_Step = Annotated[str, Field(min_length=1, max_length=64)]
_ADMINISTRATOR = platform_role("administrator")


class MigrationShape(BaseModel):
    """The body of a migration; without `dry_run: false` nothing is changed."""

    model_config = ConfigDict(extra="forbid", strict=True)
    to: int
    map: dict[_Step, _Step] = Field(default={}, max_length=100)
    ask_anew: list[_Step] = Field(default=[], max_length=100)
    reason: str = Field(default="", max_length=2000)
    dry_run: bool = True
    after: str | None = Field(default=None, max_length=36)


def migration(request: Request) -> Response:
    """What would become of the running approvals of a workflow, or what became of them."""
    context = context_of(request)
    parse_nothing(request.query_params.multi_items())
    shape = shaped(request, MigrationShape)
    plan = Plan(shape.map, frozenset(shape.ask_anew))
    app, workflow = request.path_params["app"], request.path_params["workflow"]
    wanted = Migration(app, workflow, shape.to, plan, shape.reason, shape.dry_run, shape.after)
    return JSONResponse(migrate_approvals(services_of(request).database, context, wanted))


def running(request: Request) -> Response:
    """The workflows with running approvals, by release."""
    context = context_of(request)
    parse_nothing(request.query_params.multi_items())
    with services_of(request).database.read() as connection:
        return JSONResponse({"items": running_by_release(connection, context)})


ROUTES = [
    api_route("GET", "/api/approvals/running", running, _ADMINISTRATOR),
    api_route("POST", "/api/{app}/workflows/{workflow}/migrate", migration, _ADMINISTRATOR),
]
