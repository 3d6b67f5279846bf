"""撤销 over real rows: a completed approval is taken back by another one with its own steps; what it was stays as it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from runtime.failures import Conflict, Failure, Invalid, NotAllowed
from runtime.http.routes import build_app
from runtime.outbox.rows import OutboxRow, find_row
from runtime.process.journal import read_entries, rebuild
from runtime.process.reversing import start_reversal
from runtime.process.service import call_finished, recall, retry, start_process
from runtime.process.steering import settle, terminate
from runtime.process.view import process_of, process_of_record
from runtime.records.write import update_record
from runtime.store.database import Database
from runtime.store.tables import outbox, wf_instance
from tests.process.bank import APP, FILES, NOW, Bank, open_bank
from tests.process.desk import open_desk
from tests.process.test_races import at_once
from tests.process.test_service import assert_rows_agree
from tests.process.test_undoing import BINDINGS
from tests.serving import serving

LOAN = FILES["entities/loan.yaml"].replace(
    "      rejected: {label: {zh: 已拒绝, en: Rejected}}",
    "      rejected: {label: {zh: 已拒绝, en: Rejected}}\n      reversing: {label: {zh: 撤销中, en: Reversing}}\n"
    "      reversed: {label: {zh: 已撤销, en: Reversed}}",
)
#: Two calls that can be taken back, one that cannot.
APPROVAL = """
workflow: approval
title: {zh: 贷款审批, en: Loan approval}
for: loan
start: {by: role.clerk, in: own_branch, set: {status: in_review}}
controls:
  four_eyes: [{name: maker, title: {zh: 经办复核, en: Maker}, different_people: [apply, check]}]
  return: {resubmit_to: replay, replay_if_changed: [amount]}
steps:
  - fill: apply
    title: {zh: 录入, en: Application}
    by: starter
  - approve: check
    title: {zh: 复核, en: Check}
    by: {role: checker, in: starter.branch, pick: claim}
  - call: reserve
    title: {zh: 占用额度, en: Reserve}
    connector: core.book
    send: {request_id: $request_id, amount: amount}
    undo: core.reverse
    unknown_result: {ask: core.ask}
    on_error: {assign: role.officer}
  - call: booking
    title: {zh: 登记, en: Booking}
    connector: core.book
    send: {request_id: $request_id, amount: amount}
    save: {booking_no: result.loan_no}
    undo: core.reverse
    unknown_result: {ask: core.ask}
    on_error: {assign: role.officer}
on_finish:
  approved: {set: {status: approved}}
"""
REVERSAL = """
workflow: reversal
title: {zh: 贷款撤销, en: Loan reversal}
for: loan
reverses: approval
start: {by: role.clerk, in: own_branch, within: 3 days, set: {status: reversing}}
steps:
  - approve: agree
    title: {zh: 同意撤销, en: Agree}
    by: {role: head, in: starter.branch, pick: claim}
on_finish:
  approved: {set: {status: reversed}}
  rejected: {set: {status: approved}}
examples:
  - name: 撤销已放款的贷款
    given: {amount: 100, status: approved}
    path: [agree, undo, undo]
    expect: {state: approved, fields: {status: reversed}}
  - name: 核心拒绝冲正
    given: {amount: 100, status: approved}
    answers: {booking: rejected}
    do: [submit, approve agree]
    expect: {at: undo, state: held, reason: undo_rejected, fields: {status: reversing}}
  - name: 不同意撤销
    given: {amount: 100, status: approved}
    do: [submit, reject agree]
    expect: {state: rejected, fields: {status: approved}}
