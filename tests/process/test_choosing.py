"""自选 over real people: the starter names who checks; over REST with the submission, in the trial, and late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from forms_dsl.org import BUILT_IN
from runtime.compile.app import compile_app
from runtime.http.routes import build_app
from runtime.http.services import Services
from runtime.identity.organisation import set_active
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.store.database import Database
from tests.process.bank import open_bank
from tests.process.test_http import Desk, first_task
from tests.serving import serving

NOW = dt.datetime(2026, 3, 2, 2, 0, tzinfo=dt.UTC)
WORKFLOW = """
workflow: approval
title: {zh: 贷款审批, en: Loan approval}
for: loan
start: {by: role.clerk, in: own_branch, set: {status: in_review}}
controls:
  four_eyes: [{name: maker, title: {zh: 经办复核分离, en: Maker and checker}, different_people: [apply, check, decide]}]
steps:
  - fill: apply
    title: {zh: 录入, en: Application}
    by: starter
    fields: {write: [amount, purpose]}
  - approve: check
    title: {zh: 复核, en: Check}
    by: {chosen_by: starter, role: checker, in: starter.branch, count: {min: 1, max: 2}}
    rule: {all: true, one_veto: true}
  - approve: decide
    title: {zh: 审批, en: Decision}
    by: {chosen_by: check, role: officer, in: head_office, count: {min: 1, max: 1}}
on_finish:
  approved: {set: {status: approved}}
"""


@pytest.fixture
def desk(database: Database, database_url: str, tmp_path: Path) -> Iterator[Desk]:
    bank = open_bank(database, WORKFLOW)
    releases = Releases(database, {"org": compile_app(BUILT_IN["org"], 0)})
    releases.refresh(database)
    services = Services(Settings(database_url, tmp_path / "data"), database, releases, clock=lambda: NOW)
    with serving(build_app(services)) as url:
        yield Desk(url, bank)


LOANS = "/api/lending/loan"


def test_the_starter_names_who_checks_and_the_checker_who_decides(desk: Desk) -> None:
    """The trial offers whom he may name; the submission takes the choice beside the fields; the next choice comes with a decision."""
    people = desk.bank.people
    with desk.client("clerk") as clerk, desk.client("bob") as bob, desk.client("ann") as ann, desk.client("kai") as kai:
        trial = clerk.post("/api/lending/workflows/approval/simulate", json={"fields": {"amount": "100000.00"}}).json()
        offered = next(step["choose"] for step in trial["steps"] if step["step"] == "check")
        assert {"ann", "bob", "both", "head"} == {person["name"] for person in offered["people"]}
        assert (1, 2) == (offered["at_least"], offered["at_most"])
        wished = {"fields": {"amount": "100000.00"}, "choose": {"check": [people["bob"]]}}
        trial = clerk.post("/api/lending/workflows/approval/simulate", json=wished).json()
        assert [["bob"]] == [[p["name"] for p in s["people"]] for s in trial["steps"] if s["step"] == "check"]

        nobody = clerk.post(LOANS, json={"amount": "100000.00"})
        assert (422, "P438") == (nobody.status_code, nobody.json()["errors"][0]["code"])
        stranger = clerk.post(LOANS, json={"amount": "100000.00", "$choose": {"check": [people["stranger"]]}})
        assert (422, "/choose/check") == (stranger.status_code, stranger.json()["errors"][0]["pointer"])
        made = clerk.post(LOANS, json={"amount": "100000.00", "$choose": {"check": [people["bob"]]}})
        assert 201 == made.status_code

        assert [] == ann.get("/api/tasks").json()["items"]
        place = f"/api/tasks/{first_task(bob)['id']}"
        choice = bob.get(place).json()["choose"]
        assert [("decide", ["kai", "lin"])] == [(each["step"], [p["name"] for p in each["people"]]) for each in choice]
        assert 422 == bob.post(f"{place}/approve", json={}).status_code
        assert 200 == bob.post(f"{place}/approve", json={"choose": {"decide": [people["kai"]]}}).status_code
        task = first_task(kai)
        trail = kai.get(f"/api/tasks/{task['id']}").json()["process"]["trail"]
        assert ["→ bob", "→ kai"] == [each["detail"] for each in trail if each["kind"] == "chosen"]
        assert 200 == kai.post(f"/api/tasks/{task['id']}/approve", json={}).status_code
        assert "approved" == clerk.get(f"{LOANS}/{made.json()['id']}").json()["status"]


def test_a_draft_chooses_when_it_is_submitted_and_never_before(desk: Desk) -> None:
    """A draft starts nothing, so it chooses nobody; its submission does."""
    bob = {"check": [desk.bank.people["bob"]]}
    with desk.client("clerk") as clerk:
        refused = clerk.post(LOANS, params={"submit": "false"}, json={"amount": "100000.00", "$choose": bob})
        assert (422, "P438") == (refused.status_code, refused.json()["errors"][0]["code"])
        draft = clerk.post(LOANS, params={"submit": "false"}, json={"amount": "100000.00"}).json()
        odd = clerk.post(f"{LOANS}/{draft['id']}/submit", json={"$choose": ["bob"]})
        assert (422, "/$choose") == (odd.status_code, odd.json()["errors"][0]["pointer"])
        assert 200 == clerk.post(f"{LOANS}/{draft['id']}/submit", json={"$choose": bob}).status_code


def test_who_chose_names_another_when_the_chosen_has_left(desk: Desk, database: Database) -> None:
    """A step that is held for want of people tells those who choose them that they may name others, and nobody else."""
    people = desk.bank.people
    with desk.client("clerk") as clerk, desk.client("bob") as bob, desk.client("ann") as ann, desk.client("lin") as lin:
        both = {"check": [people["ann"], people["bob"]]}
        made = clerk.post(LOANS, json={"amount": "100000.00", "$choose": both}).json()
        named = {"choose": {"decide": [people["kai"]]}}
        assert 200 == ann.post(f"/api/tasks/{first_task(ann)['id']}/approve", json=named).status_code
        with database.write() as connection:
            set_active(connection, people["kai"], NOW, active=False)
        assert 200 == bob.post(f"/api/tasks/{first_task(bob)['id']}/approve", json={}).status_code
        place = f"{LOANS}/{made['id']}/process"
        process = ann.get(place).json()["process"]
        assert ("held", ["choose"]) == (process["state"], process["can"])
        assert [("decide", ["lin"])] == [(each["step"], [p["name"] for p in each["people"]]) for each in process["choose"]]
        another = {"choose": {"decide": [people["lin"]]}}
        assert ([], 422) == (
            clerk.get(place).json()["process"]["choose"],
            clerk.post(f"{place}/choose", json=another).status_code,
        )
        assert "running" == bob.post(f"{place}/choose", json=another).json()["process"]["state"]
        assert "decide" == first_task(lin)["step"]
