"""代理 over REST: who sets it, both lists, the trail with both names, the register, and the race of owner and proxy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from runtime.commands.keep_proxies import NewProxy, set_proxy
from runtime.failures import Conflict
from runtime.identity.holdings import Given, grant_role
from runtime.store.database import Database
from runtime.store.tables import audit_event
from tests.process.bank import WORKFLOW, Bank, open_bank
from tests.process.desk import Desk, build_app, open_desk
from tests.process.test_races import at_once
from tests.serving import serving

PROXIED = WORKFLOW.replace("  return: {resubmit_to", "  proxy: {allowed: true}\n  return: {resubmit_to")
TODAY = {"from": "2026-03-02", "to": "2026-03-06"}


@pytest.fixture
def desk(database: Database, database_url: str, tmp_path: Path) -> Iterator[Desk]:
    opened = open_desk(database, database_url, tmp_path, PROXIED)
    with database.write() as connection:
        grant_role(connection, opened.bank.people["stranger"], "", "auditor", Given(opened.clock[0]))
    with serving(build_app(opened.services)) as url:
        yield replace(opened, url=url)


def let(desk: Desk, who: str, proxy: str, **more: object) -> httpx.Response:
    return desk.client(who).post("/api/proxies", json={"proxy": desk.bank.people[proxy], **TODAY, **more})


def todo(client: httpx.Client) -> list[dict[str, object]]:
    found: list[dict[str, object]] = client.get("/api/tasks").json()["items"]
    return found


def submit(client: httpx.Client, **values: object) -> str:
    answer = client.post("/api/lending/loan", json={"amount": "100000.00", "term": 12, **values})
    assert 201 == answer.status_code, answer.text
    return str(answer.json()["id"])


def test_a_case_stands_in_both_lists_and_either_decides(desk: Desk) -> None:
    """What is open already counts; the proxy decides in the owner's name, and the trail and the audit name both."""
    record = submit(desk.client("clerk"))
    lin, ann = desk.client("lin"), desk.client("ann")
    assert [] == todo(lin)
    assert 201 == let(desk, "ann", "lin", reason="leave").status_code

    (task,) = todo(lin)
    assert ("ann", None) == (task["on_behalf_of"]["name"], todo(ann)[0]["on_behalf_of"])  # type: ignore[index]
    assert 1 == lin.get("/api/auth/me").json()["open_tasks"]
    detail = lin.get(f"/api/tasks/{task['id']}").json()
    assert {"approve", "reject"} <= set(detail["decisions"])
    assert "100000.00" == detail["record"]["amount"]
    path = {"record_id": record}
    assert 200 == lin.post("/api/lending/workflows/approval/simulate", json=path).status_code
    assert 404 == desk.client("kai").post("/api/lending/workflows/approval/simulate", json=path).status_code
    answer = lin.post(f"/api/tasks/{task['id']}/approve", json={"fields": {"rating": 3}, "version": detail["record"]["version"]})
    assert 200 == answer.status_code, answer.text
    assert [] == todo(lin) == todo(ann)
    (entry,) = [each for each in answer.json()["process"]["trail"] if each["kind"] == "approved"]
    assert ("lin", "ann") == (entry["actor"]["name"], entry["on_behalf_of"]["name"])
    assert "ann" == lin.get("/api/tasks?box=done").json()["items"][0]["on_behalf_of"]["name"]
    people = desk.bank.people
    with desk.bank.database.read() as connection:
        found = sa.select(audit_event.c.kind).where(
            audit_event.c.actor == people["lin"], audit_event.c.on_behalf_of == people["ann"], audit_event.c.record_id == record
        )
        assert {"process_decided", "record.changed"} <= set(connection.scalars(found))
    late = ann.post(f"/api/tasks/{task['id']}/approve", json={})
    assert (409, "lin") == (late.status_code, late.json()["decided_by"]["name"])


