"""拿回 through the platform: the task in the box of what was done, the look that ends it, and the race with the next person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from runtime.failures import Conflict
from runtime.process.service import DecisionBody, act_on
from runtime.store.database import Database
from tests.process.bank import WORKFLOW, open_bank
from tests.process.desk import Desk, build_app, open_desk
from tests.process.test_races import ROUNDS, at_once, state_of
from tests.serving import serving

FIRST_ACTION = WORKFLOW.replace("controls:\n", "controls:\n  take_back: first_action\n")
FIRST_LOOK = WORKFLOW.replace("controls:\n", "controls:\n  take_back: first_look\n")


@pytest.fixture
def desk(database: Database, database_url: str, tmp_path: Path) -> Iterator[Desk]:
    opened = open_desk(database, database_url, tmp_path, FIRST_LOOK)
    with serving(build_app(opened.services)) as url:
        yield replace(opened, url=url)


def test_who_decided_takes_it_back_until_somebody_looks(desk: Desk) -> None:
    """The done task offers it; afterwards it is his to decide again; once the next person opened the task it is too late."""
    desk.bank.submit()
    ann, head = desk.client("ann"), desk.client("head")
    task = ann.get("/api/tasks").json()["items"][0]["id"]
    assert 200 == ann.post(f"/api/tasks/{task}/approve", json={}).status_code
    assert ["take_back"] == ann.get(f"/api/tasks/{task}").json()["decisions"]

    assert 200 == ann.post(f"/api/tasks/{task}/take_back", json={}).status_code
    assert [] == head.get("/api/tasks", params={"box": "done"}).json()["items"]
    (again,) = ann.get("/api/tasks").json()["items"]
    assert again["id"] != task
    assert 200 == ann.post(f"/api/tasks/{again['id']}/approve", json={}).status_code
    asked = next(each for each in head.get("/api/tasks").json()["items"] if each["step"] == "decide@branch")
    for _ in range(2):
        shown = head.get(f"/api/tasks/{asked['id']}").json()
    assert ["started", "submitted", "approved", "taken_back", "approved"] == [each["kind"] for each in shown["process"]["trail"]]
    assert [] == ann.get(f"/api/tasks/{again['id']}").json()["decisions"]
    refused = ann.post(f"/api/tasks/{again['id']}/take_back", json={})
    assert (409, "P414") == (refused.status_code, refused.json()["code"])
    assert 200 == head.post(f"/api/tasks/{asked['id']}/approve", json={}).status_code
    days = {"from": "2026-03-01", "to": "2026-03-31"}
    seen = head.get("/api/approvals/reports/versions", params=days).json()["items"]
    assert 1 == [(each["person"], each["done"]) for each in seen].count(("head (head)", "opened the task"))


def test_take_back_or_decide(database: Database) -> None:
    """Exactly one of them wins, and the record of who may act next says which."""
    bank = open_bank(database, FIRST_ACTION)
    winners = set()
    for _ in range(ROUNDS):
        _, instance = bank.submit()
        (task,) = bank.work(instance, "check")
        bank.decide("ann", instance, "check")

        def take_back(task: str = task) -> None:
            with bank.database.write() as connection:
                act_on(connection, bank.context("ann"), task, "take_back", DecisionBody())

        results = at_once(lambda: bank.decide("head", instance, "decide@branch", "reject"), take_back)  # noqa: B023
        assert 1 == results.count("done"), results
        assert all(isinstance(result, Conflict) for result in results if result != "done")
        is_back = results[1] == "done"
        winners.add(is_back)
        assert ("running" if is_back else "rejected") == state_of(bank, instance)
        assert (1 if is_back else 0) == len(bank.work(instance, "check"))
        assert [] == bank.work(instance, "decide@branch")
