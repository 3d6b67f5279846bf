"""Events that come before their wait: kept for a time, taken by one wait, once; whoever reports them hears what became of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.automations.events import receive
from runtime.identity.holdings import Given, grant_role
from runtime.process.arrivals import Arrived, event_arrived
from runtime.process.service import DecisionBody, decide, start_process
from runtime.store.database import BEFORE_COMMIT, Database
from runtime.store.tables import audit_event, job, received_event
from tests.process.bank import APP, FILES, NOW, Bank, open_bank
from tests.process.desk import Desk, build_app, open_desk
from tests.process.test_races import at_once, state_of
from tests.process.test_stepped_races import Act, in_order, state
from tests.serving import serving
from workflow_engine.verify import load_verified

FLOW = """
workflow: approval
title: {zh: 审批, en: Approval}
for: loan
start: {by: role.clerk, in: own_branch, set: {status: in_review}}
controls:
  four_eyes: [{name: maker, title: {zh: 经办复核, en: Maker}, different_people: [apply, check]}]
steps:
  - fill: apply
    title: {zh: 录入, en: Application}
    by: starter
  - approve: check
    title: {zh: 复核, en: Check}
    by: {role: checker, in: starter.branch, pick: claim}
  - wait: confirmation
    title: {zh: 等待客户确认, en: The customer confirms}
    event: core.confirmed
    match: purpose == result.purpose
    save: {booking_no: result.loan_no}
    due: {within: 10 days}
  - wait: second
    title: {zh: 再次确认, en: And again}
    event: core.confirmed
    match: purpose == result.purpose
    due: {within: 10 days}
on_finish:
  approved: {set: {status: approved}}
examples:
  - name: 早到的确认
    given: {amount: 100, purpose: car}
    do: [submit, {receive: core.confirmed, values: {purpose: car, loan_no: LN-1}}, approve check]
    expect: {at: second, fields: {booking_no: LN-1}}
  - name: 他人的确认
    given: {amount: 100, purpose: car}
    do: [submit, {receive: core.confirmed, values: {purpose: house}}, approve check]
    expect: {at: confirmation}
  - name: 过期的确认
    given: {amount: 100, purpose: car}
    do: [submit, {receive: core.confirmed, values: {purpose: car}}, {wait: 4 days}, approve check]
    expect: {at: confirmation}
"""
BINDINGS = (
    FILES["bindings.yaml"]
    + """
    events:
      confirmed: {event: loan.confirmed, out: {purpose: text, loan_no: text, report: text}, once_by: report, keep: 3 days}
"""
)
MORE = {"bindings.yaml": BINDINGS}
PATH = f"/api/events/{APP}/core/confirmed"


@pytest.fixture
def bank(database: Database) -> Bank:
    return open_bank(database, FLOW, files=MORE)


def report(bank: Bank, purpose: str, no: str, **changes: object) -> str:
    """Another system reports it; the key of its job."""
    with bank.database.write() as connection:
        body = {"purpose": purpose, "loan_no": f"LN-{no}", "report": no}
        receive(connection, bank.context("system", **changes), APP, "core.confirmed", body)
    with bank.database.read() as connection:
        rows = connection.execute(sa.select(job.c.payload).where(job.c.kind == "received").order_by(job.c.id)).scalars()
        return next(str(payload["key"]) for payload in rows if payload["values"]["report"] == no)


def look(bank: Bank, key: str, **changes: object) -> int | None:
    """The worker's part of the event."""
    with bank.database.read() as connection:
        payload = connection.execute(sa.select(job.c.payload).where(job.c.key == key)).scalar_one()
    with bank.database.write() as connection:
        arrived = Arrived("core.confirmed", payload["values"], key)
        return event_arrived(connection, bank.context("system", **changes), APP, arrived)


def events(bank: Bank) -> list[tuple[str, int]]:
    with bank.database.read() as connection:
        rows = connection.execute(sa.select(received_event).order_by(received_event.c.received_at, received_event.c.id)).all()
    return [(row.state, row.approvals) for row in rows]


def at(bank: Bank, instance: str) -> list[str]:
    return [visit.step for visit in state(bank, instance).open_visits()]


