"""kill -9 in the middle of deciding: every case is in its old or in its new state, whole, and the next one goes on."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from runtime.compile.sql_setup import SQLITE_SETUP
from runtime.failures import Conflict
from runtime.process.journal import read_instance
from runtime.process.service import DecisionBody, decide
from runtime.store.database import BEFORE_COMMIT, Database, open_database
from runtime.store.tables import notice
from tests.process.bank import APP, Bank, open_bank
from tests.process.test_service import assert_rows_agree

ROOT = Path(__file__).parents[2]
KILLS = 3
CASES = 12


#: The check is all that it needs; who submitted is told how it ended.
SHORT = """
workflow: approval
title: {zh: 审批, en: Approval}
for: loan
start: {by: role.clerk, in: own_branch, set: {status: in_review}}
controls:
  four_eyes: [{name: maker, title: {zh: 经办复核, en: Maker}, different_people: [apply, check]}]
steps:
  - fill: apply
    title: {zh: 录入, en: Application}
    by: starter
  - approve: check
    title: {zh: 复核, en: Check}
    by: {role: checker, in: starter.branch, pick: claim}
on_finish:
  approved: {set: {status: approved}}
"""


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


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("end", ["before", "after"])
def test_no_notice_is_lost_or_given_twice(database: Database, database_url: str, end: str) -> None:
    """R15: killed right before the commit nothing happened and nobody is told; right after it the notice stands there, once."""
    bank = open_bank(database, SHORT)
    record, instance = bank.submit()
    (task,) = bank.work(instance, "check")
    killed_at_the_commit(bank, database_url, task, end)

    wanted = [] if end == "before" else ["finished"]
    status = "in_review" if end == "before" else "approved"
    assert (wanted, status) == (told(bank, record), bank.value(record, "f_status"))
    assert_rows_agree(bank, instance)
    if end == "before":
        bank.decide("ann", instance, "check")
    else:
        # The same person tries again, since he saw no answer.
        with pytest.raises(Conflict):
            bank.decide("ann", instance, "check")
    assert (["finished"], "approved") == (told(bank, record), bank.value(record, "f_status"))


def killed_at_the_commit(bank: Bank, url: str, task: str, end: str) -> None:
    """Approve in a process of its own, which is killed right before or right after its commit."""
    child = os.fork()
    if child == 0:
        try:
            if end == "before":
                BEFORE_COMMIT.set(lambda _: os.kill(os.getpid(), signal.SIGKILL))
            with open_database(url, SQLITE_SETUP).write() as connection:
                decide(connection, bank.context("ann"), task, "approve", DecisionBody())
            os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(1)
    assert signal.SIGKILL == os.WTERMSIG(os.waitpid(child, 0)[1])


def told(bank: Bank, record: str) -> list[str]:
    """What the starter was told of the record."""
    of_clerk = (notice.c.record_id == record) & (notice.c.person_id == bank.people["clerk"])
    with bank.database.read() as connection:
        return list(connection.scalars(sa.select(notice.c.kind).where(of_clerk)))
