"""Fifty people decide hundreds of approvals at once: each is decided by one of them, and nobody is shown an error of the database.

`APPROVALS=1000` makes more of it.
"""

from __future__ import annotations

import os
import random

from runtime.failures import Conflict
from runtime.process.service import DecisionBody, decide
from runtime.store.database import Database
from tests.process.bank import PEOPLE, WORKFLOW, open_bank
from tests.process.test_races import at_once, decisions

APPROVALS = int(os.environ.get("APPROVALS", "200"))
CROWD = tuple(f"p{number}" for number in range(50))


def test_fifty_people_decide_at_once(database: Database) -> None:
    """Two people go for each task: one decides it, the other hears who did; every decision stands once in the history."""
    bank = open_bank(database, WORKFLOW, (*PEOPLE, *((name, "CX", ("checker",), None) for name in CROWD)))
    chance = random.Random(50)
    tasks = {bank.work(instance, "check")[0]: instance for instance in (bank.submit()[1] for _ in range(APPROVALS))}
    wanted: dict[str, list[str]] = {name: [] for name in CROWD}
    for task in tasks:
        for name in chance.sample(CROWD, 2):
            wanted[name].append(task)
    won: list[str] = []
    lost: list[str] = []
    wrong: list[object] = []

    def work(name: str) -> None:
        for task in wanted[name]:
            try:
                with database.write() as connection:
                    decide(connection, bank.context(name), task, "approve", DecisionBody("because"))
                won.append(task)
            except Conflict as conflict:
                (lost if conflict.code == "P409" and "decided_by" in conflict.extra else wrong).append(task)
            except Exception as broken:  # noqa: BLE001 - a driver's error is what this test looks for
                wrong.append(broken)

    at_once(*[lambda name=name: work(name) for name in CROWD])  # type: ignore[misc]

    assert [] == wrong
    assert sorted(tasks) == sorted(won) == sorted(lost)
    for instance in tasks.values():
        assert 1 == sum(event.step == "check" for event in decisions(bank, instance))
