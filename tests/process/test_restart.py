"""A process that has just begun finds every case as the last one left it; what a process remembers is what the events say.

Invariants 1 (replay) and 23 (to-do list) of the design, after each command of random cases, with seeds that stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest
import sqlalchemy as sa

from runtime.compile.sql_setup import SQLITE_SETUP
from runtime.failures import Failure
from runtime.process.acts import About
from runtime.process.journal import lock_instance, read_instance, rebuild
from runtime.process.known_states import forget_states
from runtime.process.service import DecisionBody, Word, act_on, decide, recall, retry, timer_due
from runtime.process.steering import resume, suspend
from runtime.releases import compile_stored
from runtime.store.database import Database, open_database
from runtime.store.tables import job, wf_instance, wf_work, wf_work_person
from tests.process.bank import APP, PEOPLE, Bank, open_bank
from tests.process.test_service import assert_rows_agree

ACTS = 12
FLOW = """
workflow: approval
title: {zh: 审批, en: Approval}
for: loan
start: {by: role.clerk, in: own_branch, set: {status: in_review}}
controls:
  four_eyes: [{name: maker, title: {zh: 经办复核, en: Maker}, different_people: [apply, check, sign]}]
  return: {resubmit_to: returner, replay_if_changed: [amount]}
steps:
  - fill: apply
    title: {zh: 录入, en: Application}
    by: starter
    fields: {write: [amount, term]}
  - together:
      - name: branch
        steps:
          - approve: check
            title: {zh: 复核, en: Check}
            by: {role: checker, in: starter.branch, pick: claim}
            due: {within: 4 hours, then: reject}
      - name: office
        steps:
          - approve: sign
            title: {zh: 会签, en: Sign}
            by: {role: officer, in: head_office}
            rule: {all: true, count_at_end: true}
            allow: [add_together, remove_added, transfer, ask_opinion]
  - vote: board
    title: {zh: 贷审会, en: Board}
    by: {role: checker, in: starter.branch}
    rule: {quorum: 1/4, pass: 1/2 of present}
    open_for: 2 hours
on_finish:
  approved: {set: {status: approved}}
