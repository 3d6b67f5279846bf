"""Acts with tasks and with whole approvals over REST: shapes, statuses, and who may."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from forms_dsl.org import BUILT_IN
from runtime.compile.app import compile_app
from runtime.http.routes import build_app
from runtime.http.services import Services
from runtime.identity.holdings import Given, grant_role
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.store.database import Database
from tests.process.bank import open_bank
from tests.process.test_http import Desk, first_task, submitted
from tests.process.test_seat_acts import BOARD
from tests.serving import serving

NOW = dt.datetime(2026, 3, 2, 2, 0, tzinfo=dt.UTC)


@pytest.fixture
def desk(database: Database, database_url: str, tmp_path: Path) -> Iterator[Desk]:
    bank = open_bank(database, BOARD.replace("    signature: required\n", ""))
    with database.write() as connection:
        for username in ("head", "kai"):
            grant_role(connection, bank.people[username], "", "administrator", Given(NOW))
    releases = Releases(database, {"org": compile_app(BUILT_IN["org"], 0)})
    releases.refresh(database)
    services = Services(Settings(database_url, tmp_path / "data"), database, releases, clock=lambda: NOW)
    with serving(build_app(services)) as url:
        yield Desk(url, bank)


def sent(desk: Desk) -> str:
    """The id of a submitted record."""
    with desk.client("clerk") as clerk:
        return str(submitted(clerk)["id"])


def test_a_task_is_handed_over_with_people_to_choose_from(desk: Desk) -> None:
    """The list offers whom the engine lets in; the act answers like a decision; a wrong body is refused at its place."""
    sent(desk)
    with desk.client("ann") as ann, desk.client("bob") as bob:
        task = first_task(ann)
        place = f"/api/tasks/{task['id']}"
        assert {"transfer", "ask_opinion", "add_before"} <= set(ann.get(place).json()["acts"])
        people = ann.get(f"{place}/people", params={"act": "transfer", "find": "bo"}).json()["items"]
        assert ["bob", "both"] == [person["name"] for person in people]
        assert 404 == ann.get(f"{place}/people", params={"act": "remove_added"}).status_code
        assert 400 == ann.get(f"{place}/people", params={"act": "nonsense"}).status_code
        nobody = ann.post(f"{place}/transfer", json={})
        assert (422, "/people") == (nobody.status_code, nobody.json()["errors"][0]["pointer"])
        unfit = ann.post(f"{place}/transfer", json={"people": [desk.bank.people["kai"]]})
        assert (403, "P429", "kai") == (unfit.status_code, unfit.json()["code"], unfit.json()["person"]["name"])
        moved = ann.post(f"{place}/transfer", json={"people": [people[0]["id"]], "opinion": "on leave"})
        assert (200, "transferred") == (moved.status_code, moved.json()["process"]["trail"][-1]["kind"])
        assert task["id"] == first_task(bob)["id"]


def test_many_tasks_get_an_answer_each(desk: Desk) -> None:
    """What is refused says why, in the caller's language, and stops no other; a decision that needs more is not for many."""
    for _ in range(2):
        sent(desk)
    with desk.client("ann") as ann:
        ids = [task["id"] for task in ann.get("/api/tasks").json()["items"]]
        items = [{"id": ids[0]}, {"id": ids[1], "version": 99}, {"id": "0" * 36}]
        answer = ann.post("/api/tasks/batch", json={"decision": "approve", "items": items})
        assert [(True, None), (False, "Q412"), (False, "Q404")] == [(i["done"], i["code"]) for i in answer.json()["items"]]
        assert 422 == ann.post("/api/tasks/batch", json={"decision": "return", "items": items}).status_code
        assert 422 == ann.post("/api/tasks/batch", json={"decision": "approve", "items": []}).status_code


def test_administrators_steer_with_a_reason_and_jump_by_two(desk: Desk) -> None:
    """403 for everybody else, 422 without a reason; a suspended case refuses; the second administrator's jump happens."""
    place = f"/api/lending/loan/{sent(desk)}/process"
    with desk.client("ann") as ann, desk.client("head") as head, desk.client("kai") as kai:
        task = first_task(ann)
        assert 403 == ann.post(f"{place}/suspend", json={"reason": "why"}).status_code
        bare = head.post(f"{place}/suspend", json={})
        assert (422, "/reason") == (bare.status_code, bare.json()["errors"][0]["pointer"])
        assert "suspended" == head.post(f"{place}/suspend", json={"reason": "inspection"}).json()["process"]["state"]
        refused = ann.post(f"/api/tasks/{task['id']}/approve", json={})
        assert (409, "P432") == (refused.status_code, refused.json()["code"])
        assert "running" == head.post(f"{place}/resume", json={"reason": "done"}).json()["process"]["state"]
        asked = head.post(f"{place}/jump", json={"to": "board", "reason": "urgent"}).json()["process"]
        assert ("board", "head", ["check"]) == (
            asked["jump"]["asked"]["step"],
            asked["jump"]["asked"]["by"]["name"],
            [at["step"] for at in asked["at"]],
        )
        assert 409 == head.post(f"{place}/jump", json={"to": "board", "reason": "urgent"}).status_code
        assert 200 == kai.post(f"{place}/jump", json={"to": "board", "reason": "agreed"}).status_code
        assert ["board"] == [at["step"] for at in head.get(place).json()["process"]["at"]]
        ended = head.post(f"{place}/terminate", json={"reason": "the customer left"}).json()["process"]
        assert ("stopped", "terminated") == (ended["state"], ended["trail"][-1]["kind"])
        assert 404 == head.post(f"{place}/terminate", json={"reason": "again"}).status_code
