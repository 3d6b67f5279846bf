"""Many writes in one request start approvals, keep to running ones and set off automations as single writes do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from runtime.store.database import Database
from runtime.store.tables import job, wf_instance, wf_work
from tests.process.bank import APP, NOW, WORKFLOW
from tests.process.desk import Desk, build_app, open_desk
from tests.serving import serving

HEAD = "label: {zh: 规则, en: Rule}\nentity: loan\n"
MORE = {
    "automations/rated.yaml": f"automation: rated\n{HEAD}before: {{create: true}}\ndo:\n  - set: {{rating: 7}}\n",
    "automations/huge.yaml": f"automation: huge\n{HEAD}before: {{create: true}}\nwhere: amount > 9000\n"
    "do:\n  - refuse: {zh: 太多, en: Too much}\n",
    "automations/large.yaml": f"automation: large\n{HEAD}after: {{create: true}}\nwhere: amount > 100\nrun_as: system\n"
    "do:\n  - set: {secret: large}\n",
}
PATH = f"/api/{APP}/loan/bulk"


@pytest.fixture
def desk(database: Database, database_url: str, tmp_path: Path) -> Iterator[Desk]:
    opened = open_desk(database, database_url, tmp_path, WORKFLOW, MORE)
    with serving(build_app(opened.services)) as url:
        yield replace(opened, url=url)


def test_approvals_start_and_lock_their_records(desk: Desk) -> None:
    """Each new record starts its approval unless it is to be a draft; what is in approval is neither changed nor deleted."""
    clerk = desk.client("clerk")
    loans = [{"action": "create", "values": {"amount": amount, "term": 12}} for amount in ("10.00", "20.00")]
    answer = clerk.post(PATH, json={"items": [*loans, {**loans[0], "submit": False}]}).json()
    ids = [item["id"] for item in answer["items"]]
    shown = [clerk.get(f"/api/{APP}/loan/{id}") for id in ids]

    assert {"created": 3} == answer["counts"]
    assert [("in_review", '"2"'), ("in_review", '"2"'), ("draft", '"1"')] == [
        (one.json()["status"], one.headers["etag"]) for one in shown
    ]
    assert [2, 2, 1] == [item["version"] for item in answer["items"]]
    assert 2 == len(desk.client("ann").get("/api/tasks").json()["items"])
    items = [
        {"action": "change", "id": ids[0], "version": 2, "values": {"term": 6}},
        {"action": "delete", "id": ids[1], "version": 2},
    ]
    locked = clerk.post(PATH, json={"items": [*items, {"action": "change", "id": ids[2], "version": 1, "values": {"term": 6}}]})
    told = [item.get("problem", {}) for item in locked.json()["items"]]
    assert [(403, None), (409, "Q311"), (None, None)] == [
        (one.get("status"), one.get("code") if one.get("status") == 409 else None) for one in told
    ]


def test_automations_act_on_each_item(desk: Desk) -> None:
    """Those inside the write set and refuse, those after it leave a job for each record that is there."""
    clerk = desk.client("clerk")
    amounts = ("50.00", "150.00", "250.00", "9999.00")
    items = [{"action": "create", "values": {"amount": amount, "term": 12}, "submit": False} for amount in amounts]
    answer = clerk.post(PATH, json={"items": items}).json()["items"]
    desk.work_until(NOW + dt.timedelta(minutes=10))

    assert ["created", "created", "created", "refused"] == [item["status"] for item in answer]
    assert [("/items/3/values", "Q313")] == [(e["pointer"], e["code"]) for e in answer[3]["problem"]["errors"]]
    found = [clerk.get(f"/api/{APP}/loan/{item['id']}").json() for item in answer[:3]]
    assert [(7, None), (7, "large"), (7, "large")] == [(one["rating"], one.get("secret")) for one in found]
    assert ["L2026-000001", "L2026-000002", "L2026-000003"] == [one["number"] for one in found]


def test_nothing_of_an_approval_stays_where_all_or_nothing_was_wanted(desk: Desk) -> None:
    """No case, no task and no job of what was undone; its number is drawn again."""
    clerk = desk.client("clerk")
    items = [{"action": "create", "values": {"amount": amount, "term": 12}} for amount in ("150.00", "9999.00")]
    answer = clerk.post(PATH, json={"items": items, "all_or_nothing": True})

    assert (422, "Q322", ["/items/1/values"]) == (
        answer.status_code,
        answer.json()["code"],
        [error["pointer"] for error in answer.json()["errors"]],
    )
    with desk.bank.database.read() as connection:
        for table in (wf_instance, wf_work, job):
            assert 0 == connection.scalar(sa.select(sa.func.count()).select_from(table)), table.name
    again = clerk.post(PATH, json={"items": items[:1], "all_or_nothing": True}).json()["items"][0]
    assert "L2026-000001" == clerk.get(f"/api/{APP}/loan/{again['id']}").json()["number"]
