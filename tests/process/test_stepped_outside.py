"""Races of a decision with what comes from elsewhere, stepped in both orders on both databases: releases, administrators, events, workers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import cast

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connectors.engine import Engine
from runtime.failures import Conflict
from runtime.outbox.deliver import Delivery, _close
from runtime.outbox.rows import LEASE, Next, OutboxRow, claim_next, find_row
from runtime.process.calls import call_finished
from runtime.process.journal import read_entries
from runtime.process.migrating import migrate
from runtime.process.service import recall, timer_due
from runtime.process.steering import jump, resume, suspend, terminate
from runtime.store.database import Database
from runtime.store.tables import job, wf_instance
from tests.process.bank import NOW, Bank, open_bank
from tests.process.stepping import Act, in_order, state, vote
from tests.process.test_migration import BY_NAME, LATER, with_release
from tests.process.test_stepped_votes import code
from tests.process.test_waits import BINDINGS, RACE, cooled, report
from workflow_engine import events as ev


def both_orders(one: Act, other: Act, *, one_first: bool) -> tuple[object, object]:
    """What came of the two acts, the one first or the other."""
    if one_first:
        return in_order(one, other)
    second, first = in_order(other, one)
    return first, second


# R13 ------------------------------------------------------------------------------------------------------------------


def steered(bank: Bank, instance: str, use: object, *more: object, by: str = "head") -> Act:
    """An administrator's act with the whole approval."""

    def act() -> None:
        with bank.database.write() as connection:
            use(connection, bank.context(by), instance, *more)  # type: ignore[operator]

    return act


@pytest.mark.parametrize("migration_first", [True, False])
def test_a_migration_and_a_decision(database: Database, migration_first: bool) -> None:
    """R13: the decision counts once, at the step as it is called then, and the case goes over with it or without it."""
    old = open_bank(database)
    _, instance = old.submit()
    bank = with_release(old, LATER)
    (task,) = bank.work(instance, "check")
    over = steered(bank, instance, migrate, 2, BY_NAME, "new rules")
    went, voted = both_orders(over, vote(bank, "ann", instance, "check"), one_first=migration_first)

    assert ("done", "done") == (went, voted)
    now = state(bank, instance)
    assert [task] == bank.work(instance, "review", "done")
    with database.read() as connection:
        made = [entry.event for entry in read_entries(connection, instance) if isinstance(entry.event, ev.SeatDecided)]
        assert 2 == connection.scalar(sa.select(wf_instance.c.release).where(wf_instance.c.id == instance))
    assert ["apply", "review" if migration_first else "check"] == [event.step for event in made]
    assert [("review", "approved"), ("decide@branch", "open")] == [(v.step, v.state) for v in now.visits[1:]]


@pytest.mark.parametrize("end_first", [True, False])
def test_an_end_and_a_decision(database: Database, end_first: bool) -> None:
    """R13: nobody decides in a case that was ended; a decision that was before it stays in its history."""
    bank = open_bank(database)
    _, instance = bank.submit()
    stop = steered(bank, instance, terminate, "withdrawn")
    stopped, voted = both_orders(stop, vote(bank, "ann", instance, "check"), one_first=end_first)

    assert ("done", "P409" if end_first else "done") == (stopped, code(voted))
    now = state(bank, instance)
    assert ("stopped", []) == (now.state, list(now.open_visits()))
    visit = now.visit("check", 1)
    assert visit is not None
    assert ("cancelled" if end_first else "approved") == visit.state


@pytest.mark.parametrize("jump_first", [True, False])
def test_a_jump_and_a_decision(database: Database, jump_first: bool) -> None:
    """R13: the decision is taken at the visit that was there, or is refused since the flow was put elsewhere."""
    bank = open_bank(database)
    _, instance = bank.submit()
    vote(bank, "ann", instance, "check")()
    steered(bank, instance, jump, "check", "again", by="both")()
    away = steered(bank, instance, jump, "check", "again")
    jumped, voted = both_orders(away, vote(bank, "both", instance, "decide@branch"), one_first=jump_first)

    now = state(bank, instance)
    if jump_first:
        assert ("done", "P409") == (jumped, code(voted))
        assert [("check", 2)] == [(visit.step, visit.number) for visit in now.open_visits()]
    else:
        # A call is under way by then, so nobody jumps.
        assert isinstance(jumped, Conflict)
        assert ("done", ["booking"]) == (voted, [visit.step for visit in now.open_visits()])


