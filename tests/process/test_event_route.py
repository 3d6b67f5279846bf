"""Events of other systems over REST: for technical accounts only, kept once, acted on by the worker."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from runtime.identity.holdings import Given, grant_role
from runtime.records.write_many import insert_many
from runtime.store.database import Database
from tests.process.bank import APP, FILES, NOW, WORKFLOW
from tests.process.desk import Desk, build_app, open_desk
from tests.serving import serving

EVENTS = "    events:\n      booked: {event: loan.booked, out: {purpose: text, booking: text, day: date}, once_by: booking}\n"
HEAD = "label: {zh: 规则, en: Rule}\nentity: loan\n"
MORE = {
    "bindings.yaml": FILES["bindings.yaml"] + EVENTS,
    "automations/booked.yaml": f"automation: booked\n{HEAD}receive: core.booked\nwhere: purpose == result.purpose\nrun_as: system\n"
    "do:\n  - set: {booking_no: {value: result.booking}}\n",
    "automations/rated.yaml": f"automation: rated\n{HEAD}before: {{create: true}}\ndo:\n  - set: {{rating: 7}}\n",
    "automations/large.yaml": f"automation: large\n{HEAD}after: {{create: true}}\nwhere: amount > 100\nrun_as: system\n"
    "do:\n  - set: {secret: large}\n",
}
PATH = f"/api/events/{APP}/core/booked"


@pytest.fixture
def desk(database: Database, database_url: str, tmp_path: Path) -> Iterator[Desk]:
    opened = open_desk(database, database_url, tmp_path, WORKFLOW, MORE)
    with database.write() as connection:
        grant_role(connection, opened.bank.people["kai"], "", "event_source", Given(NOW))
    with serving(build_app(opened.services)) as url:
        yield replace(opened, url=url)


def test_an_event_is_taken_once_and_the_worker_acts(desk: Desk) -> None:
    clerk, source = desk.client("clerk"), desk.client("kai")
    loan = clerk.post(f"/api/{APP}/loan?submit=false", json={"amount": "10.00", "purpose": "car"}).json()
    body = {"purpose": "car", "booking": "B1", "day": "2026-03-02"}

    first, again = source.post(PATH, json=body), source.post(PATH, json={**body, "purpose": "house"})

    assert (202, True, 200, False) == (first.status_code, first.json()["new"], again.status_code, again.json()["new"])
    assert clerk.get(f"/api/{APP}/loan/{loan['id']}").json().get("booking_no") is None
    desk.work_until(NOW + dt.timedelta(minutes=1))
    assert "B1" == clerk.get(f"/api/{APP}/loan/{loan['id']}").json()["booking_no"]


def test_only_a_technical_account_reports_events_that_there_are(desk: Desk) -> None:
    body = {"purpose": "car", "booking": "B1"}
    assert 403 == desk.client("clerk").post(PATH, json=body).status_code
    assert 404 == desk.client("kai").post(f"/api/events/{APP}/core/lost", json=body).status_code
    assert 404 == desk.client("kai").post("/api/events/nothing/core/booked", json=body).status_code
    wrong = desk.client("kai").post(PATH, json={"purpose": "car", "day": "tomorrow", "more": 1})
    assert (422, ["/booking", "/day", "/more"]) == (wrong.status_code, sorted(one["pointer"] for one in wrong.json()["errors"]))


def test_records_that_are_made_by_the_dozen_set_off_their_rules_too(desk: Desk) -> None:
    """An import goes by the same rules as one record: inside the write, and one job after it for each."""
    bank = desk.bank
    unit = desk.client("clerk").post(f"/api/{APP}/loan?submit=false", json={"amount": "1.00"}).json()["branch"]
    bodies = [{"branch": unit, "amount": amount} for amount in ("50", "150", "250")]
    with bank.database.write() as connection:
        written = insert_many(connection, bank.context("system"), APP, "loan", bodies)
    desk.work_until(NOW + dt.timedelta(minutes=10))

    found = [desk.client("clerk").get(f"/api/{APP}/loan/{one.id}").json() for one in written]  # type: ignore[union-attr]
    assert [(7, None), (7, "large"), (7, "large")] == [(one["rating"], one.get("secret")) for one in found]
