"""Approvals over REST, on a real server: shapes, refusals, repeated requests, and no way around four eyes."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from forms_dsl.org import BUILT_IN
from runtime.compile.app import compile_app
from runtime.http.routes import build_app
from runtime.http.services import Services
from runtime.identity.holdings import Given, grant_role
from runtime.identity.sessions import start_session
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.store.database import Database
from tests.process.bank import Bank, open_bank
from tests.serving import PLAIN, serving

NOW = dt.datetime(2026, 3, 2, 2, 0, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Desk:
    """The running server and its people."""

    url: str
    bank: Bank

    def client(self, username: str) -> httpx.Client:
        with self.bank.database.write() as connection:
            secret = start_session(connection, self.bank.people[username], NOW)
        return httpx.Client(
            base_url=self.url, timeout=30, headers={"Authorization": f"Bearer {secret}", "Accept-Language": "en"}, verify=PLAIN
        )


@pytest.fixture
def desk(database: Database, database_url: str, tmp_path: Path) -> Iterator[Desk]:
    bank = open_bank(database)
    with database.write() as connection:
        grant_role(connection, bank.people["head"], "", "administrator", Given(NOW))
    releases = Releases(database, {"org": compile_app(BUILT_IN["org"], 0)})
    releases.refresh(database)
    services = Services(Settings(database_url, tmp_path / "data"), database, releases, clock=lambda: NOW)
    with serving(build_app(services)) as url:
        yield Desk(url, bank)


def submitted(client: httpx.Client, **values: object) -> dict[str, object]:
    answer = client.post("/api/lending/loan", json={"amount": "100000.00", "term": 12, **values})
    assert 201 == answer.status_code, answer.text
    return answer.json()


def first_task(client: httpx.Client) -> dict[str, object]:
    return client.get("/api/tasks").json()["items"][0]


def test_from_the_application_to_the_decision(desk: Desk) -> None:
    """A posted loan starts its approval; the checker finds it, approves it, and the head of branch finds it next."""
    clerk, ann, head = desk.client("clerk"), desk.client("ann"), desk.client("head")
    loan = submitted(clerk)
    assert "in_review" == loan["status"]

    page = ann.get("/api/tasks?count=exact").json()
    assert (1, None) == (page["count"], page["next"])
    task = ann.get(f"/api/tasks/{page['items'][0]['id']}").json()
    assert "approve" in task["decisions"]
    answer = ann.post(f"/api/tasks/{task['id']}/approve", json={"version": task["record"]["version"], "fields": {"rating": 2}})
    assert 200 == answer.status_code, answer.text
    done = answer.json()
    assert ("done", "approve") == (done["task"]["state"], done["task"]["result"])
    assert "decide@branch" == done["process"]["at"][0]["step"]
    assert 1 == head.get("/api/auth/me").json()["open_tasks"]
    process = clerk.get(f"/api/lending/loan/{loan['id']}/process").json()["process"]
    assert ["started", "submitted", "approved"] == [entry["kind"] for entry in process["trail"]]
    # What was clicked stands in the history too: to fill in is no decision over somebody else's case.
    history = clerk.get(f"/api/lending/loan/{loan['id']}/history").json()["items"]
    assert ["approve", "complete"] == [entry["decision"] for entry in history if entry["kind"] == "process_decided"]


def test_a_draft_waits_until_it_is_submitted(desk: Desk) -> None:
    """submit=false keeps a draft; the submit route starts it; a second time it is refused."""
    clerk = desk.client("clerk")
    draft = clerk.post("/api/lending/loan?submit=false", json={"amount": "1.00"}).json()
    assert "draft" == draft["status"]
    assert {"process": None} == clerk.get(f"/api/lending/loan/{draft['id']}/process").json()

    assert 200 == clerk.post(f"/api/lending/loan/{draft['id']}/submit", json={}).status_code
    again = clerk.post(f"/api/lending/loan/{draft['id']}/submit", json={})
    assert (409, "P410") == (again.status_code, again.json()["code"])


def test_no_route_lets_the_applicant_decide(desk: Desk) -> None:
    """A person with all three roles tries every decision on his own case: 403 with the rule's title, nothing changes."""
    both = desk.client("both")
    loan = submitted(both)
    (task,) = desk.client("ann").get("/api/tasks").json()["items"]

    assert [] == both.get("/api/tasks").json()["items"]
    for decision in ("approve", "reject", "return", "claim", "complete"):
        answer = both.post(f"/api/tasks/{task['id']}/{decision}", json={"opinion": "mine"})
        assert (403, "P403") == (answer.status_code, answer.json()["code"])
        assert {"Maker and checker"} == {answer.json()["rule_title"]}
        assert answer.headers["content-type"].startswith("application/problem+json")
    patched = both.patch(f"/api/lending/loan/{loan['id']}", json={"status": "approved"}, headers={"If-Match": '"2"'})
    assert patched.status_code in (403, 412, 422)
    assert "in_review" == both.get(f"/api/lending/loan/{loan['id']}").json()["status"]