@pytest.mark.parametrize("resume_first", [True, False])
def test_going_on_and_a_decision(database: Database, resume_first: bool) -> None:
    """R13: a decision that comes before the case goes on is refused, one that comes after is taken."""
    bank = open_bank(database)
    _, instance = bank.submit()
    yes = vote(bank, "ann", instance, "check")
    steered(bank, instance, suspend, "inspection")()
    went_on = steered(bank, instance, resume, "over")
    if resume_first:
        assert ("done", "done") == in_order(went_on, yes)
    else:
        # What is refused writes nothing and holds nobody up.
        with pytest.raises(Conflict) as refused:
            yes()
        assert "P432" == refused.value.code
        went_on()
    assert ["decide@branch" if resume_first else "check"] == [visit.step for visit in state(bank, instance).open_visits()]


# R14 ------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def racing(database: Database) -> Bank:
    return open_bank(database, RACE, files={"bindings.yaml": BINDINGS})


def its_time(bank: Bank, instance: str, step: str) -> Act:
    with bank.database.read() as connection:
        timers = [row for row in connection.execute(sa.select(job)) if row.payload.get("instance") == instance]
    timer = next(row for row in timers if row.payload["step"] == step)

    def act() -> None:
        with bank.database.write() as connection:
            timer_due(connection, bank.context("system", now=timer.due_at), timer.payload)

    return act


@pytest.mark.parametrize("event_first", [True, False])
def test_an_event_and_work_by_hand(racing: Bank, event_first: bool) -> None:
    """R14: the first ends the race, with what it brought; the second changes nothing."""
    record, instance, number = cooled(racing)
    came, voted = both_orders(lambda: report(racing, number), vote(racing, "ann", instance, "confirm"), one_first=event_first)

    # Who reports an event hears how many cases went on by it.
    assert (1 if event_first else "done", "P409" if event_first else "done") == (came, code(voted))
    now = state(racing, instance)
    assert ("approved", "LN-7" if event_first else None) == (now.state, racing.value(record, "f_booking_no"))
    assert [("confirmation", event_first), ("confirm", not event_first)] == [
        (visit.step, visit.state in ("completed", "approved")) for visit in now.visits if visit.step.startswith("confirm")
    ]


@pytest.mark.parametrize("event_first", [True, False])
def test_an_event_and_the_end_of_its_time(racing: Bank, event_first: bool) -> None:
    """R14: an event in time lets the case go on; one that is late finds the case held and is no effect."""
    record, instance, number = cooled(racing)
    late = its_time(racing, instance, "confirmation")
    came, over = both_orders(lambda: report(racing, number), late, one_first=event_first)

    assert (1 if event_first else "done", "done") == (came, over)
    now, visit = state(racing, instance), state(racing, instance).visit("confirmation", 1)
    assert visit is not None
    assert (("approved", None) if event_first else ("held", "event_missing")) == (now.state, visit.held_reason)
    assert ("LN-7" if event_first else None) == racing.value(record, "f_booking_no")


def test_the_same_event_twice(racing: Bank) -> None:
    """R14: one of them ends the wait, the other finds nobody waiting."""
    record, instance, number = cooled(racing)
    assert (1, "done") == in_order(lambda: report(racing, number), lambda: report(racing, number, "LN-8"))
    assert ("approved", "LN-7") == (state(racing, instance).state, racing.value(record, "f_booking_no"))