def test_one_event_is_taken_by_one_wait(bank: Bank) -> None:
    """It is kept, the first wait takes it with what it brings, the second one waits for another; a repeat does nothing."""
    record, instance = bank.submit(purpose="car")
    key = report(bank, "car", "1")
    assert 0 == look(bank, key) and [("kept", 0)] == events(bank)
    assert key == report(bank, "car", "1") and 0 == look(bank, key)
    bank.decide("ann", instance, "check")

    assert (["second"], "LN-1") == (at(bank, instance), bank.value(record, "f_booking_no"))
    assert [("taken", 1)] == events(bank)
    assert 0 == look(bank, key) and ["second"] == at(bank, instance)
    assert 1 == look(bank, report(bank, "car", "2"))
    assert ("approved", [("taken", 1), ("taken", 1)]) == (state_of(bank, instance), events(bank))


def test_two_early_events_are_taken_by_two_waits(bank: Bank) -> None:
    """The older one first, each once, and what is another record's stays."""
    _, instance = bank.submit(purpose="car")
    for number, purpose in enumerate(("house", "car", "car")):
        look(bank, report(bank, purpose, str(number)))
    bank.decide("ann", instance, "check")
    assert "approved" == state_of(bank, instance)
    assert [("kept", 0), ("taken", 1), ("taken", 1)] == events(bank)


def test_it_is_kept_before_the_approval_begins_and_not_after_it_went_on(bank: Bank) -> None:
    """Early is whatever may still be waited for; what comes behind its wait, or behind the end, is told so."""
    draft = bank.draft(purpose="boat")
    look(bank, report(bank, "boat", "0"))
    assert [("kept", 0)] == events(bank)
    with bank.database.write() as connection:
        instance = start_process(connection, bank.context("clerk"), APP, "approval", draft)
    bank.decide("ann", instance, "check")
    look(bank, report(bank, "boat", "1"))
    assert "approved" == state_of(bank, instance)
    look(bank, report(bank, "boat", "2"))
    assert [("taken", 1), ("taken", 1), ("late", 0)] == events(bank)
    _, refused = bank.submit(purpose="shop")
    bank.decide("ann", refused, "check", "reject")
    look(bank, report(bank, "shop", "3"))
    assert ("late", 0) == events(bank)[-1]


def test_after_its_time_nothing_takes_it(bank: Bank) -> None:
    """A wait that opens later stays open, whether the job that ends the time has run or not."""
    _, instance = bank.submit(purpose="car")
    look(bank, report(bank, "car", "1"))
    later = NOW + dt.timedelta(days=4)
    item = bank.work(instance, "check")[0]
    with bank.database.write() as connection:
        decide(connection, bank.context("ann", now=later), item, "approve", DecisionBody())
    assert (["confirmation"], [("kept", 0)]) == (at(bank, instance), events(bank))


def take(bank: Bank, instance: str) -> Act:
    return lambda: bank.decide("ann", instance, "check")


def test_the_event_and_the_opening_of_its_wait_in_both_orders(bank: Bank) -> None:
    """R14: whichever is written first, the other one finds it: the wait takes the event, once."""
    for number, order in enumerate(("event", "wait") * 3):
        _, instance = bank.submit(purpose=f"p{number}")
        key = report(bank, f"p{number}", str(number))
        event: Act = partial(look, bank, key)
        acts = (event, take(bank, instance)) if order == "event" else (take(bank, instance), event)
        results = in_order(*acts)
        assert not [result for result in results if isinstance(result, Exception)]
        if None in (results if order == "wait" else ()) or ["confirmation"] == at(bank, instance):
            # It opened while the event looked for it: the job looks once more.
            look(bank, key)
        assert (["second"], ("taken", 1)) == (at(bank, instance), events(bank)[-1])


def test_the_event_and_the_opening_at_the_same_moment(bank: Bank) -> None:
    """R14 by chance: nothing is lost and nothing is taken twice."""
    for number in range(8):
        _, instance = bank.submit(purpose=f"p{number}")
        key = report(bank, f"p{number}", str(number))
        results = at_once(lambda: look(bank, key), take(bank, instance))  # noqa: B023
        assert not [result for result in results if isinstance(result, Exception)]
        if ("received", 0) == events(bank)[-1]:
            assert 1 == look(bank, key)
        assert (["second"], ("taken", 1)) == (at(bank, instance), events(bank)[-1])


def test_two_waits_open_for_one_event(bank: Bank) -> None:
    """Two approvals that the event is for open their waits at once: one of them takes it."""
    first, second = (bank.submit(purpose="car")[1] for _ in range(2))
    look(bank, report(bank, "car", "1"))
    results = at_once(take(bank, first), take(bank, second))
    assert not [result for result in results if isinstance(result, Exception)]
    assert [["confirmation"], ["second"]] == sorted((at(bank, first), at(bank, second)))
    assert [("taken", 1)] == events(bank)


