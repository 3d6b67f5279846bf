"""Sub-flows told twice, by workers that die, at the same moment from above and below, and by random acts."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from random import Random

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.context import Context
from runtime.failures import Failure
from runtime.jobs.queue import claim
from runtime.process.service import Word, retry, start_process
from runtime.process.steering import resume, suspend, terminate
from runtime.process.sub_flows import run_sub_flow
from runtime.records.write import insert_record
from runtime.store.database import Database
from runtime.store.tables import job
from tests.process.bank import APP, Bank, open_bank
from tests.process.sub_flow_bank import (
    begun,
    children,
    files,
    of,
    state,
    work,
)
from tests.process.test_races import at_once, state_of
from tests.process.test_stepped_races import in_order


@pytest.fixture
def bank(database: Database) -> Bank:
    return open_bank(database, files=files())


def test_told_twice_it_acts_once(bank: Bank) -> None:
    """Every job of a case done again, in any order, leaves the case as it was."""
    _, instance = begun(bank, "50.00")
    bank.decide("kai", of(bank, instance, "valuation")[0], "value")
    work(bank)
    before, runs = state(bank, instance), children(bank, instance)
    with bank.database.read() as connection:
        payloads = [row.payload for row in connection.execute(sa.select(job).where(job.c.kind == "sub_flow"))]
    assert {"start", "end"} == {payload["what"] for payload in payloads}
    for payload in [*payloads, *reversed(payloads)]:
        with bank.database.write() as connection:
            run_sub_flow(connection, bank.context("system"), payload)
    assert (before, runs) == (state(bank, instance), children(bank, instance))


class _DiedError(Exception):
    """What a worker dies with after it has written and before its commit."""


def test_what_was_committed_is_told_although_workers_die(bank: Bank) -> None:
    """A worker dies before the commit of each job, another while it holds the lease: the next one begins, ends and goes on, once."""
    with bank.database.write() as connection:
        record = insert_record(connection, bank.context("clerk"), APP, "loan", {"amount": "100.00"}).id
        instance = start_process(connection, bank.context("clerk"), APP, "approval", record)
    bank.decide("ann", instance, "check")
    for act in ("first", "second", None):
        with bank.database.read() as connection:
            waiting = connection.execute(sa.select(job.c.payload).where(job.c.kind == "sub_flow", job.c.state == "waiting")).all()
        assert waiting or act == "second"
        for row in waiting:
            with pytest.raises(_DiedError), bank.database.write() as connection:
                run_sub_flow(connection, bank.context("system"), row.payload)
                raise _DiedError
        if waiting:
            dead = claim(bank.database, ["sub_flow"], bank.context("system").now)
            assert 1 == len(dead)
            # A minute later its lease is over.
            assert work(bank) == len(waiting)
        survey = of(bank, instance, "survey")
        assert len(survey) == (1 if act else 0)
        if act:
            bank.decide("ann" if act == "first" else "bob", survey[0], act)
    assert ["vetted"] == [visit.step for visit in state(bank, instance).open_visits()]


def test_two_last_runs_end_at_once(bank: Bank) -> None:
    """R9: two workers tell the two last ends at the same moment: the flow goes on once, with both of them counted."""
    for _ in range(4):
        record, instance = begun(bank, "50.00", "60.00")
        runs = of(bank, instance, "valuation")
        for run in runs:
            bank.decide("kai", run, "value")
        with bank.database.read() as connection:
            ends = [connection.execute(sa.select(job.c.payload).where(job.c.key == f"{run}/end")).scalar_one() for run in runs]

        def tell(payload: dict[str, object]) -> None:
            with bank.database.write() as connection:
                run_sub_flow(connection, bank.context("system"), payload)

        results = at_once(lambda: tell(ends[0]), lambda: tell(ends[1]))  # noqa: B023
        assert ["done", "done"] == results
        assert (2, 2) == (bank.value(record, "f_rating"), bank.value(record, "f_term"))
        assert ["look"] == [visit.step for visit in state(bank, instance).open_visits()]


def test_the_end_of_a_run_against_the_end_of_who_began_it(bank: Bank) -> None:
    """R13: stopped above and told from below at the same moment, in both orders: each is one thing, and nobody waits in a circle."""
    for told_first in (True, False):
        record, instance = begun(bank)
        survey = of(bank, instance, "survey")[0]
        bank.decide("ann", survey, "first")
        bank.decide("bob", survey, "second")

        def stop(instance: str = instance) -> None:
            with bank.database.write() as connection:
                terminate(connection, bank.context("head"), instance, "withdrawn")

        with bank.database.read() as connection:
            found = sa.select(job.c.payload).where(job.c.key == f"{survey}/end")
            payload = connection.execute(found).scalar_one()

        def end(payload: dict[str, object] = payload) -> None:
            with bank.database.write() as connection:
                run_sub_flow(connection, bank.context("system"), payload)

        results = in_order(*((end, stop) if told_first else (stop, end)))
        assert ("done", "done") == results
        work(bank)
        ended = state(bank, instance)
        assert ("stopped", "approved") == (ended.state, state_of(bank, survey))
        steps = [visit.step for visit in ended.visits]
        assert ("vetted" in steps) == told_first
        work(bank)
        assert [] == of(bank, instance, "vetting")


def test_a_decision_below_and_a_stop_above_never_block_each_other(bank: Bank) -> None:
    """At the same moment, many times over: the run is decided or stopped, and what is told agrees with what it became."""
    for _ in range(6):
        _, instance = begun(bank, customer=False)
        survey = of(bank, instance, "survey")[0]
        bank.decide("ann", survey, "first")

        def stop(instance: str = instance) -> None:
            with bank.database.write() as connection:
                terminate(connection, bank.context("head"), instance, "withdrawn")
            work(bank)

        results = at_once(lambda: bank.decide("bob", survey, "second"), stop)  # noqa: B023
        assert "done" == results[1]
        work(bank, 10)
        assert "stopped" == state(bank, instance).state
        assert ("approved" if results[0] == "done" else "stopped") == state(bank, survey).state


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_people_do_the_flows_agree(bank: Bank, seed: int) -> None:
    """Invariants 1, 2 and 23 over a flow and its runs: rows and lists are those of the events, and each waits for what there is."""
    random = Random(seed)
    record, outer = begun(bank, "50.00", "60.00")
    for _ in range(25):
        instance = random.choice([outer, outer, *(row.id for row in children(bank, outer))])
        act = random.choice(("decide", "decide", "decide", "work", "work", "terminate", "suspend", "resume", "retry"))
        step = next((visit.step for visit in state(bank, instance).open_visits() if visit.seats), None)
        with contextlib.suppress(Failure):
            if act == "decide" and step is not None and bank.work(instance, step):
                person = random.choice(sorted(bank.offered(bank.work(instance, step)[0])) or ["ann"])
                word: Word = "complete" if step == "apply" else random.choice(("approve", "approve", "approve", "reject"))
                bank.decide(person, instance, step, word)
            elif act == "work":
                work(bank)
            elif act == "terminate" and (instance != outer or random.random() < 0.2):
                steered(bank, instance, terminate)
            elif act == "suspend" and random.random() < 0.5:
                steered(bank, instance, suspend)
            elif act == "resume":
                steered(bank, instance, resume)
            elif act == "retry":
                with bank.database.write() as connection:
                    retry(connection, bank.context("head"), instance)
    while work(bank, minutes=10):
        pass
    now = state(bank, outer)
    for row in children(bank, outer):
        run, found = state(bank, row.id), now.child(row.id)
        told = found[1].state if found is not None else "left"
        if told == "running":
            assert run.is_running
        elif told in ("approved", "rejected", "stopped"):
            assert told == run.state
        else:
            assert not run.is_running
    assert bank.value(record, "id") == record


def steered(bank: Bank, instance: str, how: Callable[[Connection, Context, str, str], None]) -> None:
    with bank.database.write() as connection:
        how(connection, bank.context("head"), instance, "because")
