"""The pause after an end of an approval: the same record is not submitted again before it is over."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa

from runtime.failures import Conflict, Failure
from runtime.process.service import start_process
from runtime.process.trial import try_workflow
from runtime.store.database import Database
from runtime.store.tables import wf_instance
from tests.process.bank import APP, WORKFLOW, Bank, open_bank
from tests.process.test_races import at_once

COOLING = (
    WORKFLOW[: WORKFLOW.index("on_finish:")]
    + """on_finish:
  approved: {set: {status: approved}}
  rejected: {set: {status: draft}, cooldown: 2 days}
"""
)


@pytest.fixture
def bank(database: Database) -> Bank:
    return open_bank(database, COOLING)


def start(bank: Bank, record: str, now: dt.datetime | None = None) -> str:
    context = bank.context("clerk")
    with bank.database.write() as connection:
        return start_process(connection, replace(context, now=now or context.now), APP, "approval", record)


def ended(bank: Bank, instance: str) -> dt.datetime:
    with bank.database.read() as connection:
        found: dt.datetime = connection.execute(
            sa.select(wf_instance.c.ended_at).where(wf_instance.c.id == instance)
        ).scalar_one()
    return found


def test_a_rejected_record_rests(bank: Bank) -> None:
    """Neither submitted nor tried until the very moment is there; another record is free."""
    record, instance = bank.submit()
    bank.decide("ann", instance, "check", "reject")
    over = ended(bank, instance) + dt.timedelta(days=2)

    for now in (None, over - dt.timedelta(seconds=1)):
        with pytest.raises(Conflict) as refused:
            start(bank, record, now)
        assert "P427" == refused.value.code
    with pytest.raises(Conflict), bank.database.read() as connection:
        try_workflow(connection, bank.context("clerk"), APP, "approval", {}, record)
    bank.submit()
    assert start(bank, record, over) != instance


def test_other_ends_have_no_pause(bank: Bank) -> None:
    """What was returned or recalled is submitted again at once."""
    record, instance = bank.submit()
    bank.decide("ann", instance, "check", "return")
    assert instance == start(bank, record)


def test_submitting_while_it_is_refused(bank: Bank) -> None:
    """At the same moment as the refusal: it is running still, or it rests already; it never runs twice."""
    for _ in range(10):
        record, instance = bank.submit()
        results = at_once(
            lambda: bank.decide("ann", instance, "check", "reject"),  # noqa: B023
            lambda: start(bank, record),  # noqa: B023
        )

        assert "done" == results[0]
        assert isinstance(results[1], Failure)
        assert results[1].code in ("P410", "P427")
