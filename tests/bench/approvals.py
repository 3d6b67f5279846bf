"""Approvals a second: three people decide in turn, one of them in an exclusive branch, through the engine's own use cases.

Each command is one transaction with everything that a bank gets: the lock, the rules, the to-do list, the record's status and the
audit trail. Beside it, in the same run, the same flow in SpiffWorkflow, whose whole state goes to SQLite as JSON at each step, with
none of that. `CASES=` is how many approvals a round has, `ROUNDS=` how many rounds.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import sqlalchemy as sa

from builder.expression_lab.postgres_server import postgres_url
from runtime.compile.sql_setup import SQLITE_SETUP
from runtime.context import Context
from runtime.process.service import DecisionBody, Word, decide, start_process
from runtime.start import prepare_database
from runtime.store.database import open_database
from runtime.store.tables import wf_instance, wf_work
from tests.bench.spiff import SpiffStore
from tests.process.bank import APP, Bank, open_bank

CASES, ROUNDS = (int(os.environ.get(name, usual)) for name, usual in (("CASES", "200"), ("ROUNDS", "5")))
RETURNS = 50

FLOW = """
workflow: approval
title: {zh: 贷款审批, en: Loan approval}
for: loan
start: {by: role.clerk, in: own_branch, set: {status: in_review}}
controls:
  four_eyes:
    - {name: maker_checker, title: {zh: 经办复核分离, en: Maker and checker}, different_people: [apply, check, decide, ratify]}
  return: {resubmit_to: replay, replay_if_changed: [amount]}
steps:
  - fill: apply
    title: {zh: 录入, en: Application}
    by: starter
    fields: {write: [amount, term, purpose]}
  - approve: check
    title: {zh: 复核, en: Check}
    by: {role: checker, in: starter.branch, pick: claim}
  - choose:
      - if: amount <= 300000
        steps:
          - approve: decide@branch
            title: {zh: 行长审批, en: Head decides}
            by: {role: head, in: starter.branch, pick: claim}
            limit: amount
      - else: true
        steps:
          - approve: decide@officer
            title: {zh: 审批人审批, en: Officer decides}
            by: {role: officer, in: head_office, pick: claim}
            limit: amount
  - approve: ratify
    title: {zh: 签批, en: Ratification}
    by: {role: officer, in: head_office, pick: claim}
on_finish:
  approved: {set: {status: approved}}
  rejected: {set: {status: rejected}}
"""
#: Who decides at which step.
ROUTE = (("ann", "check"), ("head", "decide@branch"), ("kai", "ratify"))
_OPEN = sa.select(wf_work.c.id).where(wf_work.c.record_id == sa.bindparam("record"), wf_work.c.state == "open")


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds of the clock and of this process's processor for some approvals."""

    clock: float
    processor: float


def main() -> None:
    """Measure on SQLite beside SpiffWorkflow, then on PostgreSQL."""
    with tempfile.TemporaryDirectory() as folder:
        measure("SQLite", f"sqlite:///{folder}/approvals.db", SpiffStore(Path(folder) / "spiff.db"))
        with postgres_url() as server:
            connection = psycopg2.connect(server)
            connection.autocommit = True
            connection.cursor().execute("CREATE DATABASE approvals")
            connection.close()
            measure("PostgreSQL", server.rsplit("/", 1)[0] + "/approvals", SpiffStore(Path(folder) / "spiff2.db"))


