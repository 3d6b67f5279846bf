"""kill -9 in the middle of deciding: every case is in its old or in its new state, whole, and the next one goes on."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

from runtime.process.journal import read_instance
from runtime.store.database import Database
from tests.process.bank import APP, Bank, open_bank
from tests.process.test_service import assert_rows_agree

ROOT = Path(__file__).parents[2]
KILLS = 3
CASES = 12


def start(bank: Bank, url: str, tasks: list[str]) -> subprocess.Popen[str]:
    arguments = [url, APP, bank.people["ann"], bank.units["CX"], *tasks]
    command = [sys.executable, "-m", "tests.process.decider", *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_a_kill_leaves_the_old_or_the_new_state(database: Database, database_url: str) -> None:
    """A process is killed at an arbitrary moment of its decisions; what it reported is done, and nothing is done by half."""
    bank = open_bank(database)
    chance = random.Random(7)
    for _ in range(KILLS):
        instances = [bank.submit()[1] for _ in range(CASES)]
        tasks = {bank.work(instance, "check")[0]: instance for instance in instances}
        process = start(bank, database_url, list(tasks))
        assert process.stdout is not None
        reported = [process.stdout.readline().strip() for _ in range(2)]
        time.sleep(chance.random() * 0.05)
        process.kill()
        process.wait()
        reported += [line.strip() for line in process.stdout]
        process.stdout.close()

        for task, instance in tasks.items():
            assert_rows_agree(bank, instance)
            with database.read() as connection:
                journal = read_instance(connection, instance)
            assert journal is not None
            at = [visit.step for visit in journal.state.open_visits()]
            assert at in (["check"], ["decide@branch"])
            if task in reported:
                assert ["decide@branch"] == at
        left = [instance for instance in instances if bank.work(instance, "check")]
        for instance in left:
            bank.decide("bob", instance, "check")
            assert 1 == len(bank.work(instance, "decide@branch"))
