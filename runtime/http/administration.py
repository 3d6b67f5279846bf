"""Administration of people, units, posts, groups and role grants: read by auditors too, changed by administrators."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from runtime.commands.administer import Transaction
from runtime.commands.grant_roles import Period, RoleName, give_role, revoke_grant, roles_to_give
from runtime.commands.manage_people import (
    Days,
    PersonChange,
    change_person,
    end_group,
    end_post,
    give_group,
    give_post,
    new_person,
)
from runtime.commands.manage_units import NewUnit, UnitChange, change_unit, new_unit
from runtime.commands.show_people import PeopleWanted, list_people, list_units, show_person, unit_history
from runtime.context import Context
from runtime.http.admission import platform_role
from runtime.http.body import Shape, shaped
from runtime.http.routes import api_route
from runtime.http.services import services_of
from runtime.records.request import parse_nothing

router = APIRouter(prefix="/api/admin")

_READERS, _ADMINISTRATORS = platform_role("administrator", "auditor"), platform_role("administrator")
Reader = Annotated[Context, Depends(_READERS)]
_STRICT = ConfigDict(extra="forbid", populate_by_name=True)
_Id = Annotated[str, Field(max_length=36)]
_Reason = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]


class PeopleQuery(BaseModel):
    """Which people; an unknown name is refused."""

    model_config = ConfigDict(extra="forbid")
    search: str | None = Field(default=None, max_length=64)
    unit: str | None = Field(default=None, max_length=36)
    post_in: str | None = Field(default=None, max_length=36)
    role: str | None = Field(default=None, max_length=97, pattern=r"^[a-z_0-9]+\.[a-z_0-9]+$")
    state: str = Field(default="active", pattern="^(active|shut_out)$")
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=64)
    locale: str | None = None


class ReasonShape(BaseModel):
    """The body of an act that needs nothing but its reason."""

    model_config = _STRICT
    reason: _Reason


class PersonShape(ReasonShape):
    """The body of a new person."""

    username: str = Field(max_length=64)
    name: str = Field(min_length=1, max_length=120, pattern=r"\S")
    unit: _Id | None = None


class PersonChangeShape(ReasonShape):
    """The body of a change of a person."""

    name: str | None = Field(default=None, min_length=1, max_length=120, pattern=r"\S")
    unit: _Id | None = None
    active: bool | None = None


class GrantShape(ReasonShape):
    """The body of a grant."""

    app: str = Field(max_length=48)
    role: str = Field(max_length=48)
    begin: AwareDatetime | None = Field(default=None, alias="from")
    until: AwareDatetime | None = None


class DaysShape(ReasonShape):
    """Two days, both included."""

    valid_from: dt.date | None = Field(default=None, alias="from")
    valid_to: dt.date | None = Field(default=None, alias="to")

    @property
    def days(self) -> Days:
        """The days as the commands take them."""
        return Days(self.valid_from, self.valid_to)


class PostShape(DaysShape):
    """The body of a post."""

    unit: _Id
    post: str = Field(min_length=1, max_length=60, pattern=r"\S")


class GroupShape(DaysShape):
    """The body of a membership."""

    group: str = Field(min_length=1, max_length=60, pattern=r"\S")


class UnitShape(ReasonShape):
    """The body of a new unit."""

    code: str = Field(min_length=1, max_length=40)
    name: str = Field(min_length=1, max_length=120, pattern=r"\S")
    parent: _Id | None = None
    region: str | None = Field(default=None, max_length=120)
    department: bool = False


class UnitChangeShape(ReasonShape):
    """The body of a change of a unit; an empty leader takes the leader away."""

    name: str | None = Field(default=None, min_length=1, max_length=120, pattern=r"\S")
    region: str | None = Field(default=None, max_length=120)
    parent: _Id | None = None
    leader: _Id | None = None
    closed: bool = False


@router.get("/people")
def people(request: Request, context: Reader, query: Annotated[PeopleQuery, Query()]) -> Response:
    """People with their units, posts, groups and roles of now."""
    app, _, role = (query.role or "").partition(".")
    wanted = PeopleWanted(query.search, query.unit, app or None, role or None, query.state == "shut_out", query.post_in)
    with services_of(request).database.read() as connection:
        items, following, count = list_people(connection, context, wanted, query.limit, query.cursor)
    return JSONResponse({"items": items, "next": following, "count": count})


@router.get("/people/{person_id}")
def person(request: Request, context: Reader, person_id: str) -> Response:
    """One person with all that was ever granted."""
    with services_of(request).database.read() as connection:
        return JSONResponse(show_person(connection, context, person_id))


@router.get("/roles")
def roles(context: Reader) -> Response:
    """The roles that can be given."""
    return JSONResponse({"items": roles_to_give(context)})


@router.get("/units")
def units(request: Request, context: Reader) -> Response:
    """The tree of units."""
    with services_of(request).database.read() as connection:
        return JSONResponse({"items": list_units(connection, context)})


@router.get("/units/{unit_id}/history")
def history_of_unit(request: Request, context: Reader, unit_id: str) -> Response:
    """What was done to a unit."""
    with services_of(request).database.read() as connection:
        return JSONResponse({"items": unit_history(connection, unit_id)})


Act = Callable[[Transaction, Context, Request, Shape], str]


def _person_route(method: str, path: str, shape: type[Shape], act: Act[Shape], status: int = 200) -> object:
    """A route that does one act and answers with the person whom it changed."""

    def endpoint(request: Request) -> Response:
        context, body = _asked(request, shape)
        with services_of(request).database.write() as connection:
            changed = act(connection, context, request, body)
            return JSONResponse(show_person(connection, context, changed), status)

    return api_route(method, path, endpoint, _ADMINISTRATORS)


def _unit_route(method: str, path: str, shape: type[Shape], act: Act[Shape], status: int = 200) -> object:
    """A route that does one act and answers with the tree."""

    def endpoint(request: Request) -> Response:
        context, body = _asked(request, shape)
        with services_of(request).database.write() as connection:
            changed = act(connection, context, request, body)
            return JSONResponse({"id": changed, "items": list_units(connection, context)}, status)

    return api_route(method, path, endpoint, _ADMINISTRATORS)


def _asked(request: Request, shape: type[Shape]) -> tuple[Context, Shape]:
    context = _ADMINISTRATORS(request)
    parse_nothing(request.query_params.multi_items())
    return context, shaped(request, shape)


def _id(request: Request) -> str:
    return str(request.path_params["id"])


def _add_person(transaction: Transaction, context: Context, request: Request, body: PersonShape) -> str:
    return new_person(transaction, context, body.username, body.name.strip(), body.unit, body.reason)


def _change_person(transaction: Transaction, context: Context, request: Request, body: PersonChangeShape) -> str:
    change_person(transaction, context, _id(request), PersonChange(body.name, body.unit, body.active), body.reason)
    return _id(request)


def _grant(transaction: Transaction, context: Context, request: Request, body: GrantShape) -> str:
    period = Period(body.begin, body.until)
    give_role(transaction, context, _id(request), RoleName(body.app, body.role), period, body.reason)
    return _id(request)


def _revoke(transaction: Transaction, context: Context, request: Request, body: ReasonShape) -> str:
    return revoke_grant(transaction, context, _id(request), body.reason)


def _give_post(transaction: Transaction, context: Context, request: Request, body: PostShape) -> str:
    give_post(transaction, context, _id(request), body.unit, body.post.strip(), body.days, body.reason)
    return _id(request)


def _end_post(transaction: Transaction, context: Context, request: Request, body: ReasonShape) -> str:
    return end_post(transaction, context, _id(request), body.reason)


def _join(transaction: Transaction, context: Context, request: Request, body: GroupShape) -> str:
    give_group(transaction, context, _id(request), body.group.strip(), body.days, body.reason)
    return _id(request)


def _leave(transaction: Transaction, context: Context, request: Request, body: ReasonShape) -> str:
    return end_group(transaction, context, _id(request), body.reason)


def _add_unit(transaction: Transaction, context: Context, request: Request, body: UnitShape) -> str:
    new = NewUnit(body.code, body.name.strip(), body.parent, body.region, body.department)
    return new_unit(transaction, context, new, body.reason)


def _change_unit(transaction: Transaction, context: Context, request: Request, body: UnitChangeShape) -> str:
    change = UnitChange(body.name, body.region, body.parent, body.leader, body.closed)
    change_unit(transaction, context, _id(request), change, body.reason)
    return _id(request)


ROUTES = [
    _person_route("POST", "/api/admin/people", PersonShape, _add_person, 201),
    _person_route("PATCH", "/api/admin/people/{id}", PersonChangeShape, _change_person),
    _person_route("POST", "/api/admin/people/{id}/grants", GrantShape, _grant, 201),
    _person_route("POST", "/api/admin/grants/{id}/revoke", ReasonShape, _revoke),
    _person_route("POST", "/api/admin/people/{id}/posts", PostShape, _give_post, 201),
    _person_route("POST", "/api/admin/posts/{id}/end", ReasonShape, _end_post),
    _person_route("POST", "/api/admin/people/{id}/groups", GroupShape, _join, 201),
    _person_route("POST", "/api/admin/memberships/{id}/end", ReasonShape, _leave),
    _unit_route("POST", "/api/admin/units", UnitShape, _add_unit, 201),
    _unit_route("PATCH", "/api/admin/units/{id}", UnitChangeShape, _change_unit),
]
