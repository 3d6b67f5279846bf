"""Real threads on both databases: acts with seats against decisions, and an administrator against everybody."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from runtime.process.acts import About, ActWord
from runtime.process.journal import read_instance
from runtime.process.service import DecisionBody, act_on, decide, timer_due
from runtime.process.steering import suspend, terminate
from runtime.store.database import Database
from runtime.store.tables import job, wf_work
from tests.process.bank import Bank, open_bank
from tests.process.test_races import at_once, decisions, state_of
from workflow_engine.state import Instance, Seat

ROUNDS = 8

FLOW = """
workflow: approval
title: {zh: 会签, en: Countersign}
for: loan
start: {by: role.clerk, in: own_branch, set: {status: in_review}}
controls:
  four_eyes: [{name: maker, title: {zh: 经办复核, en: Maker}, different_people: [apply, sign, board]}]
steps:
  - fill: apply
    title: {zh: 录入, en: Application}
    by: starter
  - approve: sign
    title: {zh: 会签, en: Sign}
    by: {role: officer, in: head_office}
    rule: {all: true, one_veto: true}
    allow: [add_together, remove_added, transfer, delegate, ask_opinion]
  - vote: board
    title: {zh: 贷审会, en: Board}
    by: {role: checker, in: starter.branch}
    rule: {quorum: 1/4, pass: 1/2 of present}
    open_for: 2 hours
on_finish:
  approved: {set: {status: approved}}
"""


@pytest.fixture
def bank(database: Database) -> Bank:
    return open_bank(database, FLOW)


def act(bank: Bank, username: str, item: str, word: ActWord, **about: object) -> None:
    with bank.database.write() as connection:
        act_on(connection, bank.context(username), item, word, DecisionBody("why", about=About(**about)))  # type: ignore[arg-type]


def approve(bank: Bank, username: str, item: str) -> None:
    with bank.database.write() as connection:
        decide(connection, bank.context(username), item, "approve", DecisionBody())


def items(bank: Bank) -> tuple[str, dict[str, str]]:
    """A submitted case, and the work item of each signer."""
    _, instance = bank.submit()
    return instance, {next(iter(bank.offered(item))): item for item in bank.work(instance, "sign")}


def state(bank: Bank, instance: str) -> Instance:
    with bank.database.read() as connection:
        journal = read_instance(connection, instance)
        rows = connection.scalar(sa.select(sa.func.count()).where(wf_work.c.instance_id == instance, wf_work.c.state == "open"))
    assert journal is not None
    seats = [s for visit in journal.state.open_visits() for s in visit.seats if visit.state == "open" and s.state == "open"]
    assert len(seats) == rows
    return journal.state


def test_transfer_or_approve(database: Database) -> None:
    """R5: the seat is decided by who held it, or it is another's and open; never both, and the loser hears why."""
    rule = "in: head_office}\n    rule: {all: true, one_veto: true}"
    bank = open_bank(database, FLOW.replace(rule, "in: head_office, pick: claim}"))
    for _ in range(ROUNDS):
        _, instance = bank.submit()
        item = bank.work(instance, "sign")[0]
        moved, voted = at_once(
            lambda: act(bank, "kai", item, "transfer", people=(bank.people["lin"],)),  # noqa: B023
            lambda: approve(bank, "kai", item),  # noqa: B023
        )
        assert 1 == [moved, voted].count("done"), (moved, voted)
        seat = state_seats(bank, instance)[0]
        if moved == "done":
            assert ("open", bank.people["lin"], {"lin"}) == (seat.state, seat.owner, bank.offered(item))
        else:
            assert ("approved", bank.people["kai"]) == (seat.state, seat.actor)
        state(bank, instance)


def state_seats(bank: Bank, instance: str) -> tuple[Seat, ...]:
    with bank.database.read() as connection:
        journal = read_instance(connection, instance)
    assert journal is not None
    visit = journal.state.latest("sign")
    assert visit is not None
    return visit.seats


def test_add_a_seat_or_the_last_vote(bank: Bank) -> None:
    """R6: the new seat counts before the result, or comes too late; a case never passes without it and never hangs."""
    for _ in range(ROUNDS):
        instance, item = items(bank)
        approve(bank, "lin", item["lin"])
        added, voted = at_once(
            lambda: act(bank, "kai", item["kai"], "add_together", people=(bank.people["head"],)),  # noqa: B023
            lambda: approve(bank, "kai", item["kai"]),  # noqa: B023
        )
        now = state(bank, instance)
        assert "done" == voted
        if added == "done":
            assert ["sign"] == [visit.step for visit in now.open_visits()]
            approve(bank, "head", bank.work(instance, "sign")[0])
        assert ["board"] == [visit.step for visit in state(bank, instance).open_visits()]


def test_remove_a_seat_or_vote_on_it(bank: Bank) -> None:
    """R7: the added seat is taken away or its vote counts, exactly one of them."""
    for _ in range(ROUNDS):
        instance, item = items(bank)
        act(bank, "kai", item["kai"], "add_together", people=(bank.people["head"],))
        theirs = next(work for work in bank.work(instance, "sign") if bank.offered(work) == {"head"})
        removed, voted = at_once(
            lambda: act(bank, "kai", item["kai"], "remove_added", seat=3),  # noqa: B023
            lambda: approve(bank, "head", theirs),  # noqa: B023
        )
        assert 1 == [removed, voted].count("done"), (removed, voted)
        state(bank, instance)
        assert ("cancelled" if removed == "done" else "approved") == state_seats(bank, instance)[2].state


def test_the_end_of_a_ballot_or_the_last_vote(bank: Bank) -> None:
    """R4: the count is made once, with the vote or without it."""
    for _ in range(ROUNDS):
        instance, item = items(bank)
        for signer in ("kai", "lin"):
            approve(bank, signer, item[signer])
        bank.decide("ann", instance, "board")
        with bank.database.read() as connection:
            found = connection.execute(sa.select(job)).all()
        timer = next(row for row in found if row.payload.get("what") == "close" and row.payload["instance"] == instance)

        def close(timer: sa.Row = timer) -> None:  # type: ignore[type-arg]
            with bank.database.write() as connection:
                timer_due(connection, bank.context("system", now=timer.due_at), timer.payload)

        voted, closed = at_once(lambda: bank.decide("bob", instance, "board", "reject"), close)  # noqa: B023
        assert "done" == closed
        assert (voted == "done") == (5 == len(decisions(bank, instance)))
        assert "approved" == state_of(bank, instance)


def test_suspend_or_end_against_a_decision(bank: Bank) -> None:
    """R13: the decision is before the administrator's act, or is refused by it; nothing is half done."""
    for round_number in range(ROUNDS):
        instance, item = items(bank)
        steer = suspend if round_number % 2 else terminate

        def stop(instance: str = instance, steer=steer) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
            with bank.database.write() as connection:
                steer(connection, bank.context("head"), instance, "inspection")

        decided, stopped = at_once(lambda: approve(bank, "kai", item["kai"]), stop)  # noqa: B023
        assert "done" == stopped
        assert (decided == "done") == (2 == len(decisions(bank, instance)))
        assert decided == "done" or getattr(decided, "code", None) in ("P432", "P409"), decided
