"""A scorecard at a step over real records: its outputs are written in the commit that starts the visit."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from runtime.process.journal import read_instance
from runtime.process.service import retry
from runtime.process.trial import try_workflow
from runtime.process.view import process_of
from runtime.store.database import Database
from tests.process.bank import APP, FILES, Bank, open_bank
from tests.process.test_races import at_once, state_of
from workflow_engine import events as ev

CARD = """
decision: loan_rating
entity: loan
label: {zh: 贷款评分, en: Rating of a loan}
kind: scorecard
output: {score: integer}
start: 10
factors:
  size:
    - {if: amount <= 100000, points: 5}
    - {else: true, points: -5}
"""
CASES = """
tests: rating
cases:
  small: {given: {amount: 100}, do: [{run: loan_rating}], expect: {fields: {score: 15}}}
"""
TABLE = """
decision: loan_rating
label: {zh: 贷款评分, en: Rating of a loan}
kind: table
hit: unique
given: {term: integer}
output: {score: integer}
rows:
  - {row: short, if: {term: term <= 60}, then: {score: 15}}
  - {row: long, if: {term: term > 60}, then: {score: 5}}
"""
WORKFLOW = """
workflow: approval
title: {zh: 评分审批, en: By score}
for: loan
start: {by: role.clerk, in: own_branch, set: {status: in_review}}
controls:
  four_eyes: [{name: maker, title: {zh: 经办复核, en: Maker}, different_people: [apply, look, check, decide]}]
  return: {resubmit_to: replay, replay_if_changed: [amount, score]}
steps:
  - fill: apply
    title: {zh: 录入, en: Application}
    by: starter
    fields: {write: [amount]}
  - approve: look
    title: {zh: 初审, en: Look}
    by: {role: checker, in: starter.branch, pick: claim}
  - approve: check
    title: {zh: 复核, en: Check}
    by: {role: checker, in: starter.branch, pick: claim}
    run: loan_rating
  - choose:
      - if: twice >= 30
        steps: []
      - else: true
        steps:
          - approve: decide@officer
            title: {zh: 审批人审批, en: Officer decides}
            by: {role: officer, in: head_office, pick: claim}
on_finish:
  approved: {set: {status: approved}}
"""
LOAN = FILES["entities/loan.yaml"].replace(
    "  doubled:",
    """  score: {type: integer, read_only: true, label: {zh: 评分, en: Score}}
  twice: {type: integer, compute: score * 2, label: {zh: 双倍评分, en: Twice the score}}
  doubled:""",
)


SCORED = {"decisions/loan_rating.yaml": CARD, "tests/rating.yaml": CASES}


def bank_of(database: Database, decision: Mapping[str, str] = SCORED) -> Bank:
    return open_bank(database, WORKFLOW, files={"entities/loan.yaml": LOAN, **decision})


def runs(bank: Bank, instance: str) -> list[ev.DecisionRun]:
    with bank.database.read() as connection:
        journal = read_instance(connection, instance)
    assert journal is not None
    return [entry.event for entry in journal.entries if isinstance(entry.event, ev.DecisionRun)]


def test_the_outputs_stand_in_the_record_when_people_are_asked(database: Database) -> None:
    """Nothing before the visit; with it the score; the flow goes on by what is computed from it."""
    bank = bank_of(database)
    record, instance = bank.submit()
    assert bank.value(record, "f_score") is None
    bank.decide("ann", instance, "look")

    assert "15" == str(bank.value(record, "f_score"))
    # The task was given with the scored record: a decision without a version is about that one.
    bank.decide("bob", instance, "check")
    assert ("approved", 1) == (state_of(bank, instance), len(runs(bank, instance)))
    with bank.database.read() as connection:
        trail = process_of(connection, bank.context("clerk"), instance)["trail"]
    said = [(entry["kind"], entry["step"], entry["detail"]) for entry in trail]  # type: ignore[attr-defined]
    assert [("decided", "check", "贷款评分")] == [each for each in said if each[0] == "decided"]


def test_a_return_scores_anew(database: Database) -> None:
    """The amount that came back decides, not the one of the first round."""
    bank = bank_of(database)
    record, instance = bank.submit()
    bank.decide("ann", instance, "look")
    bank.decide("bob", instance, "check", "return", to="apply")
    bank.decide("clerk", instance, "apply", "complete", fields={"amount": "100000.01"})
    bank.decide("ann", instance, "look")

    assert "5" == str(bank.value(record, "f_score"))
    bank.decide("bob", instance, "check")
    assert 1 == len(bank.work(instance, "decide@officer"))


def test_two_at_once_score_once(database: Database) -> None:
    """Two people let the case through to the scored step at the same moment: one visit, one score, one change."""
    bank = bank_of(database)
    for _ in range(10):
        record, instance = bank.submit()
        results = at_once(*[lambda name=name: bank.decide(name, instance, "look") for name in ("ann", "bob")])  # type: ignore[misc]

        assert 1 == results.count("done")
        assert 1 == len(runs(bank, instance))
        assert "15" == str(bank.value(record, "f_score"))


def test_the_trial_run_goes_by_the_score(database: Database) -> None:
    """Whoever enters a loan reads where its score will lead it, though no score is stored yet."""
    bank = bank_of(database)
    for amount, path in (("100000.00", ["apply", "look", "check"]), ("100000.01", ["apply", "look", "check", "decide@officer"])):
        with bank.database.read() as connection:
            tried = try_workflow(connection, bank.context("clerk"), APP, "approval", {"amount": amount}, None)
        assert path == [step["step"] for step in tried["steps"]]  # type: ignore[attr-defined]


def test_a_score_that_cannot_be_had_holds_the_case(database: Database) -> None:
    """No row of a table for the case: held with its reason and nothing written, until the record is right."""
    bank = bank_of(database, {"decisions/loan_rating.yaml": TABLE})
    record, instance = bank.submit(term=None)
    bank.decide("ann", instance, "look")
    assert ("held", None) == (state_of(bank, instance), bank.value(record, "f_score"))

    table = bank.compiled.entities["loan"].table
    with bank.database.write() as connection:
        connection.execute(sa.update(table).where(table.c.id == record).values(f_term=12))
    with bank.database.write() as connection:
        retry(connection, bank.context("head"), instance)
    assert ("running", "15") == (state_of(bank, instance), str(bank.value(record, "f_score")))
