"""A shadow runs beside the decision of a step: its answers are kept with the live ones, and decide nothing."""

from __future__ import annotations

from runtime.process.shadows import shadow_report
from runtime.process.trial import try_workflow
from runtime.store.database import Database
from tests.process.bank import APP
from tests.process.test_step_decisions import CARD, SCORED, bank_of

SHADOW = """
decision: stricter
entity: loan
label: {zh: 更严评分, en: Stricter}
kind: scorecard
output: {score: integer}
shadow_of: loan_rating
start: 10
factors:
  size:
    - {if: amount <= 50000, points: 5}
    - {else: true, points: -5}
"""
CASES = """
tests: stricter
cases:
  small: {given: {amount: 100}, do: [{run: stricter}], expect: {fields: {score: 15}}}
"""


def test_what_a_shadow_gives_is_counted_and_changes_nothing(database: Database) -> None:
    """Two cases, one of which it scores otherwise: the record keeps the live score; a trial run leaves no trace."""
    assert "amount <= 100000" in CARD
    bank = bank_of(database, {**SCORED, "decisions/stricter.yaml": SHADOW, "tests/stricter.yaml": CASES})
    with bank.database.read() as connection:
        try_workflow(connection, bank.context("clerk"), APP, "approval", {"amount": "60000.00"}, None)
        assert 0 == shadow_report(connection, APP, "stricter")["runs"]

    records = []
    for amount in ("60000.00", "100.00"):
        record, instance = bank.submit(amount=amount)
        bank.decide("ann", instance, "look")
        assert "15" == str(bank.value(record, "f_score"))
        records.append(record)

    with bank.database.read() as connection:
        report = shadow_report(connection, APP, "stricter")
    assert (2, 1) == (report["runs"], report["differing"])
    assert [{"live": {"score": "15"}, "shadow": {"score": "5"}, "count": 1}] == report["pairs"]
    assert [records[0]] == [case["record_id"] for case in report["cases"]]  # type: ignore[attr-defined]
