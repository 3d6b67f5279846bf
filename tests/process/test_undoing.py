"""冲正 over real rows: the outbox takes a booking back with what it had sent, and the record says so when it is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from forms_dsl.org import BUILT_IN
from runtime.compile.app import compile_app
from runtime.http.routes import build_app
from runtime.http.services import Services
from runtime.identity.holdings import Given, grant_role
from runtime.outbox.rows import OutboxRow, find_row
from runtime.process.service import call_finished
from runtime.process.steering import terminate
from runtime.process.view import process_of
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.store.database import Database
from runtime.store.tables import outbox
from tests.process.bank import FILES, NOW, Bank, open_bank
from tests.process.test_http import Desk
from tests.serving import serving

BINDINGS = (
    FILES["bindings.yaml"]
    + """\
      reverse:
        kind: command
        operation: reverse_loan
        in: {request_id: text, loan_no: text}
        out: {loan_no: text}
        mock: {loan_no: "42"}
"""
)
WORKFLOW = """
workflow: approval
title: {zh: 贷款审批, en: Loan approval}
for: loan
start: {by: role.clerk, in: own_branch, set: {status: in_review}}
controls:
  four_eyes: [{name: maker, title: {zh: 经办复核, en: Maker}, different_people: [apply, check]}]
steps:
  - fill: apply
    title: {zh: 录入, en: Application}
    by: starter
    fields: {write: [amount]}
  - call: booking
    title: {zh: 登记, en: Booking}
    connector: core.book
    send: {request_id: $request_id, amount: amount}
    save: {booking_no: result.loan_no}
    undo: core.reverse
    unknown_result: {ask: core.ask}
    on_error: {assign: role.officer, title: {zh: 登记失败, en: Booking failed}}
  - approve: check
    title: {zh: 复核, en: Check}
    by: {role: checker, in: starter.branch, pick: claim}
on_finish:
  approved: {set: {status: approved}}
  rejected: {set: {status: rejected}}
"""


@pytest.fixture
def bank(database: Database) -> Bank:
    return open_bank(database, WORKFLOW, files={"bindings.yaml": BINDINGS})


def sent(bank: Bank, instance: str, visit: int) -> OutboxRow:
    with bank.database.read() as connection:
        row = find_row(connection, f"{instance}/booking/{visit}")
    assert isinstance(row, OutboxRow)
    return row


def ended(bank: Bank, instance: str, visit: int, state: str = "confirmed", **values: object) -> None:
    """The outbox reports how a call ended."""
    result = {"outcome": "ok", "values": values, "code": None, "detail": None}
    with bank.database.write() as connection:
        row = replace(sent(bank, instance, visit), state=state, result=result)  # type: ignore[arg-type]
        connection.execute(outbox.update().where(outbox.c.id == row.id).values(state=state, result=result))
        call_finished(connection, bank.context("system"), row)


def kinds(bank: Bank, instance: str) -> list[str]:
    with bank.database.read() as connection:
        return [entry["kind"] for entry in process_of(connection, bank.context("clerk"), instance)["trail"]]  # type: ignore[index,attr-defined]


def test_a_stopped_loan_is_taken_back_with_what_its_booking_had_sent(bank: Bank) -> None:
    """The undo has a key of its own and the request of the booking; the record is a draft again when it is known to be done."""
    record, instance = bank.submit(amount="100000.00")
    ended(bank, instance, 1, loan_no="LN-1")
    with bank.database.write() as connection:
        terminate(connection, bank.context("head"), instance, "wrong customer")
    undo = sent(bank, instance, 2)
    assert ("core.reverse", {"request_id": f"{instance}/booking/1", "loan_no": "LN-1"}) == (undo.operation, dict(undo.arguments))
    assert "in_review" == bank.value(record, "f_status")
    ended(bank, instance, 2, loan_no="LN-1")
    assert "draft" == bank.value(record, "f_status")
    assert ["undoing", "undone", "terminated"] == kinds(bank, instance)[-3:]


def test_a_rejected_loan_is_rejected_when_its_booking_is_taken_back(bank: Bank) -> None:
    """Until then it is running, and the answer of the undo is saved nowhere."""
    record, instance = bank.submit(amount="100000.00")
    ended(bank, instance, 1, loan_no="LN-1")
    bank.decide("ann", instance, "check", "reject")
    assert "in_review" == bank.value(record, "f_status")
    ended(bank, instance, 2, loan_no="OTHER")
    assert ("rejected", "LN-1") == (bank.value(record, "f_status"), bank.value(record, "f_booking_no"))


def test_an_undo_of_which_nobody_knows_is_never_sent_again(bank: Bank) -> None:
    """It is held with its reason; the record still says that it is under way."""
    record, instance = bank.submit(amount="100000.00")
    ended(bank, instance, 1, loan_no="LN-1")
    bank.decide("ann", instance, "check", "reject")
    ended(bank, instance, 2, "parked")
    with bank.database.read() as connection:
        process = process_of(connection, bank.context("clerk"), instance)
        assert find_row(connection, f"{instance}/booking/3") is None
    assert "held" == process["state"] and "in_review" == bank.value(record, "f_status")


def test_an_administrator_says_over_rest_how_a_call_ended(
    bank: Bank, database: Database, database_url: str, tmp_path: Path
) -> None:
    """Nobody else may; with a reason; what was done goes on, and the trail says who found it out and why."""
    record, instance = bank.submit(amount="100000.00")
    ended(bank, instance, 1, loan_no="LN-1")
    bank.decide("ann", instance, "check", "reject")
    ended(bank, instance, 2, "parked")
    with database.write() as connection:
        grant_role(connection, bank.people["head"], "", "administrator", Given(NOW))
    releases = Releases(database, {"org": compile_app(BUILT_IN["org"], 0)})
    releases.refresh(database)
    services = Services(Settings(database_url, tmp_path / "data"), database, releases, clock=lambda: NOW)
    place, said = f"/api/lending/loan/{record}/process", {"to": "booking", "done": True, "reason": "asked the core bank"}
    with serving(build_app(services)) as url:
        desk = Desk(url, bank)
        with desk.client("head") as head, desk.client("clerk") as clerk:
            process = head.get(place).json()["process"]
            assert ("settle" in process["can"], "retry" in process["can"]) == (True, False)
            assert ["booking"] == [each["step"] for each in process["unsettled"]]
            assert 403 == clerk.post(f"{place}/settle", json=said).status_code
            assert 422 == head.post(f"{place}/settle", json={**said, "reason": ""}).status_code
            settled = head.post(f"{place}/settle", json=said).json()["process"]
            assert ("rejected", "asked the core bank") == (settled["state"], settled["trail"][-2]["opinion"])
            assert 404 == head.post(f"{place}/settle", json=said).status_code
