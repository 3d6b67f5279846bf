"""The authority table over real records: routed by a row, asked again in the transaction of the decision."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from runtime.failures import Conflict, Failure
from runtime.process.service import retry
from runtime.process.trial import try_workflow
from runtime.process.view import process_of
from runtime.store.database import Database
from tests.process.bank import APP, Bank, open_bank
from tests.process.test_races import at_once, state_of

TABLE = """
decision: loan_authority
label: {zh: 授权表, en: Authority table}
kind: table
hit: unique
given: {exposure: money}
output: {level: [branch, board]}
rows:
  - {row: small, if: {exposure: exposure <= 1800000}, then: {level: branch}}
  - {row: large, if: {exposure: exposure > 1800000}, then: {level: board}}
"""
WORKFLOW = """
workflow: approval
title: {zh: 授权审批, en: By authority}
for: loan
start: {by: role.clerk, in: own_branch, set: {status: in_review}}
authority:
  table: loan_authority
  given: {exposure: amount * term}
  gives: level
controls:
  four_eyes: [{name: maker, title: {zh: 经办复核, en: Maker}, different_people: [apply, decide]}]
steps:
  - fill: apply
    title: {zh: 录入, en: Application}
    by: starter
  - choose: authority.level
    branch:
      - approve: decide@branch
        title: {zh: 行长审批, en: Head decides}
        by: {role: head, in: starter.branch, pick: claim}
        fields: {write: [amount]}
    board:
      - approve: decide@board
        title: {zh: 会签, en: Board}
        by: {role: officer, in: head_office, pick: claim}
on_finish:
  approved: {set: {status: approved}}
"""


def bank_of(database: Database) -> Bank:
    return open_bank(database, WORKFLOW, files={"decisions/loan_authority.yaml": TABLE})


def trail(bank: Bank, instance: str) -> list[tuple[object, object]]:
    with bank.database.read() as connection:
        shown = process_of(connection, bank.context("clerk"), instance)
    return [(entry["kind"], entry["detail"]) for entry in shown["trail"]]  # type: ignore[attr-defined]


def test_the_table_says_who_decides_and_the_history_by_which_row(database: Database) -> None:
    """The exposure is a whole expression over the record; the row stands in the trail and in the trial run."""
    bank = bank_of(database)
    _, small = bank.submit(amount="150000.00")
    _, large = bank.submit(amount="150000.01")

    assert (1, 0) == (len(bank.work(small, "decide@branch")), len(bank.work(small, "decide@board")))
    assert (0, 1) == (len(bank.work(large, "decide@branch")), len(bank.work(large, "decide@board")))
    assert ("routed", "small → branch") in trail(bank, small)
    assert ("routed", "large → board") in trail(bank, large)
    with bank.database.read() as connection:
        tried = try_workflow(connection, bank.context("clerk"), APP, "approval", {"amount": "150000.01", "term": 12}, None)
    rows = [step["authority"] and step["authority"]["rows"] for step in tried["steps"]]  # type: ignore[attr-defined]
    assert [None, ["large"]] == rows


def test_a_case_without_a_row_is_held_until_the_record_is_right(database: Database) -> None:
    """No row: an incident with its reason, never somebody's guess; the platform mends the record and it goes on."""
    bank = bank_of(database)
    record, instance = bank.submit(term=None)

    assert "held" == state_of(bank, instance)
    table = bank.compiled.entities["loan"].table
    with bank.database.write() as connection:
        connection.execute(sa.update(table).where(table.c.id == record).values(f_term=12))
    with bank.database.write() as connection:
        retry(connection, bank.context("head"), instance)
    assert ("running", 1) == (state_of(bank, instance), len(bank.work(instance, "decide@branch")))


def test_who_raises_the_amount_while_deciding_has_no_authority_any_more(database: Database) -> None:
    """The values that come with the decision are in the record when the table is asked at the commit; all is rolled back."""
    bank = bank_of(database)
    record, instance = bank.submit()
    with pytest.raises(Conflict) as refused:
        bank.decide("head", instance, "decide@branch", fields={"amount": "900000.00"})

    assert "P421" == refused.value.code
    assert "100000.00" == str(bank.value(record, "f_amount"))
    bank.decide("head", instance, "decide@branch")
    assert "approved" == state_of(bank, instance)


def test_two_heads_at_once_of_whom_one_has_no_authority(database: Database) -> None:
    """Whatever comes first, an approval of an amount above the branch's authority never stands."""
    bank = bank_of(database)
    for _ in range(10):
        record, instance = bank.submit()
        results = at_once(
            lambda: bank.decide("head", instance, "decide@branch", fields={"amount": "900000.00"}),  # noqa: B023
            lambda: bank.decide("both", instance, "decide@branch"),  # noqa: B023
        )

        assert results[1] == "done"
        assert isinstance(results[0], Failure)
        assert results[0].code in ("P421", "P409")
        assert ("approved", "100000.00") == (state_of(bank, instance), str(bank.value(record, "f_amount")))
