"""Webhooks: read by administrators and auditors, acted on by administrators."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from runtime.commands.deliver_webhooks import Courier
from runtime.commands.manage_webhooks import (
    Desk,
    WebhookWish,
    change_webhook,
    delete_webhook,
    make_webhook,
    ping,
    replay,
    rotate_secret,
    start_webhook,
    stop_webhook,
)
from runtime.commands.show_webhooks import delivery_json, show_choices, show_deliveries, show_webhook, show_webhooks
from runtime.context import Context
from runtime.http.admission import platform_role
from runtime.http.body import Shape, shaped
from runtime.http.routes import api_route
from runtime.http.services import services_of
from runtime.outbox.webhooks import DELIVERIES_KEPT, Tells
from runtime.records.request import parse_nothing

router = APIRouter(prefix="/api/admin/webhooks")

_READERS, _ADMINISTRATORS = platform_role("administrator", "auditor"), platform_role("administrator")
Reader = Annotated[Context, Depends(_READERS)]
_STRICT = ConfigDict(extra="forbid", populate_by_name=True)
_Reason = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
_Label = Annotated[str, Field(min_length=1, max_length=120, pattern=r"\S")]
_Url = Annotated[str, Field(min_length=1, max_length=500)]
_Entities = Annotated[list[Annotated[str, Field(max_length=48)]], Field(min_length=1, max_length=20)]


class DeliveriesQuery(BaseModel):
    """How many attempts; an unknown name is refused."""

    model_config = ConfigDict(extra="forbid")
    limit: int = Field(default=50, ge=1, le=DELIVERIES_KEPT)
    locale: str | None = None


class ReasonShape(BaseModel):
    """The body of an act that needs nothing but its reason."""

    model_config = _STRICT
    reason: _Reason


class WebhookShape(ReasonShape):
    """The body of a new webhook."""

    app: str = Field(max_length=48)
    label: _Label
    url: _Url
    entities: _Entities
    principal: str = Field(max_length=36)
    tells: Tells = "records"


class WebhookChangeShape(ReasonShape):
    """The body of a change; what is not said stays."""

    label: _Label | None = None
    url: _Url | None = None
    entities: _Entities | None = None
    principal: str | None = Field(default=None, max_length=36)


class RotateShape(ReasonShape):
    """The body of a new secret: for how many hours the one before still signs, 0 for not at all."""

    overlap_hours: int = Field(default=24, ge=0, le=168)


class ReplayShape(ReasonShape):
    """The body of a replay: from a place, or from the first change of a moment."""

    place: int | None = Field(default=None, ge=0, le=2**62)
    since: AwareDatetime | None = Field(default=None, alias="from")

    @model_validator(mode="after")
    def has_one(self) -> ReplayShape:
        """Either of them says where."""
        if (self.place is None) == (self.since is None):
            raise ValueError("give either place or from")
        return self


@router.get("")
def webhooks(request: Request, context: Reader) -> Response:
    """All webhooks as they stand."""
    with services_of(request).database.read() as connection:
        items = show_webhooks(connection)
    return JSONResponse({"items": items, "next": None, "count": len(items)})


@router.get("/choices")
def choices(request: Request, context: Reader) -> Response:
    """What a webhook can be made of."""
    with services_of(request).database.read() as connection:
        return JSONResponse(show_choices(connection, context))


@router.get("/{webhook_id}")
def webhook(request: Request, context: Reader, webhook_id: str) -> Response:
    """One webhook as it stands."""
    with services_of(request).database.read() as connection:
        return JSONResponse(show_webhook(connection, webhook_id))


@router.get("/{webhook_id}/deliveries")
def deliveries(request: Request, context: Reader, webhook_id: str, query: Annotated[DeliveriesQuery, Query()]) -> Response:
    """The last attempts of a webhook."""
    with services_of(request).database.read() as connection:
        items = show_deliveries(connection, webhook_id, query.limit)
    return JSONResponse({"items": items, "next": None, "count": len(items)})


Act = Callable[[Desk, Context, str, Shape], tuple[str, str | None]]


def _route(path: str, shape: type[Shape], act: Act[Shape], method: str = "POST", status: int = 200) -> object:
    """A route that does one act and answers with the webhook, and with its secret where the act made one."""

    def endpoint(request: Request) -> Response:
        context, services = _ADMINISTRATORS(request), services_of(request)
        parse_nothing(request.query_params.multi_items())
        body = shaped(request, shape)
        with services.database.write() as connection:
            desk = Desk(connection, services.releases, services.settings)
            id, secret = act(desk, context, str(request.path_params.get("id", "")), body)
            shown = show_webhook(connection, id)
        if secret is None:
            return JSONResponse(shown, status)
        return JSONResponse({**shown, "secret": secret}, status, headers={"Cache-Control": "no-store"})

    return api_route(method, path, endpoint, _ADMINISTRATORS)


def _make(desk: Desk, context: Context, _: str, body: WebhookShape) -> tuple[str, str]:
    made, secret = make_webhook(desk, context, body.app, _wish(body), body.reason)
    return made.id, secret


def _change(desk: Desk, context: Context, id: str, body: WebhookChangeShape) -> tuple[str, None]:
    return change_webhook(desk, context, id, _wish(body), body.reason).id, None


def _stop(desk: Desk, context: Context, id: str, body: ReasonShape) -> tuple[str, None]:
    return stop_webhook(desk, context, id, body.reason).id, None


def _start(desk: Desk, context: Context, id: str, body: ReasonShape) -> tuple[str, None]:
    return start_webhook(desk, context, id, body.reason).id, None


def _rotate(desk: Desk, context: Context, id: str, body: RotateShape) -> tuple[str, str]:
    changed, secret = rotate_secret(desk, context, id, dt.timedelta(hours=body.overlap_hours), body.reason)
    return changed.id, secret


def _replay(desk: Desk, context: Context, id: str, body: ReplayShape) -> tuple[str, None]:
    begin = body.place if body.place is not None else body.since
    assert begin is not None  # noqa: S101 - one of them is there, as the shape says
    return replay(desk, context, id, begin, body.reason).id, None


def delete(request: Request) -> Response:
    """Forget a webhook that stands still."""
    context, services = _ADMINISTRATORS(request), services_of(request)
    parse_nothing(request.query_params.multi_items())
    body = shaped(request, ReasonShape)
    with services.database.write() as connection:
        desk = Desk(connection, services.releases, services.settings)
        delete_webhook(desk, context, str(request.path_params["id"]), body.reason)
    return Response(status_code=204)


def try_it(request: Request) -> Response:
    """Send a signed try to a webhook's address; the answer is how that ended."""
    context, services = _ADMINISTRATORS(request), services_of(request)
    parse_nothing(request.query_params.multi_items())
    courier = Courier(services.database, services.releases, services.settings, services.clock)
    return JSONResponse(delivery_json(ping(courier, context, str(request.path_params["id"]))))


def _wish(body: WebhookShape | WebhookChangeShape) -> WebhookWish:
    entities = None if body.entities is None else tuple(dict.fromkeys(body.entities))
    tells = body.tells if isinstance(body, WebhookShape) else "records"
    return WebhookWish(body.label and body.label.strip(), body.url, entities, body.principal, tells)


ROUTES = [
    _route("/api/admin/webhooks", WebhookShape, _make, status=201),
    _route("/api/admin/webhooks/{id}", WebhookChangeShape, _change, method="PATCH"),
    _route("/api/admin/webhooks/{id}/stop", ReasonShape, _stop),
    _route("/api/admin/webhooks/{id}/start", ReasonShape, _start),
    _route("/api/admin/webhooks/{id}/rotate", RotateShape, _rotate),
    _route("/api/admin/webhooks/{id}/replay", ReplayShape, _replay),
    api_route("POST", "/api/admin/webhooks/{id}/delete", delete, _ADMINISTRATORS),
    api_route("POST", "/api/admin/webhooks/{id}/ping", try_it, _ADMINISTRATORS),
]
