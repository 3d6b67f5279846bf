"""Deadlines and pauses in working time, by the bank's own calendar."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa

from runtime.failures import Conflict
from runtime.process.service import start_process
from runtime.store.database import Database
from runtime.store.tables import wf_instance, wf_visit
from tests.process.bank import APP, FILES, WORKFLOW, Bank, open_bank

CALENDAR = """
calendar: cn_bank
label: {zh: 中国, en: China}
from: 2026-01-01
to: 2026-12-31
working_days: [monday, tuesday, wednesday, thursday, friday]
holidays:
  qingming: {label: {zh: 清明, en: Tomb sweeping}, from: 2026-04-04, to: 2026-04-06}
make_up_days: [2026-03-07]
office_hours: [{from: "09:00", to: "12:00"}, {from: "13:30", to: "18:00"}]
"""
TIMED = WORKFLOW.replace("due: {within: 4 hours", "due: {within: 4 working hours").replace(
    "  rejected: {set: {status: rejected}}", "  rejected: {set: {status: draft}, cooldown: 2 working days}"
)
TEXTS = {
    "app.yaml": FILES["app.yaml"] + "calendar: cn_bank\ntimezone: Asia/Shanghai\n",
    "calendars/cn_bank.yaml": CALENDAR,
}


@pytest.fixture
def bank(database: Database) -> Bank:
    return open_bank(database, TIMED, files=TEXTS)


def start(bank: Bank, now: dt.datetime, record: str | None = None) -> str:
    with bank.database.write() as connection:
        context = replace(bank.context("clerk"), now=now)
        return start_process(connection, context, APP, "approval", record or bank.draft())


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{text}+08:00").astimezone(dt.UTC)


def visit(bank: Bank, instance: str) -> tuple[dt.datetime | None, str, str | None]:
    found = sa.select(wf_visit.c.due_at, wf_visit.c.state, wf_visit.c.held_reason).where(
        wf_visit.c.instance_id == instance, wf_visit.c.step == "check"
    )
    with bank.database.read() as connection:
        return tuple(connection.execute(found).one())


def test_a_step_is_due_after_so_many_hours_of_work(bank: Bank) -> None:
    """Friday at four plus four hours of work: two on Friday, two on the make-up Saturday."""
    record = bank.draft()
    due, state, _ = visit(bank, start(bank, utc("2026-03-06T16:00"), record))

    assert (utc("2026-03-07T11:00"), "open") == (due, state)


def test_a_year_without_calendar_holds_the_flow(bank: Bank) -> None:
    """Nobody guesses when people work: the step waits for the administrator, and nobody is asked."""
    record = bank.draft()
    instance = start(bank, utc("2026-12-31T17:00"), record)

    assert (None, "held", "calendar_missing") == visit(bank, instance)
    assert [] == bank.work(instance, "check")


def test_a_pause_counts_working_days(bank: Bank) -> None:
    """Refused on the Thursday before the holidays, free again two working days later, at the same time of day."""
    record = bank.draft()
    instance = start(bank, utc("2026-04-02T10:00"), record)
    with bank.database.write() as connection:
        rejected = {"state": "rejected", "ended_at": utc("2026-04-02T10:00")}
        connection.execute(sa.update(wf_instance).where(wf_instance.c.id == instance).values(rejected))
        table = bank.compiled.entities["loan"].table
        status = next(column for column in table.c if column.name == "f_status")
        connection.execute(sa.update(table).where(table.c.id == record).values({status: "draft"}))

    with pytest.raises(Conflict) as refused:
        start(bank, utc("2026-04-07T09:59"), record)
    assert "P427" == refused.value.code
    assert start(bank, utc("2026-04-07T10:00"), record)
