"""Waits and races in the database: a timer's job, an event of another system, and who was first."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from runtime.process.arrivals import Arrived, event_arrived
from runtime.process.service import timer_due
from runtime.process.steering import resume, suspend
from runtime.process.view import process_of
from runtime.store.database import Database
from runtime.store.tables import job
from tests.process.bank import APP, FILES, Bank, open_bank
from tests.process.test_races import at_once, decisions, state_of

RACE = """
workflow: approval
title: {zh: 审批, en: Approval}
for: loan
start: {by: role.clerk, in: own_branch, set: {status: in_review}}
controls:
  four_eyes: [{name: maker, title: {zh: 经办复核, en: Maker}, different_people: [apply, confirm]}]
steps:
  - fill: apply
    title: {zh: 录入, en: Application}
    by: starter
  - wait: cooling
    title: {zh: 冷静期, en: Cooling off}
    for: 2 hours
  - any_of:
      - name: answer
        steps:
          - wait: confirmation
            title: {zh: 等待客户确认, en: The customer confirms}
            event: core.confirmed
            match: number == result.number
            save: {booking_no: result.loan_no}
            due: {within: 10 days}
      - name: by_hand
        steps:
          - approve: confirm
            title: {zh: 人工确认, en: Confirm by hand}
            by: {role: checker, in: starter.branch, pick: claim}
            due: {within: 10 days}
on_finish:
  approved: {set: {status: approved}}
"""
BINDINGS = (
    FILES["bindings.yaml"]
    + """
    events:
      confirmed: {event: loan.confirmed, out: {number: text, loan_no: text}, once_by: number}
"""
)


@pytest.fixture
def bank(database: Database) -> Bank:
    return open_bank(database, RACE, files={"bindings.yaml": BINDINGS})


def cooled(bank: Bank) -> tuple[str, str, str]:
    """A case whose cooling is over: record, instance and the record's number."""
    record, instance = bank.submit()
    with bank.database.read() as connection:
        timers = [row for row in connection.execute(sa.select(job)) if row.payload.get("instance") == instance]
    assert [("cooling", 2 * 3600)] == [(t.payload["step"], (t.due_at - t.created_at).total_seconds()) for t in timers]
    for _ in range(2):  # a timer that fires again changes nothing
        with bank.database.write() as connection:
            timer_due(connection, bank.context("system", now=timers[0].due_at), timers[0].payload)
    return record, instance, str(bank.value(record, "number"))


def report(bank: Bank, number: str, loan_no: str = "LN-7") -> int:
    with bank.database.write() as connection:
        return (
            event_arrived(
                connection, bank.context("system"), APP, Arrived("core.confirmed", {"number": number, "loan_no": loan_no})
            )
            or 0
        )


def test_an_event_ends_the_wait_of_its_own_record(bank: Bank) -> None:
    """Only the case whose `match` is true goes on; what the event brought is saved, the other branch's task is gone."""
    record, instance, number = cooled(bank)
    _, other, _ = cooled(bank)
    assert 0 == report(bank, "L-of-nobody")
    assert 1 == report(bank, number)

    assert ("approved", "running") == (state_of(bank, instance), state_of(bank, other))
    assert ("approved", "LN-7") == (bank.value(record, "f_status"), bank.value(record, "f_booking_no"))
    assert [] == bank.work(instance, "confirm")
    assert 0 == report(bank, number)
    with bank.database.read() as connection:
        shown = process_of(connection, bank.context("clerk", locale="en"), instance)
    waited = [(e["title"]["en"], e["detail"]) for e in shown["trail"] if e["kind"] == "waited"]  # type: ignore[index,attr-defined]
    assert [("Cooling off", "the time has come"), ("The customer confirms", "the event has arrived")] == waited


@pytest.mark.parametrize("suspended", [False, True])
def test_an_event_that_does_not_fit_holds_its_own_case(bank: Bank, suspended: bool) -> None:
    """It neither fails for the others that wait for it nor lets the case go on without its values; by hand goes on."""
    record, instance, number = cooled(bank)
    if suspended:
        with bank.database.write() as connection:
            suspend(connection, bank.context("head"), instance, "inspection")
    assert 1 == report(bank, number, "LN-" + "7" * 40)
    if suspended:
        with bank.database.write() as connection:
            resume(connection, bank.context("head"), instance, "done")

    assert ("held", None) == (state_of(bank, instance), bank.value(record, "f_booking_no"))
    with bank.database.read() as connection:
        shown = process_of(connection, bank.context("clerk", locale="en"), instance)
    assert "the event has arrived, but the record does not take what it brought" in [e["detail"] for e in shown["trail"]]  # type: ignore[index,attr-defined]
    bank.decide("ann", instance, "confirm")
    assert "approved" == state_of(bank, instance)


def test_by_hand_or_by_event_one_is_first(bank: Bank) -> None:
    """R14, R9: at the same moment by both ways the race ends once, and the record says which."""
    for _ in range(8):
        record, instance, number = cooled(bank)
        results = at_once(lambda: bank.decide("ann", instance, "confirm"), lambda: report(bank, number))  # noqa: B023

        assert "approved" == state_of(bank, instance)
        by_hand = results[0] == "done"
        assert by_hand == (bank.value(record, "f_booking_no") is None)
        assert (2 if by_hand else 1) == len(decisions(bank, instance))
    assert threading.active_count() < 20
