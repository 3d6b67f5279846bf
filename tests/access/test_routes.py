"""Every route with real ids, called by people to whom the ids do not belong: refused as for ids that do not exist, nothing changed."""

from __future__ import annotations

import datetime as dt
import importlib
import itertools
import json
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

import builder.http
from runtime.http.admission import PUBLIC, SignedIn
from runtime.http.routes import build_app, declared_for
from runtime.http.services import Services
from runtime.identity.organisation import add_person
from runtime.identity.tokens import create_token
from runtime.outbox.gateway import open_engine
from runtime.store.database import Database
from runtime.store.identifiers import new_id
from runtime.store.tables import audit_event
from tests.serving import PLAIN, serving
from tests.shipped_bank import APP, NOW, Bank, open_bank

#: What a person without any role is answered with something: his own things, and lists in which there is nothing for him.
_OWN = {
    ("GET", "/api/apps"),
    ("GET", "/api/auth/me"),
    ("GET", "/api/auth/tokens"),
    ("GET", "/api/break-glass"),
    ("GET", "/api/notices"),
    ("GET", "/api/proxies"),
    ("GET", "/api/rates"),
    ("GET", "/api/tasks"),
    ("GET", "/api/tasks/counts"),
    ("GET", "/api/{app}/maintained"),
    ("POST", "/api/auth/logout"),
    ("POST", "/api/notices/read"),
}
#: Kept by requests whatever they do.
_TRACES = {"idempotency", "request_claim", "session", "audit_event", "audit_queue", "audit_seal", "token"}


@dataclass(frozen=True, slots=True)
class Town:
    """A bank with records of one branch, and callers by user name."""

    bank: Bank
    app: FastAPI
    callers: dict[str, httpx.Client]
    #: Entity → the id of a record of the branch CX.
    records: dict[str, str]


@pytest.fixture
def town(database: Database, database_url: str, tmp_path: Path) -> Iterator[Town]:
    """The shipped bank with a customer, a loan application at its first step, and people who have nothing to do with them."""
    bank = open_bank(database, database_url, tmp_path)
    with database.write() as connection:
        stranger = add_person(connection, "stranger", "路人", NOW, unit_id=bank.unit("BJ"))
    modules = [importlib.import_module(f"builder.http.{m.name}") for m in pkgutil.iter_modules(builder.http.__path__)]
    moments = (NOW + dt.timedelta(milliseconds=50 * number) for number in itertools.count())
    engine = open_engine(database, bank.settings)
    services = Services(bank.settings, database, bank.releases, clock=moments.__next__, engine=engine)
    app = build_app(services, more=modules, builder=True)
    people = {name: bank.person(name).id for name in ("clerk", "clerk2", "admin", "publisher")} | {"stranger": stranger}
    with serving(app) as base:
        callers = {}
        for name, person in people.items():
            with database.write() as connection:
                _, token = create_token(connection, person, "family", dt.timedelta(days=1), NOW)
            callers[name] = httpx.Client(
                base_url=base, headers={"Authorization": f"Bearer {token}", "Accept-Language": "en"}, timeout=30, verify=PLAIN
            )
        clerk = callers["clerk"]
        customer = clerk.post(f"/api/{APP}/customer", json={"customer_no": "C9000001", "full_name": "李四"}).json()["id"]
        body = {
            "customer": customer,
            "product": "consumer",
            "amount": "100000",
            "term": 12,
            "annual_rate": "4.5",
            "monthly_income": "20000",
        }
        application = clerk.post(f"/api/{APP}/loan_application", json=body).json()["id"]
        yield Town(bank, app, callers, {"customer": customer, "loan_application": application})


def calls(app: FastAPI) -> Iterator[tuple[str, str, SignedIn]]:
    """Method and path of every route for signed-in people."""
    for route in app.router.routes:
        path = getattr(route, "path", "")
        if path.startswith(("/api/", "/odata/")) and (who := declared_for(route)) != PUBLIC:
            assert isinstance(who, SignedIn)
            yield from ((method, path, who) for method in sorted(getattr(route, "methods") - {"HEAD"}))


