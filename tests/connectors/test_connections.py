"""Connections as administrators set them up and see them, and live panels as clerks see them, over a real server."""

from __future__ import annotations

import datetime as dt
import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from connectors.protocol import Connection, StoredAnswer
from runtime.commands.set_connection import ConnectionWish, contract_findings, set_connection
from runtime.context import SYSTEM, Context
from runtime.failures import Invalid, NotFound, Unavailable
from runtime.http.routes import build_app
from runtime.http.services import Services
from runtime.outbox.connections import DatabaseAnswers, find_connection, note_state, save_connection
from runtime.outbox.gateway import open_engine
from runtime.settings import Settings
from runtime.store.database import Database
from runtime.store.tables import audit_event
from tests.core_bank import CoreBank
from tests.serving import serving
from tests.shipped_bank import APP, NOW, Bank, add_customer, open_bank


@dataclass
class Site:
    """A serving bank beside a core bank."""

    bank: Bank
    core: CoreBank
    services: Services
    base: str

    def call(self, path: str, user: str = "clerk", method: str = "GET") -> tuple[int, Any]:
        """One request as a demo person."""
        request = urllib.request.Request(self.base + path, method=method, headers={"Authorization": f"Bearer {self.token(user)}"})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)

    def connect(self) -> None:
        with self.bank.database.write() as connection:
            save_connection(connection, Connection("core_bank", {"base_url": self.core.base_url}, (self.core.allowed,)), NOW)

    def token(self, user: str) -> str:
        body = json.dumps({"username": user, "password": "a good demo password"}).encode()
        request = urllib.request.Request(self.base + "/api/auth/login", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return str(json.load(answer)["token"])


@pytest.fixture
def site(database: Database, database_url: str, tmp_path: Path, core_bank: CoreBank) -> Iterator[Site]:
    bank = open_bank(database, database_url, tmp_path)
    services = Services(bank.settings, database, bank.releases, engine=open_engine(database, bank.settings))
    with serving(build_app(services)) as base:
        yield Site(bank, core_bank, services, base)


def _events(bank: Bank, kind: str) -> list[Mapping[str, object]]:
    with bank.database.read() as connection:
        return [json.loads(body) for body in connection.scalars(sa.select(audit_event.c.body).where(audit_event.c.kind == kind))]


WRONG = {
    "unknown parameter": ({"base_url": "http://127.0.0.1:1", "chanel": "x"}, ("127.0.0.1:1",), "/parameters/chanel", "C401"),
    "missing address": ({}, (), "/parameters/base_url", "C402"),
    "secret in clear": ({"base_url": "http://127.0.0.1:1", "api_key": "s3cret"}, ("127.0.0.1:1",), "/parameters/api_key", "C404"),
    "host not allowed": ({"base_url": "http://127.0.0.1:1"}, ("127.0.0.1:2",), "/parameters/base_url", "C405"),
    "host spelt oddly": ({"base_url": "http://127.1:1"}, ("127.0.0.1:1",), "/parameters/base_url", "C405"),
    "entry unreadable": ({"base_url": "http://127.0.0.1:1"}, ("127.0.0.1",), "/allowed_hosts/0", "C405"),
    "control characters": (
        {"base_url": "http://127.0.0.1:1", "channel": "a\r\nb"},
        ("127.0.0.1:1",),
        "/parameters/channel",
        "C403",
    ),
}


@pytest.mark.parametrize(("parameters", "allowed", "pointer", "code"), WRONG.values(), ids=WRONG)
def test_a_wrong_connection_is_refused_with_its_place(
    parameters: dict[str, str], allowed: tuple[str, ...], pointer: str, code: str, database: Database, tmp_path: Path
) -> None:
    """Every fault has its pointer, its code and both languages; nothing is saved."""
    engine = open_engine(database, Settings("", tmp_path))
    context = Context(SYSTEM, {}, NOW, NOW.date(), "request")

    with pytest.raises(Invalid) as refused:
        set_connection(database, context, engine, ConnectionWish("core_bank", parameters, allowed))

    assert (pointer, code) in [(fault.pointer, fault.code) for fault in refused.value.faults]
    assert all({"zh", "en"} == set(fault.message) for fault in refused.value.faults)
    with database.read() as connection:
        assert find_connection(connection, "core_bank") is None


def test_an_unknown_connector_is_refused_with_a_hint(database: Database, tmp_path: Path) -> None:
    """The refusal names the nearest connector."""
    engine = open_engine(database, Settings("", tmp_path))

    with pytest.raises(NotFound, match="core_bank"):
        set_connection(database, Context(SYSTEM, {}, NOW, NOW.date(), "request"), engine, ConnectionWish("core_bnk", {}, ()))


def test_a_connection_is_tried_before_it_is_saved(site: Site) -> None:
    """One that does not answer is not saved; one that does is, with an event that names no secret."""
    engine, context, database = site.services.engine, site.bank.context(), site.bank.database
    assert engine is not None
    with pytest.raises(Unavailable):
        set_connection(
            database, context, engine, ConnectionWish("core_bank", {"base_url": "http://127.0.0.1:1"}, ("127.0.0.1:1",))
        )
    with database.read() as connection:
        assert find_connection(connection, "core_bank") is None

    wish = ConnectionWish("core_bank", {"base_url": site.core.base_url, "api_key": "secret://env/PATH"}, (site.core.allowed,))
    answer = set_connection(database, context, engine, wish)

    assert answer is not None and answer.is_ok
    [event] = _events(site.bank, "connection_set")
    assert {"base_url": site.core.base_url, "api_key": "secret"} == event["parameters"]
    assert [] == list(contract_findings(site.bank.releases.current(), engine, "core_bank"))


def test_administrators_see_connections_without_secrets(site: Site) -> None:
    """The list says what is set up and how it goes; others may not see it."""
    site.connect()
    customer = add_customer(site.bank)
    site.call(f"/api/{APP}/customer/{customer}/panels/core_balance")

    status, found = site.call("/api/connections", "admin")
    [one] = [item for item in found["items"] if item["connector"] == "core_bank"]

    assert (200, True, True, "closed") == (status, one["set_up"], one["enabled"], one["circuit"])
    assert ("ok", True) == (one["state"]["outcome"], one["state"]["reachable"])
    assert {"base_url": site.core.base_url} == one["parameters"]
    assert 403 == site.call("/api/connections", "clerk")[0]


def test_a_try_tells_how_it_ended_and_nothing_more(site: Site) -> None:
    """The answer of the other system is not shown, and the try is on record."""
    site.connect()

    good = site.call("/api/connections/core_bank/test", "admin", "POST")
    site.core.stop()
    bad = site.call("/api/connections/core_bank/test", "admin", "POST")

    assert (200, {"outcome": "ok", "reachable": True, "reason": None, "status_class": "2xx"}) == good
    assert ("unavailable", False, None) == (bad[1]["outcome"], bad[1]["reachable"], bad[1]["status_class"])
    assert ["ok", "unavailable"] == [event["outcome"] for event in _events(site.bank, "connection_tried")]


def test_a_clerk_sees_the_balance_as_of_now_and_later_as_of_then(site: Site) -> None:
    """Live, from memory, and when the core is gone the last answer with its own time and the reason in the reader's language."""
    site.connect()
    path = f"/api/{APP}/customer/{add_customer(site.bank)}/panels/core_balance"

    live, cached = site.call(path), site.call(path)
    site.core.stop()
    time.sleep(5.1)  # the time to live of the shipped definition
    stale = site.call(path + "?locale=en")

    assert (200, "live", None) == (live[0], live[1]["state"], live[1]["reason"])
    assert {"balance": "1234.50", "available": "1200.00", "accounts": 2} == live[1]["values"]
    assert {"zh": "核心系统", "en": "Core banking"} == live[1]["source"]
    assert ("cached", live[1]["as_of"]) == (cached[1]["state"], cached[1]["as_of"])
    assert (200, "stale", "The other system is not available now") == (stale[0], stale[1]["state"], stale[1]["reason"])
    assert live[1]["values"] == stale[1]["values"]
    assert ["live", "cached", "stale"] == [event["state"] for event in _events(site.bank, "panel_read")]
    assert "1234" not in json.dumps(_events(site.bank, "panel_read"))


def test_what_the_core_does_not_know_is_said_not_hidden_as_an_outage(site: Site) -> None:
    """The answer “no such customer” is an answer: nothing to retry, and never called not available."""
    site.connect()
    found = site.call(f"/api/{APP}/customer/{add_customer(site.bank, 'C9999')}/panels/core_balance?locale=en")

    assert (200, "none", None) == (found[0], found[1]["state"], found[1]["as_of"])
    assert {"balance": None, "available": None, "accounts": None} == found[1]["values"]


def test_a_panel_never_breaks_the_page_nor_delays_it(site: Site) -> None:
    """Without a connection, and whatever the core does, the answer is there within the page's time, missing with a reason."""
    path = f"/api/{APP}/customer/{add_customer(site.bank)}/panels/core_balance"
    headers = {"Authorization": f"Bearer {site.token('clerk')}"}
    for fault in ("no connection", "late", "drop_before", "garbage", "trickle", "other", "endless"):
        if fault != "no connection":
            site.connect()
            site.core.order(*[{"on": "GET /customers", "kind": fault, "seconds": 9}] * 3)
        began = time.monotonic()
        with urllib.request.urlopen(urllib.request.Request(site.base + path, headers=headers), timeout=10) as answer:
            found = json.load(answer)
        took = time.monotonic() - began
        site.core.forget_faults()

        assert (fault, "missing", None) == (fault, found["state"], found["as_of"])
        assert found["reason"]
        assert {"balance": None, "available": None, "accounts": None} == found["values"]
        assert took < 2.5


def test_a_panel_is_only_for_those_who_may_read_the_record(site: Site) -> None:
    """Another branch's clerk, a wrong record, entity, panel: all answer alike, and nothing is asked of the core."""
    site.connect()
    customer = add_customer(site.bank, unit="BJ")

    answers = [
        site.call(f"/api/{APP}/customer/{customer}/panels/core_balance", "clerk"),
        site.call(f"/api/{APP}/customer/no-such/panels/core_balance", "clerk"),
        site.call(f"/api/{APP}/customer/{customer}/panels/accounts", "clerk2"),
        site.call(f"/api/{APP}/customer/{customer}/panels/core_balance", "analyst"),
        site.call(f"/api/{APP}/account/{customer}/panels/core_balance", "clerk"),
    ]

    assert [404] * 5 == [status for status, _ in answers]
    assert [] == site.core.journal()
    assert 200 == site.call(f"/api/{APP}/customer/{customer}/panels/core_balance", "clerk2")[0]


def test_a_panel_says_nothing_by_a_field_that_is_masked(site: Site) -> None:
    """When what is sent reads a field that the reader sees only masked, there is no panel for him."""
    from forms_dsl.folder import read_folder
    from tests.shipped_bank import FOLDER

    files = dict(read_folder(FOLDER))
    files["pages/customer.yaml"] = files["pages/customer.yaml"].replace(
        "send: {customer_no: customer_no}", "send: {customer_no: id_no}"
    )
    site.bank.publish(files)
    site.connect()

    answer = site.call(f"/api/{APP}/customer/{add_customer(site.bank)}/panels/core_balance")

    assert 404 == answer[0]
    assert [] == site.core.journal()


def test_the_last_answers_of_a_source_do_not_stay_for_ever(database: Database) -> None:
    """They serve while the source is away, and may be about a person: after 30 days they go."""
    answers = DatabaseAnswers(database)
    answers.put("old", StoredAnswer({"phone": "138"}, NOW - dt.timedelta(days=31)))
    answers.put("recent", StoredAnswer({"phone": "139"}, NOW - dt.timedelta(days=29)))
    answers.put("new", StoredAnswer({"phone": "137"}, NOW))

    assert (None, "139", "137") == tuple(
        found.values["phone"] if (found := answers.get(key)) else None for key in ("old", "recent", "new")
    )


def test_the_state_of_a_connection_is_locked_only_to_be_changed(database: Database) -> None:
    """Every call notes how it went: calls at the same moment must not wait for each other to say nothing new."""
    asked: list[str] = []
    sa.event.listen(database.engine, "before_cursor_execute", lambda *arguments: asked.append(str(arguments[2])))
    with database.write() as connection:
        save_connection(connection, Connection("core_bank", {}, (), True), NOW)
        assert note_state(connection, "core_bank", "ok", True, NOW)
    asked.clear()
    with database.write() as connection:
        assert not note_state(connection, "core_bank", "ok", True, NOW)
    assert 1 == sum("connection" in statement for statement in asked)
    assert not any("FOR UPDATE" in statement for statement in asked)
    with database.write() as connection:
        assert note_state(connection, "core_bank", "timeout", False, NOW)
