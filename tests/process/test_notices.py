"""Late steps, reminders after them, the starter's own, and what people are told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from runtime.store.database import Database
from tests.process.bank import NOW, WORKFLOW
from tests.process.desk import Desk, build_app, open_desk
from tests.serving import serving

HOUR = dt.timedelta(hours=1)
REMINDING = WORKFLOW.replace(
    "due: {within: 4 hours, then: remind}", "due: {within: 4 hours, then: remind, every: 2 hours, at_most: 3}\n    allow: [urge]"
)


@pytest.fixture
def desk(database: Database, database_url: str, tmp_path: Path) -> Iterator[Desk]:
    opened = open_desk(database, database_url, tmp_path, REMINDING)
    with serving(build_app(opened.services)) as url:
        yield replace(opened, url=url)


def submit(client: httpx.Client) -> str:
    answer = client.post("/api/lending/loan", json={"amount": "100000.00", "term": 12})
    assert 201 == answer.status_code, answer.text
    return answer.json()["id"]


def told(client: httpx.Client) -> list[str]:
    return [item["kind"] for item in client.get("/api/notices").json()["items"]]


def test_people_are_reminded_as_often_as_the_step_says(desk: Desk) -> None:
    """At four, six and eight hours, not at ten; whoever is told finds the task by it, and reads it once."""
    record, ann = submit(desk.client("clerk")), desk.client("ann")
    task = ann.get("/api/tasks").json()["items"][0]["id"]
    for hours, kinds in ((3, 0), (4, 1), (5, 1), (6, 2), (8, 3), (10, 3), (11, 3)):
        desk.work_until(NOW + hours * HOUR)
        assert kinds == len(told(ann)), hours

    page = ann.get("/api/notices").json()
    assert ["reminded", "reminded", "overdue"] == [item["kind"] for item in page["items"]]
    assert {(record, task)} == {(item["record_id"], item["task_id"]) for item in page["items"]}
    assert "Check" == page["items"][0]["title"]["en"]
    assert 3 == page["unread"] == ann.get("/api/auth/me").json()["unread_notices"]
    assert [] == told(desk.client("clerk"))
    assert {"unread": 2} == ann.post(f"/api/notices/{page['items'][0]['id']}/read").json()
    assert 2 == len(ann.get("/api/notices?unread=true").json()["items"])
    assert 404 == desk.client("kai").post(f"/api/notices/{page['items'][0]['id']}/read").status_code
    assert {"unread": 0} == ann.post("/api/notices/read").json()
    assert 1 == len(ann.get("/api/notices?limit=1").json()["items"])
    after = ann.get(f"/api/notices?limit=1&cursor={page['items'][0]['id']}").json()
    assert [page["items"][1]["id"]] == [item["id"] for item in after["items"]]
    assert 400 == ann.get("/api/notices?cursor=nothing").status_code


def test_reminders_end_with_the_step(desk: Desk) -> None:
    """A reminder of a step that was decided meanwhile is nobody's."""
    submit(desk.client("clerk"))
    ann = desk.client("ann")
    desk.work_until(NOW + 4 * HOUR)
    task = ann.get("/api/tasks").json()["items"][0]["id"]
    assert 200 == ann.post(f"/api/tasks/{task}/approve", json={}).status_code
    desk.work_until(NOW + 11 * HOUR)

    assert ["overdue"] == told(ann)


def test_the_starter_urges_and_not_again_and_again(desk: Desk) -> None:
    """Those who hold the case are told by whom; once an hour, by the starter only, and it stands in the trail."""
    clerk, ann = desk.client("clerk"), desk.client("ann")
    record = submit(clerk)
    path = f"/api/lending/loan/{record}/process"
    assert "urge" in clerk.get(path).json()["process"]["can"]
    assert "urge" not in ann.get(path).json()["process"]["can"]

    process = clerk.post(f"{path}/urge").json()["process"]
    assert ["started", "submitted", "urged"] == [entry["kind"] for entry in process["trail"]]
    (notice,) = ann.get("/api/notices").json()["items"]
    assert ("urged", "clerk") == (notice["kind"], notice["actor"]["name"])
    again = clerk.post(f"{path}/urge")
    assert (409, "P435") == (again.status_code, again.json()["code"])
    assert 404 == ann.post(f"{path}/urge").status_code
    desk.clock[0] = NOW + HOUR
    assert 200 == clerk.post(f"{path}/urge").status_code
    assert ["urged", "urged"] == told(ann)


def test_the_end_and_a_held_case_are_told(desk: Desk) -> None:
    """The starter hears how his case ended, an administrator why one is held; nobody is told of his own act."""
    clerk, ann, head = desk.client("clerk"), desk.client("ann"), desk.client("head")
    submit(clerk)
    task = ann.get("/api/tasks").json()["items"][0]["id"]
    assert 200 == ann.post(f"/api/tasks/{task}/reject", json={"opinion": "no"}).status_code

    (notice,) = clerk.get("/api/notices").json()["items"]
    assert ("finished", "rejected", None) == (notice["kind"], notice["detail"], notice["task_id"])
    assert [] == told(ann) == told(head)
    # In the other branch nobody decides: the case is held there.
    stranger = desk.client("stranger")
    submit(desk.client("clerk2"))
    task = stranger.get("/api/tasks").json()["items"][0]["id"]
    assert 200 == stranger.post(f"/api/tasks/{task}/approve", json={}).status_code
    (held,) = head.get("/api/notices").json()["items"]
    assert ("held", "nobody may act here") == (held["kind"], held["detail"])