def test_a_crash_before_the_commit_takes_nothing(bank: Bank) -> None:
    """What died between taking the event and its commit has done neither; the next one does both."""
    _, instance = bank.submit(purpose="car")
    look(bank, report(bank, "car", "1"))

    def die(_: Connection) -> None:
        raise SystemExit

    token = BEFORE_COMMIT.set(die)
    with pytest.raises(SystemExit):
        bank.decide("ann", instance, "check")
    BEFORE_COMMIT.reset(token)
    assert (["check"], [("kept", 0)]) == (at(bank, instance), events(bank))
    bank.decide("ann", instance, "check")
    assert (["second"], [("taken", 1)]) == (at(bank, instance), events(bank))


@pytest.fixture
def desk(database: Database, database_url: str, tmp_path: Path) -> Iterator[Desk]:
    opened = open_desk(database, database_url, tmp_path, FLOW, MORE)
    with database.write() as connection:
        grant_role(connection, opened.bank.people["kai"], "", "event_source", Given(NOW))
    with serving(build_app(opened.services)) as url:
        yield replace(opened, url=url)


def test_who_reports_it_hears_what_became_of_it(desk: Desk) -> None:
    """Received, kept until when, taken, already taken, too late, and out of its time with an entry in the trail."""
    source, clerk, checker = desk.client("kai"), desk.client("clerk"), desk.client("ann")
    loan = clerk.post(f"/api/{APP}/loan", json={"amount": "10.00", "purpose": "car"}).json()
    body = {"purpose": "car", "loan_no": "LN-1", "report": "1"}
    first = source.post(PATH, json=body)
    assert (202, "received", True) == (first.status_code, first.json()["state"], first.json()["new"])
    desk.work_until(NOW + dt.timedelta(minutes=1))
    kept = source.get(f"{PATH}/{first.json()['id']}").json()
    assert ("kept", "2026-03-05T02:01:00.000Z") == (kept["state"], kept["until"])
    task = checker.get("/api/tasks").json()["items"][0]
    assert 200 == checker.post(f"/api/tasks/{task['id']}/approve", json={"opinion": "yes"}).status_code
    again = source.post(PATH, json=body)
    assert (200, "taken", False, 1) == (again.status_code, again.json()["state"], again.json()["new"], again.json()["approvals"])
    assert "LN-1" == clerk.get(f"/api/{APP}/loan/{loan['id']}").json()["booking_no"]

    source.post(PATH, json={**body, "report": "2"})
    late = source.post(PATH, json={**body, "report": "3"}).json()
    lost = source.post(PATH, json={"purpose": "house", "report": "4"}).json()
    desk.work_until(NOW + dt.timedelta(minutes=2))
    assert "late" == source.get(f"{PATH}/{late['id']}").json()["state"]
    desk.work_until(NOW + dt.timedelta(days=4))
    source, clerk = desk.client("kai"), desk.client("clerk")
    assert "expired" == source.get(f"{PATH}/{lost['id']}").json()["state"]
    with desk.bank.database.read() as connection:
        kinds = list(connection.scalars(sa.select(audit_event.c.kind).where(audit_event.c.kind.like("event_%"))))
    assert {"event_received", "event_kept", "event_late", "event_expired"} == set(kinds)
    assert 404 == source.get(f"{PATH}/none").status_code
    assert 403 == clerk.get(f"{PATH}/{lost['id']}").status_code


def test_a_case_lets_an_event_come_early_too() -> None:
    """The examples of the flow are played as the approval runs: kept, taken once, another's, and out of its time."""
    findings = load_verified({**FILES, "workflows/approval.yaml": FLOW, **MORE}).diagnostics
    assert [] == [each.message for each in findings if each.severity == "error"]
    late = FLOW.replace("{wait: 4 days}", "{wait: 2 days}")
    assert {"W112"} == {each.code for each in load_verified({**FILES, "workflows/approval.yaml": late, **MORE}).diagnostics} - {
        "W005",
        "S011",
    }


def test_an_event_is_not_kept_for_working_time() -> None:
    """Nobody could say until when by the calendar of which workflow."""
    bindings = {"bindings.yaml": BINDINGS.replace("keep: 3 days", "keep: 3 working days")}
    assert "W012" in {each.code for each in load_verified({**FILES, "workflows/approval.yaml": FLOW, **bindings}).diagnostics}