"""
#: What the app holds beside the approval.
MORE = {"bindings.yaml": BINDINGS, "entities/loan.yaml": LOAN, "workflows/reversal.yaml": REVERSAL}


@pytest.fixture
def bank(database: Database) -> Bank:
    return open_bank(database, APPROVAL, files=MORE)


def sent(bank: Bank, instance: str, step: str, visit: int = 1) -> OutboxRow:
    with bank.database.read() as connection:
        row = find_row(connection, f"{instance}/{step}/{visit}")
    assert isinstance(row, OutboxRow)
    return row


def ended(bank: Bank, instance: str, step: str, visit: int = 1, state: str = "confirmed", **values: object) -> None:
    """The outbox reports how a call ended."""
    result = {"outcome": "ok", "values": values, "code": None, "detail": None}
    row = replace(sent(bank, instance, step, visit), state=state, result=result)  # type: ignore[arg-type]
    with bank.database.write() as connection:
        connection.execute(outbox.update().where(outbox.c.id == row.id).values(state=state, result=result))
        call_finished(connection, bank.context("system"), row)


def completed(bank: Bank, username: str = "clerk") -> tuple[str, str]:
    """A loan that is approved and booked: record and instance."""
    record, instance = bank.submit(username, amount="100000.00")
    bank.decide("ann", instance, "check")
    ended(bank, instance, "reserve", loan_no="R-1")
    ended(bank, instance, "booking", loan_no="LN-1")
    assert "approved" == bank.value(record, "f_status")
    return record, instance


def reverse(bank: Bank, record: str, username: str = "clerk", reason: str = "客户放弃", **changes: object) -> str:
    with bank.database.write() as connection:
        return start_reversal(connection, bank.context(username, **changes), APP, record, reason, {})


def refused(bank: Bank, record: str, **keys: object) -> dict[str, object]:
    with pytest.raises(Conflict) as failure:
        reverse(bank, record, **keys)  # type: ignore[arg-type]
    return {"code": failure.value.code, **failure.value.extra}


def state_of(bank: Bank, instance: str) -> str:
    with bank.database.read() as connection:
        return rebuild(connection, instance).state


def shown(bank: Bank, instance: str, username: str = "clerk") -> dict[str, object]:
    with bank.database.read() as connection:
        return process_of(connection, bank.context(username, locale="en"), instance)


def test_a_completed_approval_is_taken_back_by_another_one(bank: Bank) -> None:
    """Its calls are undone, the last first, each with what it sent and was answered; its own state and events stay as they were."""
    record, instance = completed(bank)
    with bank.database.read() as connection:
        before = read_entries(connection, instance)
    reversal = reverse(bank, record)
    assert "reversing" == bank.value(record, "f_status")
    bank.decide("head", reversal, "agree")

    undo = sent(bank, reversal, "undo")
    assert ("core.reverse", {"request_id": f"{instance}/booking/1", "loan_no": "LN-1"}) == (undo.operation, dict(undo.arguments))
    assert "running" == state_of(bank, reversal)
    ended(bank, reversal, "undo", loan_no="other")
    assert {"request_id": f"{instance}/reserve/1", "loan_no": "R-1"} == dict(sent(bank, reversal, "undo", 2).arguments)
    ended(bank, reversal, "undo", 2)
    with bank.database.read() as connection:
        assert before == read_entries(connection, instance)
        assert find_row(connection, f"{reversal}/undo/3") is None
    assert ("approved", "approved") == (state_of(bank, instance), state_of(bank, reversal))
    assert ("reversed", "LN-1") == (bank.value(record, "f_status"), bank.value(record, "f_booking_no"))
    assert_rows_agree(bank, reversal)


def test_both_trails_lead_to_each_other(bank: Bank) -> None:
    """Who asked for it and why stands in the reversal; in the approval, that there is one and how it stands."""
    record, instance = completed(bank)
    offer = shown(bank, instance)
    assert "reverse" in offer["can"] and offer["reversal"]["title"] == {"zh": "贷款撤销", "en": "Loan reversal"}  # type: ignore[operator,index]
    assert None is shown(bank, instance, "ann")["reversal"]
    reversal = reverse(bank, record)
    bank.decide("head", reversal, "agree")
    ended(bank, reversal, "undo")

    told, original = shown(bank, reversal), shown(bank, instance)
    assert instance == told["reverses"]["id"]  # type: ignore[index]
    first, last = told["trail"][0], told["trail"][-1]  # type: ignore[index]
    assert ("reversal", "客户放弃") == (first["kind"], first["opinion"])
    assert ("undone", "Taking back", "Booking: confirmed by the other system") == (
        last["kind"],
        last["title"]["en"],
        last["detail"],
    )
    assert [(reversal, "running")] == [(each["id"], each["state"]) for each in original["reversed_by"]]  # type: ignore[attr-defined]
    line = original["trail"][-1]  # type: ignore[index]
    assert ("reversal", "clerk", "the reversal is running") == (line["kind"], line["actor"]["name"], line["detail"])
    with bank.database.read() as connection:
        named = process_of_record(connection, bank.context("clerk"), APP, "loan", record, instance)
    assert named is not None and instance == named["id"]


def test_it_is_refused_with_its_reason(bank: Bank) -> None:
    """Without a reason, by others, twice, too late, when what was approved has changed, and where nothing was approved."""
    record, instance = completed(bank)
    with pytest.raises(Invalid):
        reverse(bank, record, reason="  ")
    with pytest.raises(NotAllowed):
        reverse(bank, record, "ann")
    draft = bank.draft()
    assert "nothing" == refused(bank, draft)["reason"]
    late = bank.context("clerk").now + dt.timedelta(days=4)
    assert ("P442", "too_late") == tuple(refused(bank, record, now=late)[name] for name in ("code", "reason"))
    with bank.database.read() as connection:
        context = bank.context("clerk", now=late, locale="en")
        offer = process_of(connection, context, instance)["reversal"]
    assert "It could be taken back until" in offer["refused"]  # type: ignore[index]
    reversal = reverse(bank, record)
    assert ("P410", "running") == tuple(refused(bank, record)[name] for name in ("code", "reason"))
    bank.decide("head", reversal, "agree", "reject")
    assert ("rejected", "approved") == (state_of(bank, reversal), bank.value(record, "f_status"))

    # What the refused reversal wrote itself counts for nothing; what a person changed does.
    again = reverse(bank, record)
    bank.decide("head", again, "agree", "reject")
    with bank.database.write() as connection:
        version = int(str(bank.value(record, "version")))
        update_record(connection, bank.context("system"), APP, "loan", record, {"purpose": "x"}, version, by_platform=True)
    stopped = reverse(bank, record)
    with bank.database.write() as connection:
        recall(connection, bank.context("clerk"), stopped)
    assert "approved" == bank.value(record, "f_status")
    with bank.database.write() as connection:
        version = int(str(bank.value(record, "version")))
        update_record(connection, bank.context("system"), APP, "loan", record, {"amount": "5.00"}, version, by_platform=True)
    assert {"code": "P442", "reason": "changed", "fields": ["amount"]} == refused(bank, record)
    with bank.database.write() as connection, pytest.raises(NotAllowed):
        start_process(connection, bank.context("clerk"), APP, "reversal", record)


def test_what_is_not_undone_holds_the_reversal(bank: Bank) -> None:
    """A refused undo is sent again by an administrator, one of which nobody knows is settled; nothing else ends it meanwhile."""
    record, instance = completed(bank)
    reversal = reverse(bank, record)
    bank.decide("head", reversal, "agree")
    ended(bank, reversal, "undo", state="rejected")
    assert ("held", "reversing") == (state_of(bank, reversal), bank.value(record, "f_status"))
    with bank.database.write() as connection, pytest.raises(Failure):
        terminate(connection, bank.context("head"), reversal, "never mind")
    with bank.database.write() as connection:
        retry(connection, bank.context("head"), reversal)
    assert f"{instance}/booking/1" == sent(bank, reversal, "undo", 2).arguments["request_id"]
    ended(bank, reversal, "undo", 2, state="parked")
    with bank.database.write() as connection:
        settle(connection, bank.context("head"), reversal, "undo", "confirmed", "asked the core bank")
    assert f"{instance}/reserve/1" == sent(bank, reversal, "undo", 3).arguments["request_id"]
    ended(bank, reversal, "undo", 3)
    assert ("approved", "reversed") == (state_of(bank, reversal), bank.value(record, "f_status"))
    assert "reversed" == refused(bank, record)["reason"]


def test_two_people_start_it_at_once(bank: Bank) -> None:
    """One reversal runs; the other person hears that one does, and who started it."""
    for _ in range(4):
        record, instance = completed(bank)
        results = at_once(lambda: reverse(bank, record), lambda: reverse(bank, record, "both"))  # noqa: B023
        lost = [result for result in results if isinstance(result, Conflict)]
        assert 1 == len(lost) and "running" == lost[0].extra["reason"]
        assert any(name in lost[0].message["en"] for name in ("clerk", "both"))
        with bank.database.read() as connection:
            rows = connection.execute(sa.select(wf_instance).where(wf_instance.c.reverses == instance)).all()
        assert ["running"] == [row.state for row in rows]


def test_over_rest(database: Database, database_url: str, tmp_path: Path) -> None:
    """Started with a reason, seen from both sides; strangers know of nothing."""
    desk = open_desk(database, database_url, tmp_path, APPROVAL, MORE)
    record, instance = completed(desk.bank)
    with serving(build_app(desk.services)) as url:
        desk = replace(desk, url=url)
        desk.clock[0] = NOW + dt.timedelta(hours=1)
        place = f"/api/{APP}/loan/{record}/process"
        with desk.client("clerk") as clerk, desk.client("clerk2") as stranger, desk.client("ann") as checker:
            assert "reverse" in clerk.get(place).json()["process"]["can"]
            assert 422 == clerk.post(f"{place}/reverse").status_code
            assert 404 == stranger.post(f"{place}/reverse", json={"reason": "x"}).status_code
            assert 403 == checker.post(f"{place}/reverse", json={"reason": "x"}).status_code
            started = clerk.post(f"{place}/reverse", json={"reason": "wrong customer"})
            assert (201, "reversal") == (started.status_code, started.json()["process"]["workflow"])
            again = clerk.post(f"{place}/reverse", json={"reason": "wrong customer"}).json()
            assert ("P410", "running") == (again["code"], again["reason"])
            earlier = clerk.get(place, params={"instance": instance}).json()["process"]
            assert ("approval", 1) == (earlier["workflow"], len(earlier["reversed_by"]))
            other = desk.bank.submit("clerk2")[1]
            assert 404 == clerk.get(place, params={"instance": other}).status_code
            assert 404 == clerk.get(place, params={"instance": "none"}).status_code