"""


@pytest.mark.parametrize("seed", range(4))
def test_every_case_survives_a_restart_after_each_command(database: Database, database_url: str, seed: int) -> None:
    """The state that is remembered, that which the events make, and that which a new process reads are the same, with their rows."""
    bank, random = open_bank(database, FLOW), Random(seed)
    _, instance = bank.submit()
    done = 0
    for _ in range(ACTS):
        act = random.choice(list(possible(bank, instance, random)))
        try:
            act()
            done += 1
        except Failure:
            # Refused: nothing may have changed, which is asked below as well.
            pass
        with database.read() as connection:
            known, made = read_instance(connection, instance), rebuild(connection, instance)
        assert known is not None
        assert known.state == made
        bank = restarted(bank, database_url)
        with bank.database.read() as connection:
            read = read_instance(connection, instance)
        assert read is not None
        assert (read.state, read.entries) == (made, known.entries)
        assert_rows_agree(bank, instance)
        assert_lists_agree(bank, instance)
        if not made.is_running:
            break
    assert done
    bank.database.engine.dispose()


def restarted(bank: Bank, url: str) -> Bank:
    """The bank as a new process has it: connections, release and knowledge of its own."""
    forget_states()
    fresh = open_database(url, SQLITE_SETUP)
    with fresh.read() as connection:
        compiled = compile_stored(connection, APP, 1)
    return replace(bank, database=fresh, compiled=compiled)


def assert_lists_agree(bank: Bank, instance: str) -> None:
    """Open work items are the open seats of open visits and the open requests, each offered to whom it is for; nothing else is."""
    with bank.database.read() as connection:
        state = rebuild(connection, instance)
        found = sa.select(wf_work_person.c.person_id, wf_work.c.step).join(wf_work, wf_work.c.id == wf_work_person.c.work_id)
        rows = connection.execute(found.where(wf_work.c.instance_id == instance, wf_work.c.state == "open")).all()
    wanted = [(p, v.step) for v in state.visits for s in v.seats for p in v.entitled(s)]
    wanted += [(r.person, v.step) for v in state.visits if v.state == "open" for r in v.requests if r.is_open]
    assert sorted(wanted) == sorted(map(tuple, rows))


def possible(bank: Bank, instance: str, random: Random) -> Iterator:  # type: ignore[type-arg]
    """What somebody might do now: mostly what he may, sometimes not."""

    def write(use, *arguments: object, by: str) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001
        with bank.database.write() as connection:
            use(connection, bank.context(by), *arguments)

    with bank.database.read() as connection:
        items = connection.execute(
            sa.select(wf_work.c.id, wf_work.c.step).where(wf_work.c.instance_id == instance, wf_work.c.state == "open")
        ).all()
        timers = [row for row in connection.execute(sa.select(job)) if row.payload.get("instance") == instance]
    for item in items:
        people = sorted(bank.offered(item.id)) or ["ann"]
        who = random.choice(people) if random.random() < 0.8 else random.choice([name for name, *_ in PEOPLE])
        words: list[Word] = (
            ["complete"] if item.step == "apply" else ["approve", "approve", "approve", "return", "reject", "claim"]
        )
        word = random.choice(words)
        for _ in range(3):
            yield lambda item=item, who=who, word=word: write(decide, item.id, word, DecisionBody("because"), by=who)
        if item.step == "sign":
            other = bank.people[random.choice(("head", "lin", "both"))]
            act = random.choice(("add_together", "transfer", "ask_opinion"))
            body = DecisionBody("please", about=About(people=(other,)))
            yield lambda item=item, who=who, act=act, body=body: write(act_on, item.id, act, body, by=who)
    yield lambda: write(suspend, instance, "inspection", by="head")
    yield lambda: write(resume, instance, "over", by="head")
    yield lambda: write(retry, instance, by="head")
    if random.random() < 0.2:
        yield lambda: write(recall, instance, by="clerk")
    for timer in timers[-1:]:
        yield lambda timer=timer: fire(bank, timer)


def fire(bank: Bank, timer: sa.Row) -> None:  # type: ignore[type-arg]
    with bank.database.write() as connection:
        timer_due(connection, bank.context("system", now=timer.due_at), timer.payload)


class _BrokenOffError(Exception):
    """What a command breaks off with after it has written."""


def test_a_write_that_was_rolled_back_is_not_remembered(database: Database) -> None:
    """Everything was written and then the transaction ended otherwise: the next command finds the case as it was."""
    bank = open_bank(database, FLOW)
    _, instance = bank.submit()
    item = bank.work(instance, "check")[0]
    with database.read() as connection:
        before = rebuild(connection, instance)
    for word in ("approve", "reject"):
        with pytest.raises(_BrokenOffError), database.write() as connection:
            decide(connection, bank.context("ann"), item, word, DecisionBody("because"))  # type: ignore[arg-type]
            taken = lock_instance(connection, instance)
            assert taken is not None
            assert taken.state != before
            raise _BrokenOffError
        with database.read() as connection:
            journal = read_instance(connection, instance)
        assert journal is not None
        assert before == journal.state
    bank.decide("bob", instance, "check")
    assert_rows_agree(bank, instance)


def test_what_another_process_wrote_is_read(database: Database) -> None:
    """A state counts as known only under the key of the write that the instance row names now."""
    bank = open_bank(database, FLOW)
    _, instance = bank.submit()
    with database.write() as connection:
        # Another process has written since: the row has a key that this process does not know.
        connection.execute(sa.update(wf_instance).values(last_write="f" * 32))
        connection.execute(sa.text("UPDATE wf_event SET actor = 'tampered' WHERE kind = 'started'"))
    with database.read() as connection:
        journal = read_instance(connection, instance)
    assert journal is not None
    assert "tampered" == journal.state.starter
