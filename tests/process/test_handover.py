"""离职交接: every seat is checked like a transfer, each has its own result, and the trail says who did it and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from runtime.store.database import Database
from tests.process.bank import WORKFLOW
from tests.process.desk import Desk, build_app, open_desk
from tests.serving import serving


@pytest.fixture
def desk(database: Database, database_url: str, tmp_path: Path) -> Iterator[Desk]:
    opened = open_desk(database, database_url, tmp_path, WORKFLOW)
    with serving(build_app(opened.services)) as url:
        yield replace(opened, url=url)


def claimed(desk: Desk, clerk: str = "clerk") -> str:
    """A loan whose check ann has claimed."""
    with desk.client(clerk) as client:
        assert 201 == client.post("/api/lending/loan", json={"amount": "100000.00", "term": 12}).status_code
    ann = desk.client("ann")
    task = next(each["id"] for each in ann.get("/api/tasks").json()["items"] if each["claimed_by"] is None)
    assert 200 == ann.post(f"/api/tasks/{task}/claim", json={}).status_code
    return str(task)


def hand(desk: Desk, who: str, giver: str, taker: str, **more: object) -> httpx.Response:
    people = desk.bank.people
    body = {"from": people[giver], "to": people[taker], "reason": "leaves the bank", **more}
    return desk.client(who).post("/api/handover", json=body)


def test_what_may_be_given_goes_and_the_rest_stays_with_its_reason(desk: Desk) -> None:
    """bob checks for ann; a case that bob started himself stays hers, four eyes."""
    first, own = claimed(desk), claimed(desk, "both")

    answer = hand(desk, "head", "ann", "both").json()["items"]
    assert {first: True, own: False} == {item["task"]: item["ok"] for item in answer}
    (refused,) = [item for item in answer if not item["ok"]]
    assert "P429" == refused["code"]
    both = desk.client("both").get("/api/tasks").json()["items"]
    assert [first] == [task["id"] for task in both]
    assert [own] == [task["id"] for task in desk.client("ann").get("/api/tasks").json()["items"]]
    trail = desk.client("both").get(f"/api/tasks/{first}").json()["process"]["trail"]
    (entry,) = [each for each in trail if each["kind"] == "transferred"]
    assert "head" == entry["actor"]["name"]
    again = hand(desk, "head", "ann", "bob").json()["items"]
    assert [(own, True)] == [(item["task"], item["ok"]) for item in again]


def test_who_may_hand_over_what(desk: Desk) -> None:
    """An administrator with a reason, never to himself, nor to who does not fit the step."""
    task = claimed(desk)

    assert 403 == hand(desk, "bob", "ann", "bob").status_code
    assert 422 == hand(desk, "head", "ann", "bob", reason="").status_code
    for taker in ("head", "kai", "stranger"):
        assert [False] == [item["ok"] for item in hand(desk, "head", "ann", taker).json()["items"]], taker
    assert [] == hand(desk, "head", "ann", "bob", app="other").json()["items"]
    assert 404 == hand(desk, "head", "ann", "bob", app="lending", workflow="nothing").status_code
    assert [(task, True)] == [
        (i["task"], i["ok"]) for i in hand(desk, "head", "ann", "bob", app="lending", workflow="approval").json()["items"]
    ]