@pytest.mark.parametrize("event_first", [True, False])
def test_an_event_and_a_recall(racing: Bank, event_first: bool) -> None:
    """R14, R3: an event for a case that was recalled changes nothing; a case that has ended is not recalled."""
    record, instance, number = cooled(racing)
    back = steered(racing, instance, recall, by="clerk")
    came, recalled = both_orders(lambda: report(racing, number), back, one_first=event_first)

    assert (1 if event_first else "done") == came
    assert isinstance(recalled, Conflict) if event_first else recalled == "done"
    assert ("approved" if event_first else "stopped") == state(racing, instance).state
    assert ("approved" if event_first else "draft") == racing.value(record, "f_status")


# R16 ------------------------------------------------------------------------------------------------------------------


class Workers:
    """A case whose booking one worker is sending while its lease ends."""

    def __init__(self, database: Database) -> None:
        self.bank, self.database = open_bank(database), database
        self.record, self.instance = self.bank.submit()
        vote(self.bank, "ann", self.instance, "check")()
        vote(self.bank, "head", self.instance, "decide@branch")()
        self.sent_at = NOW + dt.timedelta(hours=1)
        found = claim_next(database, self.sent_at)
        assert found is not None
        self.first = found

    def take_over(self) -> OutboxRow | None:
        """Another worker looks for work when the lease is over."""
        return claim_next(self.database, self.sent_at + LEASE)

    def close(self, row: OutboxRow, loan_no: str) -> Act:
        """A worker hands on what it was answered."""

        def finished(connection: Connection, ended: OutboxRow, _now: dt.datetime) -> None:
            call_finished(connection, self.bank.context("system"), ended)

        # Closing a row asks no other system.
        delivery = Delivery(self.database, cast("Engine", None), lambda _: None, finished, lambda: self.sent_at + LEASE)
        answer = {"outcome": "ok", "values": {"loan_no": loan_no}, "code": None, "detail": None}
        return lambda: _close(delivery, row, Next("confirmed", self.sent_at + LEASE, "confirmed", answer))

    def taken(self) -> Iterator[str | None]:
        """Each end of the call that the approval has heard of."""
        state(self.bank, self.instance)
        with self.database.read() as connection:
            entries = read_entries(connection, self.instance)
        yield from (entry.event.result for entry in entries if isinstance(entry.event, ev.CallFinished))

    def outcome(self) -> tuple[list[str | None], object, str]:
        with self.database.read() as connection:
            row = find_row(connection, f"{self.instance}/booking/1")
        assert row is not None
        return list(self.taken()), self.bank.value(self.record, "f_booking_no"), row.state


@pytest.fixture
def workers(database: Database) -> Workers:
    return Workers(database)


def test_a_worker_closes_while_another_looks_for_its_row(workers: Workers) -> None:
    """R16: whoever is closing holds the row; the other worker finds nothing, though the lease is over."""
    # On PostgreSQL it passes by what is locked, on SQLite it waits.
    closed, claimed = in_order(workers.close(workers.first, "A-1"), workers.take_over, waits=False)
    assert ("done", "done") == (closed, claimed)
    assert (["confirmed"], "A-1", "confirmed") == workers.outcome()


def test_a_worker_closes_what_another_is_taking_over(workers: Workers) -> None:
    """R16: the row is the other's by now: nothing of the late answer is used, and its end is taken once."""
    taken, closed = in_order(workers.take_over, workers.close(workers.first, "A-1"))
    assert isinstance(taken, OutboxRow)
    assert ("unknown", "done") == (taken.state, closed)
    assert ([], None, "unknown") == workers.outcome()
    workers.close(taken, "B-2")()
    assert (["confirmed"], "B-2", "confirmed") == workers.outcome()


@pytest.mark.parametrize("late_first", [True, False])
def test_both_workers_close(workers: Workers, late_first: bool) -> None:
    """R16: only the answer of who holds the row now is taken, whichever comes first."""
    second = workers.take_over()
    assert second is not None
    late, rightful = workers.close(workers.first, "A-1"), workers.close(second, "B-2")
    if late_first:
        late()  # it finds the row in other hands and writes nothing that another could wait for
        rightful()
    else:
        assert ("done", "done") == in_order(rightful, late, waits=False)
    assert (["confirmed"], "B-2", "confirmed") == workers.outcome()