def measure(name: str, url: str, spiff: SpiffStore) -> None:
    """Print approvals a second and the processor time of each, product and SpiffWorkflow by turns."""
    database = open_database(url, SQLITE_SETUP)
    prepare_database(database)
    bank = open_bank(database, FLOW)
    print(f"\n{name}: approvals of three decisions, {ROUNDS} rounds of {CASES}, one process, one commit for each command")
    ours, theirs = [], []
    approvals(bank, 20)
    spiff_approvals(spiff, 20)
    for _ in range(ROUNDS):
        ours.append(approvals(bank, CASES))
        theirs.append(spiff_approvals(spiff, CASES))
    _print("product", ours)
    _print("SpiffWorkflow, JSON in SQLite", theirs)
    ratios = [b.clock / a.clock for a, b in zip(ours, theirs, strict=True)]
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    saved = statistics.median(b.processor / a.processor for a, b in zip(ours, theirs, strict=True))
    print(f"{'ratio':32}{statistics.median(ratios):>9.2f}   ({spread}), of processor time {saved:.2f}", flush=True)
    first, last = returns(bank)
    print(
        f"{'the last of ' + str(RETURNS) + ' returns beside the first':44}{last.processor / first.processor:.2f} of processor time"
    )
    database.engine.dispose()


def _print(title: str, rounds: list[Took]) -> None:
    rates = sorted(CASES / each.clock for each in rounds)
    each = statistics.median(took.processor for took in rounds) / CASES * 1000
    spread = f"{rates[0]:.0f} to {rates[-1]:.0f}"
    print(f"{title:32}{statistics.median(rates):>7.0f}/s   ({spread}), {each:.2f} ms of processor each", flush=True)


def approvals(bank: Bank, count: int) -> Took:
    """Carry so many approvals to their end."""
    drafts = [bank.draft() for _ in range(count)]
    clock = processor = 0.0
    for draft in drafts:
        took = timed(lambda draft=draft: start(bank, draft))  # type: ignore[misc]
        clock, processor = clock + took.clock, processor + took.processor
        for username, _ in ROUTE:
            item, context = open_item(bank, draft), bank.context(username)
            took = timed(lambda item=item, context=context: decided(bank, context, item))  # type: ignore[misc]
            clock, processor = clock + took.clock, processor + took.processor
    with bank.database.read() as connection:
        ended = sa.select(sa.func.count()).where(wf_instance.c.record_id.in_(drafts), wf_instance.c.state == "approved")
        if connection.scalar(ended) != count:
            raise RuntimeError("not every approval came to its end")
    return Took(clock, processor)


def returns(bank: Bank) -> tuple[Took, Took]:
    """One case sent back so many times and submitted again: what the first and the last ten decisions took."""
    draft = bank.draft()
    start(bank, draft)
    took = []
    for _ in range(RETURNS):
        item, context = open_item(bank, draft), bank.context("ann")
        took.append(timed(lambda item=item, context=context: decided(bank, context, item, "return")))  # type: ignore[misc]
        start(bank, draft)
    return _sum(took[:10]), _sum(took[-10:])


def _sum(all: list[Took]) -> Took:
    return Took(sum(each.clock for each in all), sum(each.processor for each in all))


def start(bank: Bank, draft: str) -> None:
    """Submit a draft, or submit it again after a return."""
    with bank.database.write() as connection:
        start_process(connection, bank.context("clerk"), APP, "approval", draft)


def decided(bank: Bank, context: Context, item: str, word: Word = "approve") -> None:
    """Decide a task."""
    with bank.database.write() as connection:
        decide(connection, context, item, word, DecisionBody("so be it"))


def open_item(bank: Bank, record: str) -> str:
    """The one open task over a record; what it takes to find it is not counted."""
    with bank.database.read() as connection:
        return str(connection.execute(_OPEN, {"record": record}).scalar_one())


def spiff_approvals(store: SpiffStore, count: int) -> Took:
    """Carry so many of the other engine's instances to their end."""
    clock = processor = 0.0
    for _ in range(count):
        took = timed(store.run_one)
        clock, processor = clock + took.clock, processor + took.processor
    return Took(clock, processor)


def timed(act: Callable[[], object]) -> Took:
    """What an act takes."""
    clock, processor = time.perf_counter(), time.process_time()
    act()
    return Took(time.perf_counter() - clock, time.process_time() - processor)


if __name__ == "__main__":
    main()