def test_one_key_fifty_times_is_one_effect(desk: Desk) -> None:
    """W-03: the same request with the same key in parallel: one decision, and every finished answer is the same."""
    submitted(desk.client("clerk"))
    ann = desk.client("ann")
    task = first_task(ann)
    answers: list[httpx.Response] = []

    def send() -> None:
        with desk.client("ann") as mine:
            answers.append(
                mine.post(f"/api/tasks/{task['id']}/approve", json={"opinion": "ok"}, headers={"Idempotency-Key": "k-1"})
            )

    threads = [threading.Thread(target=send) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    finished = [answer for answer in answers if answer.status_code == 200]
    assert finished
    assert {200, 409} >= {answer.status_code for answer in answers}
    assert {"Q411"} >= {answer.json()["code"] for answer in answers if answer.status_code == 409}
    assert 1 == len({answer.text for answer in finished})
    once_more = ann.post(f"/api/tasks/{task['id']}/approve", json={"opinion": "ok"}, headers={"Idempotency-Key": "k-1"})
    assert "true" == once_more.headers["Idempotency-Replayed"]
    assert finished[0].text == once_more.text


def test_the_loser_reads_who_was_first(desk: Desk) -> None:
    """409 in words and in data."""
    submitted(desk.client("clerk"))
    task = first_task(desk.client("ann"))
    desk.client("ann").post(f"/api/tasks/{task['id']}/approve")

    answer = desk.client("bob").post(f"/api/tasks/{task['id']}/reject", json={"opinion": "no"})
    assert (409, "P409", "ann") == (answer.status_code, answer.json()["code"], answer.json()["decided_by"]["name"])
    assert answer.json()["detail"].startswith("ann approved it at ")


def test_faults_of_a_decision_have_their_pointers(desk: Desk) -> None:
    """Unknown names, a missing opinion, a field that is not the step's: 422 at the very place."""
    submitted(desk.client("clerk"))
    ann = desk.client("ann")
    path = f"/api/tasks/{first_task(ann)['id']}"

    def pointers(decision: str, body: object) -> list[str]:
        answer = ann.post(f"{path}/{decision}", json=body)
        assert 422 == answer.status_code, answer.text
        return [error["pointer"] for error in answer.json()["errors"]]

    assert ["/nonsense"] == pointers("approve", {"nonsense": 1})
    assert ["/version"] == pointers("approve", {"version": "1"})
    assert ["/opinion"] == pointers("reject", {})
    assert ["/to"] == pointers("return", {"opinion": "x", "to": "nowhere"})
    assert ["/fields/amount"] == pointers("approve", {"fields": {"amount": "5"}})
    assert 412 == ann.post(f"{path}/approve", json={"version": 1}).status_code
    assert 404 == ann.post(f"{path}/destroy").status_code
    assert 400 == ann.get("/api/tasks?box=everything").status_code
    assert 400 == ann.get("/api/tasks?colour=red").status_code
    assert 404 == desk.client("stranger").get(path).status_code


def test_recall_and_retry_have_their_own_routes(desk: Desk) -> None:
    """The starter takes it back while he can; retry is for administrators, and says when nothing is held."""
    clerk, head = desk.client("clerk"), desk.client("head")
    loan = submitted(clerk)
    path = f"/api/lending/loan/{loan['id']}/process"

    assert 403 == clerk.post(f"{path}/retry").status_code
    assert "P415" == head.post(f"{path}/retry").json()["code"]
    assert 404 == desk.client("ann").post(f"{path}/recall").status_code
    assert "stopped" == clerk.post(f"{path}/recall").json()["process"]["state"]
    assert "draft" == clerk.get(f"/api/lending/loan/{loan['id']}").json()["status"]
    assert [] == desk.client("ann").get("/api/tasks").json()["items"]


def test_a_record_under_approval_is_not_deleted(desk: Desk) -> None:
    """Nobody takes a case away from those who decide it; a draft may go."""
    clerk = desk.client("clerk")
    loan = submitted(clerk)
    path = f"/api/lending/loan/{loan['id']}"

    answer = clerk.delete(path, headers={"If-Match": f'"{loan["version"]}"'})
    assert (409, "Q311") == (answer.status_code, answer.json()["code"])
    clerk.post(f"{path}/process/recall")
    version = clerk.get(path).json()["version"]
    assert 204 == clerk.delete(path, headers={"If-Match": f'"{version}"'}).status_code


def test_the_trial_run_over_rest(desk: Desk) -> None:
    """The path pane of the entry form: steps, people, reasons; wrong values are said by pointer; others may not."""
    clerk = desk.client("clerk")
    path = "/api/lending/workflows/approval/simulate"
    tried = clerk.post(path, json={"fields": {"amount": "300000.01", "term": 12}}).json()

    assert ["apply", "check", "decide@officer", "booking"] == [step["step"] for step in tried["steps"]]
    assert "Checker in the starter's branch" == tried["steps"][1]["because"]
    assert 422 == clerk.post(path, json={"fields": {"amount": "much"}}).status_code
    assert 403 == desk.client("ann").post(path, json={"fields": {}}).status_code
    assert 404 == clerk.post("/api/lending/workflows/nothing/simulate", json={"fields": {}}).status_code


def test_the_auditor_asks_by_the_number_of_the_business(desk: Desk) -> None:
    """A number finds its record's events, an id too, an unknown one nothing; objects have their number, also without business rights."""
    with desk.bank.database.write() as connection:
        grant_role(connection, desk.bank.people["stranger"], "", "auditor", Given(NOW))
    clerk, auditor = desk.client("clerk"), desk.client("stranger")
    loan, other = submitted(clerk), submitted(clerk)

    def asked(**query: object) -> list[dict[str, object]]:
        return auditor.get("/api/audit/events", params=query).json()["items"]

    by_number = asked(record=loan["number"])
    assert by_number == asked(record=loan["id"]) != []
    assert {loan["id"]} == {event["record_id"] for event in by_number}
    assert {loan["number"]} == {event["record_title"] for event in by_number}
    assert [] == asked(record="L1999-000001") == asked(record='" or true')
    assert {loan["number"], other["number"]} <= {event["record_title"] for event in asked(kind="process_started")}