def filled(path: str, entity: str, id: str, app: str = APP) -> str:
    """A path with its parameters filled in, one that names a thing of an app with a thing that there is."""
    named = {
        "app": app,
        "entity": entity,
        "id": id,
        "name": "loans_by_district",
        "kind": "parameter",
        "act": "transfer",
        "panel": "core_balance",
    }
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: named.get(found[1], id), path)


def said(answer: httpx.Response, id: str) -> tuple[int, object]:
    """What an answer tells, without what differs from request to request."""
    text = answer.text.replace(id, "ID")
    if not answer.headers.get("content-type", "").startswith(("application/json", "application/problem+json")):
        return answer.status_code, text
    body = json.loads(text)
    if isinstance(body, dict):
        body.pop("request_id", None)
        body.pop("as_of", None)
    return answer.status_code, body


def contents(database: Database) -> dict[str, int]:
    """How many rows there are in every table, and how many acts the trail tells but refusals."""
    with database.read() as connection:
        names = [name for name in sa.inspect(connection).get_table_names() if name not in _TRACES]
        counts = {name: connection.scalar(sa.select(sa.func.count()).select_from(sa.table(name))) or 0 for name in names}
        acts = sa.select(sa.func.count()).where(audit_event.c.kind.not_in(["file.refused", "sign_in_refused"]))
        return {**counts, "acts": connection.scalar(acts) or 0}


def bodies(method: str) -> Iterator[dict[str, object]]:
    """What is sent with a call: nothing, or a body that many routes would take."""
    if method == "GET":
        yield {}
        return
    headers = {"If-Match": '"1"'}
    yield {"headers": headers}
    yield {
        "headers": headers,
        "json": {"full_name": "王五", "outcome": "approve", "fields": ["mobile"], "reason": "because of a test"},
    }


@pytest.mark.parametrize("name", ["stranger", "clerk2", "admin", "publisher"])
def test_an_id_of_somebody_else_is_like_one_that_does_not_exist(town: Town, name: str) -> None:
    """Whatever the route and the verb, the answer is that for an id which nobody has ever had, and nothing changes."""
    caller, nobody = town.callers[name], new_id(NOW)
    before, told = contents(town.bank.database), []
    for method, path, _ in calls(town.app):
        if "{id}" not in path or (name == "admin" and "/process/" in path):
            continue  # an administrator steers approvals that he cannot read
        for entity, id in town.records.items():
            for more in bodies(method):
                real, made_up = (said(caller.request(method, filled(path, entity, each), **more), each) for each in (id, nobody))
                if real != made_up:
                    told.append((method, path, entity, real, made_up))
    assert not told
    assert before == contents(town.bank.database)


def test_who_has_no_role_gets_and_changes_nothing(town: Town) -> None:
    """Every route refuses a person without a role as if there were no such app; none of his calls changes anything."""
    caller, given = town.callers["stranger"], []
    before = contents(town.bank.database)
    for method, path, _ in calls(town.app):
        if (method, path) in _OWN:
            continue
        for entity, id in town.records.items():
            for more in bodies(method):
                real = said(caller.request(method, filled(path, entity, id), **more), id)
                made_up = said(caller.request(method, filled(path, entity, id, "nothing"), **more), id)
                if real != made_up or not 400 <= real[0] < 500:
                    given.append((method, path, real, made_up))
    assert not given, "\n".join(str(each) for each in given)
    assert before == contents(town.bank.database)


def test_a_platform_role_is_asked_for_before_all_else(town: Town) -> None:
    """Who lacks the platform role that a route declares is refused, whatever the path and the body say."""
    wrong = []
    for method, path, who in calls(town.app):
        for name, caller in town.callers.items():
            held = town.bank.person(name).platform_roles if name != "stranger" else frozenset()
            if not who.platform_roles or held & set(who.platform_roles):
                continue
            for more in bodies(method):
                answer = caller.request(method, filled(path, "customer", town.records["customer"]), **more)
                if answer.status_code != 403:
                    wrong.append((method, path, name, answer.status_code))
    assert not wrong
