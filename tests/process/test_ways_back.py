"""Ways back through the service: returned, submitted again, taken back."""

from __future__ import annotations

import pytest

from runtime.failures import Conflict, NotFound
from runtime.process.service import recall, start_process
from runtime.store.database import Database
from tests.process.bank import APP, Bank, open_bank
from tests.process.test_service import assert_rows_agree, process, refused


@pytest.fixture
def bank(database: Database) -> Bank:
    return open_bank(database)


def test_returned_and_submitted_again(bank: Bank) -> None:
    """退回 to the applicant, who corrects and completes; everybody is asked again."""
    record, instance = bank.submit()
    bank.decide("ann", instance, "check")
    bank.decide("head", instance, "decide@branch", "return", to="apply", opinion="lower it")
    assert {"clerk"} == bank.offered(bank.work(instance, "apply")[0])

    bank.decide("clerk", instance, "apply", "complete", opinion=None, fields={"amount": "90000.00"})
    assert 1 == len(bank.work(instance, "check"))
    assert "90000.00" == format(bank.value(record, "f_amount"), "f")
    kinds = [entry["kind"] for entry in process(bank, instance)["trail"]]  # type: ignore[attr-defined]
    assert ["started", "submitted", "approved", "returned", "resubmitted"] == kinds
    assert_rows_agree(bank, instance)


def test_a_return_names_an_earlier_step(bank: Bank) -> None:
    """A step that does not come before, or was never visited, is no target."""
    _, instance = bank.submit()
    bank.decide("ann", instance, "check")

    failure = refused(bank, "head", instance, "decide@branch", "return", to="decide@officer")
    assert ["/to"] == [fault.pointer for fault in failure.faults]


def test_recall_makes_it_a_draft_again(bank: Bank) -> None:
    """撤回 before anybody acted: no item is left, the status is back, and it can be submitted anew."""
    record, instance = bank.submit()
    with bank.database.write() as connection:
        recall(connection, bank.context("clerk"), instance)

    assert ("draft", []) == (bank.value(record, "f_status"), bank.work(instance, "check"))
    assert "stopped" == process(bank, instance)["state"]
    with bank.database.write() as connection:
        again = start_process(connection, bank.context("clerk"), APP, "approval", record)
    assert 1 == len(bank.work(again, "check"))
    assert_rows_agree(bank, instance)


def test_recall_is_refused_once_somebody_acted(bank: Bank) -> None:
    """A claim is an act; and only the starter recalls."""
    _, instance = bank.submit()
    with pytest.raises(NotFound), bank.database.write() as connection:
        recall(connection, bank.context("ann"), instance)
    bank.decide("ann", instance, "check", "claim")
    with pytest.raises(Conflict) as caught, bank.database.write() as connection:
        recall(connection, bank.context("clerk"), instance)

    assert "P414" == caught.value.code


def test_only_a_draft_is_submitted(bank: Bank) -> None:
    """While it runs, and after it was decided, a record is not submitted again."""
    record, instance = bank.submit()

    def again(code: str) -> None:
        with pytest.raises(Conflict) as caught, bank.database.write() as connection:
            start_process(connection, bank.context("clerk"), APP, "approval", record)
        assert code == caught.value.code

    again("P410")
    bank.decide("ann", instance, "check", "reject")
    again("P418")


def test_submitting_after_a_return_goes_on_with_the_same_approval(bank: Bank) -> None:
    """The record page's own button does what the task's does."""
    record, instance = bank.submit()
    bank.decide("ann", instance, "check", "return")
    with bank.database.write() as connection:
        assert instance == start_process(connection, bank.context("clerk"), APP, "approval", record)

    assert 1 == len(bank.work(instance, "check"))
