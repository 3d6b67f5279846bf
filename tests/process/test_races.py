"""Real threads on both databases: whoever is second hears a business answer, nothing happens twice, nothing is stuck."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from runtime.failures import Changed, Conflict, Failure
from runtime.process.journal import read_instance
from runtime.process.service import DecisionBody, decide, recall
from runtime.records.write import update_record
from runtime.store.database import Database
from runtime.store.tables import wf_event, wf_instance, wf_work, wf_work_person
from tests.process.bank import APP, PEOPLE, WORKFLOW, Bank, open_bank
from workflow_engine import events as ev

ROUNDS = 15

COUNTERSIGN = """
workflow: approval
title: {zh: 会签, en: Countersign}
for: loan
start: {by: role.clerk, in: own_branch, set: {status: in_review}}
controls:
  four_eyes: [{name: maker, title: {zh: 经办复核, en: Maker}, different_people: [apply, sign]}]
steps:
  - fill: apply
    title: {zh: 录入, en: Application}
    by: starter
  - approve: sign
    title: {zh: 会签, en: Sign}
    by: {role: officer, in: head_office}
    rule: {all: true, one_veto: true}
on_finish:
  approved: {set: {status: approved}}
"""


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run acts in threads of their own that start at the same moment; results and failures in the order of the acts."""
    barrier = threading.Barrier(len(acts))
    results: list[object] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            results[place] = act() or "done"
        except Failure as failure:
            results[place] = failure
        except Exception as broken:  # noqa: BLE001 - a driver's error is what these tests look for
            results[place] = broken

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def decisions(bank: Bank, instance: str) -> list[ev.SeatDecided]:
    with bank.database.read() as connection:
        journal = read_instance(connection, instance)
    assert journal is not None
    return [entry.event for entry in journal.entries if isinstance(entry.event, ev.SeatDecided)]


def state_of(bank: Bank, instance: str) -> str:
    with bank.database.read() as connection:
        return str(connection.scalar(sa.select(wf_instance.c.state).where(wf_instance.c.id == instance)))


def test_two_last_votes_finish_once(database: Database) -> None:
    """R1: two countersign votes at the same moment: nobody sees an error, every case is approved, exactly once."""
    bank = open_bank(database, COUNTERSIGN)
    for _ in range(ROUNDS):
        record, instance = bank.submit()
        results = at_once(
            lambda: bank.decide("kai", instance, "sign"),  # noqa: B023
            lambda: bank.decide("lin", instance, "sign"),  # noqa: B023
        )

        assert ["done", "done"] == results
        assert ("approved", "approved") == (state_of(bank, instance), bank.value(record, "f_status"))
        assert 3 == len(decisions(bank, instance))


def test_the_same_seat_twice_counts_once(database: Database) -> None:
    """R2: a double click, or phone and desk: one decision, the other hears that it is done."""
    bank = open_bank(database)
    for _ in range(ROUNDS):
        _, instance = bank.submit()
        results = at_once(*[lambda: bank.decide("ann", instance, "check") for _ in range(3)])  # noqa: B023

        assert 1 == results.count("done")
        assert {"P409"} == {result.code for result in results if isinstance(result, Failure)}
        assert 2 == len(decisions(bank, instance))


def test_recall_or_approve(database: Database) -> None:
    """R3: exactly one of them wins, and the record says which."""
    bank = open_bank(database)
    winners = set()
    for _ in range(ROUNDS):
        record, instance = bank.submit()

        def take_back(instance: str = instance) -> None:
            with bank.database.write() as connection:
                recall(connection, bank.context("clerk"), instance)

        results = at_once(lambda: bank.decide("ann", instance, "check"), take_back)  # noqa: B023
        assert 1 == results.count("done"), results
        assert all(isinstance(result, Conflict) for result in results if result != "done")
        stopped = results[1] == "done"
        winners.add(stopped)
        assert ("stopped" if stopped else "running") == state_of(bank, instance)
        assert ("draft" if stopped else "in_review") == bank.value(record, "f_status")


