"""A real server over a real database with two people, and a few routes of its own."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from runtime.audit.trail import record_event
from runtime.context import Context
from runtime.failures import Conflict, Fault, Invalid
from runtime.http.admission import PUBLIC, context_of, platform_role
from runtime.http.body import json_object
from runtime.http.routes import api_route, build_app
from runtime.http.services import Services, services_of
from runtime.identity.holdings import Given, grant_role
from runtime.identity.organisation import add_person, add_unit, set_password_hash
from runtime.identity.password import hash_password
from runtime.identity.sessions import start_session
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.store.database import Database
from tests.serving import PLAIN, serving

PASSWORD = "right-横竖撇捺"
HASH = hash_password(PASSWORD)


@dataclass
class Clock:
    """The time of the tests' server; it stands still until somebody moves it."""

    now: dt.datetime = dt.datetime(2026, 11, 24, 2, 0, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.now


@dataclass
class Effects:
    """What the tests' own routes did, and gates to hold them."""

    done: list[object] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    entered: threading.Event = field(default_factory=threading.Event)


def own_routes(effects: Effects) -> ModuleType:
    """Routes of both styles that act for real: they write an audit event and count."""

    def act(request: Request) -> Response:
        body = json_object(request)
        context = context_of(request)
        effects.entered.set()
        if body.get("wait"):
            effects.gate.wait(10)
        with services_of(request).database.write() as connection:
            if not body.get("quiet"):
                record_event(
                    connection, context, "acted", app="demo", entity="thing", record_id="r-1", body={"n": len(effects.done)}
                )
            if body.get("fail") == "after":
                raise RuntimeError("SECRET driver text")
            if body.get("fail") == "conflict":
                raise Conflict({"zh": "不行", "en": "not now"})
            if body.get("fail") == "invalid":
                raise Invalid({"zh": "错", "en": "wrong"}, faults=(Fault("Q422", {"zh": "错", "en": "wrong"}, pointer="/a"),))
        if body.get("fail") == "late":
            raise RuntimeError("after the commit")
        effects.done.append(body)
        return JSONResponse({"number": len(effects.done)}, 201, {"Location": "/api/things/1", "ETag": '"1"'})

    module = ModuleType("own_routes")
    module.ROUTES = (  # type: ignore[attr-defined]
        api_route("POST", "/api/things", act, context_of),
        api_route(
            "GET", "/api/things", lambda request: JSONResponse({"who": context_of(request).principal.username}), context_of
        ),
        api_route("GET", "/api/designers", lambda request: JSONResponse({"ok": True}), platform_role("designer")),
    )
    router = APIRouter()

    @router.post("/api/open", dependencies=[Depends(PUBLIC)])
    def open_to_all(body: dict[str, str]) -> dict[str, str]:
        return body

    @router.get("/api/whoami")
    def whoami(context: Annotated[Context, Depends(context_of)]) -> dict[str, str]:
        return {"name": context.principal.name, "locale": context.locale, "request": context.request_id}

    module.router = router  # type: ignore[attr-defined]
    return module


@dataclass
class Ground:
    """The running server with everything a test wants to look at."""

    url: str
    services: Services
    clock: Clock
    effects: Effects
    people: dict[str, str]

    def client(self, **options: object) -> httpx.Client:
        """A fresh client without any session."""
        return httpx.Client(base_url=self.url, timeout=20, **options, verify=PLAIN)

    def signed_in(self, username: str = "zhou") -> httpx.Client:
        """A program with an open session that sends its secret as a bearer token."""
        with self.services.database.write() as connection:
            secret = start_session(connection, self.people[username], self.clock.now)
        return self.client(headers={"Authorization": f"Bearer {secret}"})


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """Plain settings with a data folder of their own."""
    return Settings(database_url, tmp_path / "data")


@pytest.fixture
def ground(database: Database, settings: Settings) -> Iterator[Ground]:
    """A server with two people: zhou of CX, and sun, who is auditor and designer."""
    clock, effects = Clock(), Effects()
    with database.write() as connection:
        unit = add_unit(connection, "CX", "城西支行", clock.now)
        people = {name: add_person(connection, name, f"{name} 先生", clock.now, unit_id=unit) for name in ("zhou", "sun")}
        for person_id in people.values():
            set_password_hash(connection, person_id, HASH, clock.now)
        for role in ("auditor", "designer"):
            grant_role(connection, people["sun"], "", role, Given(clock.now))
    services = Services(settings, database, Releases(database, {}), clock)
    with serving(build_app(services, more=[own_routes(effects)])) as url:
        yield Ground(url, services, clock, effects, people)


def wait_for(condition: object, seconds: float = 10) -> None:
    """Wait until a condition holds."""
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)
