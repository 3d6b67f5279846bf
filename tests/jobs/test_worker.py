"""An approved loan is booked in the core system exactly once, through approval, outbox, worker and a real stand-in."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from connectors.protocol import Connection
from runtime.audit.notary import open_notary
from runtime.audit.verify import verify_trail
from runtime.outbox.connections import save_connection
from runtime.outbox.gateway import open_engine
from runtime.process.service import DecisionBody, decide, start_process
from runtime.records.read import get_record
from runtime.records.write import insert_record
from runtime.start import open_releases
from runtime.store.database import Database
from runtime.store.tables import outbox, wf_instance, wf_work, wf_work_person
from runtime.worker import Worker, run_once
from tests.core_bank import ROOT, CoreBank, running_core_bank
from tests.jobs.outbox_driver import killed_at
from tests.shipped_bank import APP, Bank, add_customer, open_bank

FIELDS = {"product": "consumer", "amount": "100000.00", "term": 24, "annual_rate": "4.35", "monthly_income": "20000.00"}


class Clock:
    """Real time, which a test moves forward."""

    ahead = dt.timedelta(0)

    def __call__(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + self.ahead


class Desk:
    """A bank with its core system, and people who decide."""

    def __init__(self, bank: Bank, core: CoreBank) -> None:
        self.bank, self.core, self.clock = bank, core, Clock()
        self.customer = add_customer(bank)
        self._own: Worker | None = None
        with bank.database.write() as connection:
            save_connection(connection, Connection("core_bank", {"base_url": core.base_url}, (core.allowed,)), self.clock())

    def worker(self, database: Database | None = None) -> Worker:
        """A worker as the product makes it, but for its clock and a short patience."""
        database = database or self.bank.database
        engine = open_engine(database, self.bank.settings)
        shipped = engine.definitions["core_bank"]
        hurried = dataclasses.replace(shipped.timeouts, connect=0.3, read=0.3, total=0.5)
        engine.definitions = {"core_bank": dataclasses.replace(shipped, timeouts=hurried)}
        releases = open_releases(database)
        return Worker(self.bank.settings, database, releases, engine, open_notary(self.bank.settings.data_folder), self.clock)

    def approve_a_loan(self) -> str:
        """A loan application that the branch has approved; what is left is the booking."""
        bank = self.bank
        with bank.database.write() as connection:
            clerk = bank.context(bank.person("clerk"), self.clock())
            record = insert_record(connection, clerk, APP, "loan_application", {"customer": self.customer, **FIELDS}).id
            start_process(connection, clerk, APP, "loan_approval", record)
        for person in ("checker", "head"):
            with bank.database.write() as connection:
                [work] = connection.scalars(
                    sa.select(wf_work.c.id)
                    .join(wf_work_person, wf_work_person.c.work_id == wf_work.c.id)
                    .where(
                        wf_work.c.state == "open",
                        wf_work.c.record_id == record,
                        wf_work_person.c.person_id == bank.person(person).id,
                    )
                )
                decide(connection, bank.context(bank.person(person), self.clock()), work, "approve", DecisionBody())
        return record

    def work_off(self, rounds: int = 14, step: int = 40) -> None:
        """Let a worker do what is due, again and again while time passes, until no call is open."""
        self._own = worker = self._own or self.worker()
        for _ in range(rounds):
            run_once(worker)
            if not self.open_calls():
                return
            self.clock.ahead += dt.timedelta(seconds=step)

    def open_calls(self) -> int:
        with self.bank.database.read() as connection:
            ended = outbox.c.state.in_(["confirmed", "rejected", "parked"])
            return int(connection.scalar(sa.select(sa.func.count()).select_from(outbox).where(sa.not_(ended))) or 0)

    def record(self, id: str) -> dict[str, object]:
        with self.bank.database.read() as connection:
            return dict(get_record(connection, self.bank.context(), APP, "loan_application", id).values)

    def instance(self, record: str) -> str:
        with self.bank.database.read() as connection:
            return str(connection.scalar(sa.select(wf_instance.c.state).where(wf_instance.c.record_id == record)))

    def tasks(self, person: str) -> list[str]:
        """The steps that wait for a person."""
        query = (
            sa.select(wf_work.c.step)
            .join(wf_work_person, wf_work_person.c.work_id == wf_work.c.id)
            .where(wf_work.c.state == "open", wf_work_person.c.person_id == self.bank.person(person).id)
        )
        with self.bank.database.read() as connection:
            return [str(step) for step in connection.scalars(query)]


@pytest.fixture
def desk(database: Database, database_url: str, tmp_path: Path) -> Iterator[Desk]:
    folder = tmp_path / "core_bank"
    folder.mkdir()
    with running_core_bank(folder) as core:
        yield Desk(open_bank(database, database_url, tmp_path), core)


def test_an_approved_loan_is_booked_exactly_once(desk: Desk) -> None:
    """When the core answers at once, late, twice or not at all: one loan, its number in the application, the approval ended."""
    for count, fault in enumerate(["", "late", "late_work", "twice", "drop_after", "drop_before", "error", "garbage"], start=1):
        if fault:
            desk.core.order({"on": "POST /loans", "kind": fault, "seconds": 1})
        record = desk.approve_a_loan()

        desk.work_off()

        loans = desk.core.loans()
        assert (fault, count) == (fault, len(loans))
        assert (loans[-1]["loan_no"], "approved") == (desk.record(record)["core_loan_no"], desk.record(record)["status"])
        assert "approved" == desk.instance(record)
        assert {"customer_no": "C0001", "amount": "100000.00", "term": "24"}.items() <= loans[-1]["body"].items()
    with desk.bank.database.read() as connection:
        assert verify_trail(connection, open_notary(desk.bank.settings.data_folder)).wrong is None


def test_a_refusal_of_the_core_becomes_work_for_people(desk: Desk) -> None:
    """A loan that the core refuses is not lost: the people of `on_error` have it in their list, the record says no number."""
    record = desk.approve_a_loan()
    with desk.bank.database.write() as connection:
        arguments = {"request_id": "r", "customer_no": "C0001", "amount": "0", "term": "24", "annual_rate": "4.35"}
        connection.execute(sa.update(outbox).values(arguments=arguments))

    desk.work_off()

    assert [] == desk.core.loans()
    assert (None, "running") == (desk.record(record)["core_loan_no"], desk.instance(record))
    assert ["booking"] == desk.tasks("credit")


def test_an_unknown_outcome_becomes_work_for_people(desk: Desk) -> None:
    """When nobody can find out whether the loan was booked, it is parked and a person is asked; nothing is sent again."""
    desk.core.order({"on": "POST /loans", "kind": "drop_after"})
    record = desk.approve_a_loan()
    run_once(desk.worker())
    desk.core.stop()

    desk.work_off(rounds=60, step=60)

    assert "running" == desk.instance(record)
    assert ["booking"] == desk.tasks("credit")
    with desk.bank.database.read() as connection:
        assert ("parked", 1) == tuple(connection.execute(sa.select(outbox.c.state, outbox.c.attempts)).one())


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("fault", ["drop_after"])
def test_a_killed_worker_books_once_and_ends_the_approval(fault: str, desk: Desk, database_url: str) -> None:
    """A worker that is killed at each of its commits and calls, one after the other, leaves what the next one finishes."""
    boundary, killed = 1, True
    while killed:
        if fault:
            desk.core.order({"on": "POST /loans", "kind": fault})
        desk.clock.ahead = dt.timedelta(0)
        record = desk.approve_a_loan()

        killed = killed_at(boundary, database_url, lambda database: run_once(desk.worker(database)) and None)
        desk.work_off()

        assert "approved" == desk.instance(record)
        numbers = [loan["loan_no"] for loan in desk.core.loans()]
        assert 1 == numbers.count(desk.record(record)["core_loan_no"])
        assert boundary == len(numbers)
        desk.core.forget_faults()
        boundary += 1
    assert boundary > 10


def test_two_workers_at_once_book_each_loan_once(desk: Desk, database_url: str) -> None:
    """Two worker processes of the command line work off the same loans; told to stop, they end cleanly."""
    environment = {**os.environ, "QIQIAO_DATA": str(desk.bank.settings.data_folder), "QIQIAO_LOCALE": "en"}
    command = [sys.executable, "-m", "builder.cli", "worker", "--database", database_url]
    workers = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(2)
    ]
    try:
        # Both are at work before there is any: else the first may be done before the second has started.
        ready = [worker.stdout.readline().decode().strip() for worker in workers if worker.stdout is not None]
        assert ["The worker is ready."] * 2 == ready
        records = [desk.approve_a_loan() for _ in range(6)]
        limit = time.monotonic() + 30
        while desk.open_calls() and time.monotonic() < limit:
            time.sleep(0.1)
    finally:
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        said = [worker.communicate(timeout=30)[1].decode() for worker in workers]

    assert [0, 0] == [worker.returncode for worker in workers], said
    assert sorted(str(desk.record(record)["core_loan_no"]) for record in records) == sorted(
        loan["loan_no"] for loan in desk.core.loans()
    )
    assert {"approved"} == {desk.instance(record) for record in records}


def test_once_from_the_command_line(desk: Desk, database_url: str) -> None:
    """`qiqiao worker --once` does what is due and ends."""
    record = desk.approve_a_loan()
    environment = {**os.environ, "QIQIAO_DATA": str(desk.bank.settings.data_folder), "QIQIAO_LOCALE": "en"}
    command = [sys.executable, "-m", "builder.cli", "worker", "--once", "--database", database_url]

    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)

    assert (0, "approved") == (done.returncode, desk.record(record)["status"]), done.stderr
    assert "thing(s) done" in done.stdout