def test_claim_or_claim(database: Database) -> None:
    """R12: one holds it, the other hears who; exactly one person keeps it in his list."""
    bank = open_bank(database)
    for _ in range(ROUNDS):
        _, instance = bank.submit()
        item = bank.work(instance, "check")[0]
        results = at_once(
            lambda: bank.decide("ann", instance, "check", "claim"),  # noqa: B023
            lambda: bank.decide("bob", instance, "check", "claim"),  # noqa: B023
        )

        assert 1 == results.count("done")
        loser = next(result for result in results if result != "done")
        winner = "ann" if results[0] == "done" else "bob"
        assert isinstance(loser, Conflict)
        assert winner == loser.extra["claimed_by"]["name"]  # type: ignore[index]
        assert {winner} == bank.offered(item)


def test_edit_or_approve(database: Database) -> None:
    """R10: an approval is always about the version that was seen, whoever edits at the same moment."""
    bank = open_bank(database)
    for _ in range(ROUNDS):
        record, instance = bank.submit()
        seen = bank.value(record, "version")

        def edit(record: str = record, seen: object = seen) -> None:
            with bank.database.write() as connection:
                values = {"amount": "1.00"}
                update_record(connection, bank.context("system"), APP, "loan", record, values, int(str(seen)), by_platform=True)

        results = at_once(lambda: bank.decide("ann", instance, "check", version=seen), edit)  # noqa: B023
        made = [event for event in decisions(bank, instance) if event.step == "check"]
        if results[0] == "done":
            assert [seen] == [event.record_version for event in made]
        else:
            assert isinstance(results[0], Changed)
            assert [] == made
        assert "done" == results[1]


def test_eight_approvers_on_three_hundred_tasks(database: Database) -> None:
    """W-01: eight people work through the same 300 tasks in their own order; each task is decided exactly once."""
    names = tuple(f"p{number}" for number in range(8))
    bank = open_bank(database, WORKFLOW, (*PEOPLE, *((name, "CX", ("checker",), None) for name in names)))
    with database.write() as connection:
        # Nobody else is asked, so that the lists hold what these eight do.
        others = [bank.people[name] for name in ("ann", "bob", "both", "head")]
    instances = [bank.submit()[1] for _ in range(300)]
    with database.write() as connection:
        connection.execute(wf_work_person.delete().where(wf_work_person.c.person_id.in_(others)))
    items = {instance: bank.work(instance, "check")[0] for instance in instances}
    counts: dict[str, int] = dict.fromkeys(names, 0)
    wrong: list[object] = []

    def work(name: str) -> None:
        order = list(instances)
        random.Random(name).shuffle(order)
        for instance in order:
            try:
                with bank.database.write() as connection:
                    decide(connection, bank.context(name), items[instance], "approve", DecisionBody())
                counts[name] += 1
            except Conflict as conflict:
                if conflict.code != "P409" or "decided_by" not in conflict.extra:
                    wrong.append(conflict)
            except Exception as broken:  # noqa: BLE001 - a driver's error is what this test looks for
                wrong.append(broken)

    at_once(*[lambda name=name: work(name) for name in names])  # type: ignore[misc]

    assert [] == wrong
    assert 300 == sum(counts.values())
    with database.read() as connection:
        decided = sa.select(wf_event.c.instance_id).where(
            wf_event.c.kind == "seat_decided", wf_event.c.body.cast(sa.Text).like('%"step":"check"%')
        )
        made = list(connection.scalars(decided))
        done = sa.select(wf_work.c.instance_id).where(wf_work.c.step == "check", wf_work.c.state == "done")
        assert sorted(instances) == sorted(made) == sorted(connection.scalars(done))
        assert 0 == connection.scalar(sa.select(sa.func.count()).where(wf_work.c.step == "check", wf_work.c.state == "open"))


@pytest.mark.parametrize("word", ["approve", "return"])
def test_a_decision_survives_everybody_deciding_at_once(database: Database, word: str) -> None:
    """Four people with different words: one takes effect whole, the rows agree with the history."""
    from tests.process.test_service import assert_rows_agree

    bank = open_bank(database)
    for _ in range(8):
        _, instance = bank.submit()
        results = at_once(
            lambda: bank.decide("ann", instance, "check", word),  # type: ignore[arg-type] # noqa: B023
            lambda: bank.decide("bob", instance, "check", "reject"),  # noqa: B023
            lambda: bank.decide("head", instance, "check"),  # noqa: B023
            lambda: bank.decide("both", instance, "check", "claim"),  # noqa: B023
        )

        assert all(result == "done" or isinstance(result, Conflict) for result in results), results
        assert 1 <= results.count("done") <= 2
        assert_rows_agree(bank, instance)