def test_four_eyes_see_both(desk: Desk) -> None:
    """After lin approved for ann, ann may not decide as the proxy of the head; the maker finds nothing of his own case."""
    assert 201 == let(desk, "ann", "lin").status_code
    assert 201 == let(desk, "ann", "clerk").status_code
    assert 201 == let(desk, "head", "ann").status_code
    submit(desk.client("clerk"))
    assert [] == todo(desk.client("clerk"))
    lin, ann = desk.client("lin"), desk.client("ann")
    (task,) = todo(lin)
    assert 200 == lin.post(f"/api/tasks/{task['id']}/approve", json={}).status_code

    assert 1 == len(todo(desk.client("head")))
    assert [] == todo(ann)
    refused = ann.post(f"/api/tasks/{todo(desk.client('head'))[0]['id']}/approve", json={})
    assert (403, "P403") == (refused.status_code, refused.json()["code"])


def test_a_rule_has_its_scope(desk: Desk) -> None:
    """Another workflow, a smaller amount, other days, or an ended rule give nothing."""
    submit(desk.client("clerk"))
    kai = desk.client("kai")
    assert 201 == let(desk, "ann", "kai", amount="99999.99").status_code
    assert 201 == let(desk, "bob", "kai", **{"from": "2026-03-03"}).status_code
    assert [] == todo(kai)
    rule = let(desk, "ann", "kai", amount="100000.00", app="lending", workflow="approval").json()
    assert ("贷款审批", True) == (rule["workflow"]["zh"], rule["holds"])
    assert 1 == len(todo(kai))
    assert 404 == desk.client("bob").post(f"/api/proxies/{rule['id']}/end").status_code
    ended = kai.post(f"/api/proxies/{rule['id']}/end").json()
    assert ("kai", False) == (ended["ended_by"]["name"], ended["holds"])

    assert [] == todo(kai)


def test_who_may_set_what(desk: Desk) -> None:
    """Not oneself, not backwards, not for others unless an administrator and then not to himself, not in a circle."""
    people = desk.bank.people
    assert "P440" == let(desk, "ann", "ann").json()["errors"][0]["code"]
    assert 422 == let(desk, "ann", "bob", **{"from": "2026-03-09"}).status_code
    assert 422 == let(desk, "ann", "bob", to="2028-01-01").status_code
    assert 422 == let(desk, "ann", "bob", app="lending", workflow="nothing").status_code
    assert 422 == let(desk, "ann", "bob", days=3).status_code
    assert 403 == let(desk, "ann", "bob", owner=people["kai"]).status_code
    assert 403 == let(desk, "head", "head", owner=people["kai"]).status_code, "an administrator gives himself nobody's powers"
    assert 201 == let(desk, "head", "bob", owner=people["kai"]).status_code
    assert 201 == let(desk, "ann", "bob").status_code
    circle = let(desk, "bob", "ann")

    assert (409, "P441") == (circle.status_code, circle.json()["code"])
    assert 2 == len(desk.client("bob").get("/api/proxies").json()["items"])


def test_the_register_is_for_those_who_answer_for_it(desk: Desk) -> None:
    """Auditor and administrator read every rule that ever was, others their own."""
    assert 201 == let(desk, "ann", "lin").status_code

    for reader in ("head", "stranger"):
        (rule,) = desk.client(reader).get("/api/proxies?of=bank").json()["items"]
        assert ("ann", "lin", "ann") == tuple(rule[key]["name"] for key in ("owner", "proxy", "set_by"))
    assert 403 == desk.client("lin").get("/api/proxies?of=bank").status_code
    assert [] == desk.client("kai").get("/api/proxies").json()["items"]


def test_owner_and_proxy_at_once(database: Database) -> None:
    """R11: one of them decides, the other hears who it was."""
    bank: Bank = open_bank(database, PROXIED)
    _, instance = bank.submit()
    context = bank.context("ann")
    day = context.business_date
    with database.write() as connection:
        set_proxy(connection, context, NewProxy(bank.people["lin"], day, day))
    outcomes = at_once(lambda: bank.decide("ann", instance, "check"), lambda: bank.decide("lin", instance, "check"))

    assert 1 == sum(isinstance(outcome, Conflict) for outcome in outcomes)
    assert 1 == sum(outcome == "done" for outcome in outcomes)
