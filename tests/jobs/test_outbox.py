"""A command reaches the other system once, whatever happens on the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from connectors.protocol import Connection
from runtime.outbox.connections import save_connection
from runtime.outbox.deliver import Delivery, deliver_next
from runtime.outbox.rows import LEASE, OutboxRow, claim_next, enqueue, find_row
from runtime.store.database import Database
from runtime.store.tables import setting
from tests.connectors.conftest import make_engine
from tests.core_bank import CoreBank, running_core_bank
from tests.jobs.outbox_driver import deliver_all, finished, killed_at
from tests.jobs.routes import loan_route

ARGUMENTS = {"request_id": "r-1", "customer_no": "C0001", "amount": "100000.00", "term": "24", "annual_rate": "4.3500"}


@pytest.fixture
def core_bank(tmp_path: Path) -> Iterator[CoreBank]:
    folder = tmp_path / "core_bank"
    folder.mkdir()
    with running_core_bank(folder) as bank:
        yield bank


class Clock:
    """Real time, which a test moves forward."""

    ahead = dt.timedelta(0)

    def __call__(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + self.ahead


class Desk:
    """One worker's view: a delivery and a clock."""

    def __init__(self, database: Database, folder: Path, bank: CoreBank) -> None:
        self.database = database
        self.clock = Clock()
        self.bank = bank
        with database.write() as connection:
            save_connection(connection, Connection("core_bank", {"base_url": bank.base_url}, (bank.allowed,)), self.clock())
            enqueue(
                connection,
                key="loan:1",
                app="bank_customer",
                release=1,
                operation="core.create_loan",
                arguments=ARGUMENTS,
                due_at=self.clock(),
            )
        self.delivery = Delivery(database, make_engine(folder, database), loan_route, finished, self.clock)

    def run(self, rounds: int = 12, step: int = 40) -> OutboxRow:
        """Deliver what is due, then let time pass, until the row is closed."""
        for _ in range(rounds):
            while deliver_next(self.delivery):
                pass
            row = self.row()
            if row.result is not None:
                break
            self.clock.ahead += dt.timedelta(seconds=step)
        return self.row()

    def row(self) -> OutboxRow:
        with self.database.read() as connection:
            row = find_row(connection, "loan:1")
        assert row is not None
        return row

    def taken(self) -> list[dict[str, object]]:
        """What was handed on, once for each end."""
        with self.database.read() as connection:
            return list(connection.scalars(sa.select(setting.c.value)))


@pytest.fixture
def desk(database: Database, tmp_path: Path, core_bank: CoreBank) -> Desk:
    return Desk(database, tmp_path, core_bank)


FAULTS = {
    "nothing": [],
    "late": [{"on": "POST /loans", "kind": "late", "seconds": 2}],
    "late work": [{"on": "POST /loans", "kind": "late_work", "seconds": 2}],
    "twice": [{"on": "POST /loans", "kind": "twice"}],
    "not at all, booked": [{"on": "POST /loans", "kind": "drop_after"}],
    "not at all, not booked": [{"on": "POST /loans", "kind": "drop_before"}],
    "error": [{"on": "POST /loans", "kind": "error"}],
    "busy": [{"on": "POST /loans", "kind": "busy"}],
    "garbage": [{"on": "POST /loans", "kind": "garbage"}],
    "for another": [{"on": "POST /loans", "kind": "other"}],
    "trickle": [{"on": "POST /loans", "kind": "trickle"}],
    "endless": [{"on": "POST /loans", "kind": "endless"}],
    "three times not booked": [{"on": "POST /loans", "kind": "drop_before"}] * 3,
    "inquiry silent too": [{"on": "POST /loans", "kind": "drop_after"}, {"on": "GET /loans", "kind": "drop_before"}] + [{"on": "GET /loans", "kind": "late", "seconds": 2}] * 2,
    "inquiry for another": [{"on": "POST /loans", "kind": "drop_after"}] + [{"on": "GET /loans", "kind": "other"}] * 4,
}  # fmt: skip


@pytest.mark.parametrize("faults", FAULTS.values(), ids=FAULTS)
def test_a_loan_is_booked_exactly_once(faults: list[dict[str, object]], desk: Desk, core_bank: CoreBank) -> None:
    """However the core answers, one loan stands in its books and its number is handed on once."""
    core_bank.order(*faults)

    row = desk.run()

    [loan] = core_bank.loans()
    assert ("confirmed", "r-1", "r-1") == (row.state, loan["request_id"], loan["key"])
    [taken] = desk.taken()
    assert {"loan_no": loan["loan_no"]} == taken["result"]["values"]
    assert "100000.00" == loan["body"]["amount"]


def test_a_refusal_by_rule_ends_it(database: Database, tmp_path: Path, core_bank: CoreBank) -> None:
    """The core's no is final, is handed on with its reason, and is not tried again."""
    desk = Desk(database, tmp_path, core_bank)
    with database.write() as connection:
        connection.exec_driver_sql(
            'UPDATE outbox SET arguments = \'{"request_id": "r-1", "customer_no": "C0001", "amount": "0"}\''
        )

    row = desk.run()

    assert ("rejected", "business_reject", "amount.rule") == (row.state, row.result["outcome"], row.result["code"])
    assert 1 == len(core_bank.journal())
    assert [] == core_bank.loans()


def test_a_core_that_is_down_is_tried_again_and_then_given_up(desk: Desk, core_bank: CoreBank) -> None:
    """Nothing was sent, so it is tried with growing waits; after the last one it is known that nothing was done."""
    core_bank.stop()

    row = desk.run(rounds=80, step=60)

    assert ("rejected", 6, "unavailable") == (row.state, row.attempts, row.result["outcome"])
    assert [{"state": "rejected"}] == [{"state": one["state"]} for one in desk.taken()]


def test_a_core_that_comes_back_is_asked_before_anything_is_sent(desk: Desk, core_bank: CoreBank) -> None:
    """Booked, then down before it answered; when it is back the loan is found and nothing is sent a second time."""
    core_bank.order({"on": "POST /loans", "kind": "drop_after"})
    deliver_next(desk.delivery)
    core_bank.stop()
    desk.clock.ahead += dt.timedelta(seconds=10)
    deliver_next(desk.delivery)
    core_bank.start()

    row = desk.run()

    assert "confirmed" == row.state
    assert ["POST", "GET"] == [line["method"] for line in core_bank.journal()]


def test_what_nobody_can_find_out_is_parked_for_a_person(desk: Desk, core_bank: CoreBank) -> None:
    """When every inquiry fails the row is parked as unknown, with its whole trail, and handed on once."""
    core_bank.order({"on": "POST /loans", "kind": "drop_after"})
    deliver_next(desk.delivery)
    core_bank.stop()

    row = desk.run(rounds=60, step=60)

    assert ("parked", "unknown", 1) == (row.state, row.result["outcome"], row.attempts)
    events = [entry["event"] for entry in row.trail if entry["event"] not in ("asking", "waiting")]
    assert ["queued", "sending", "unknown", "inquired", "inquired", "inquired", "parked"] == events
    assert 1 == len(desk.taken())


def test_an_answer_after_the_lease_is_not_used(desk: Desk, core_bank: CoreBank) -> None:
    """A worker that was frozen during the call finds the row in other hands: the outcome is taken once, by the other one."""
    frozen = claim_next(desk.database, desk.clock())
    assert frozen is not None
    desk.clock.ahead += LEASE
    row = desk.run()

    from connectors.protocol import Answer, Outcome
    from runtime.outbox.deliver import _close
    from runtime.outbox.policy import after_sending

    late = Answer(Outcome.OK, {"loan_no": "LN99999999"}, attempts=1, sent=True)
    _close(desk.delivery, frozen, after_sending(frozen, loan_route(frozen), late, desk.clock()))

    assert row == desk.row()
    [taken] = desk.taken()
    assert {"loan_no": "LN00000001"} == taken["result"]["values"]


def test_two_workers_never_hold_the_same_row(desk: Desk) -> None:
    """A second claim within the lease finds nothing."""
    assert claim_next(desk.database, desk.clock()) is not None
    assert claim_next(desk.database, desk.clock()) is None


def test_a_key_leaves_once(desk: Desk) -> None:
    """The same business key is one row."""
    with desk.database.write() as connection:
        again = enqueue(
            connection,
            key="loan:1",
            app="bank_customer",
            release=1,
            operation="core.create_loan",
            arguments={},
            due_at=desk.clock(),
        )

    assert again is False


def test_a_result_that_the_process_cannot_take_is_parked(desk: Desk, core_bank: CoreBank) -> None:
    """A fault of the platform after the other side did its part does not send again and does not loop: a person sees it."""
    refused = []

    def cannot(connection: sa.Connection, row: OutboxRow, now: dt.datetime) -> None:
        refused.append(row.state)
        raise ValueError("the record does not take this value")

    desk.delivery = Delivery(desk.database, desk.delivery.engine, loan_route, cannot, desk.clock)

    row = desk.run()

    assert ("parked", ["confirmed", "parked"]) == (row.state, refused)
    assert 1 == len(core_bank.loans())


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("fault", ["", "late", "drop_after", "drop_before"])
def test_a_killed_worker_books_nothing_twice_and_loses_nothing(
    fault: str, desk: Desk, database_url: str, core_bank: CoreBank
) -> None:
    """The worker is killed with SIGKILL at every commit and call, one after the other; each time one loan is booked and handed on."""
    boundary, killed = 1, True
    while killed:
        desk.clock.ahead = dt.timedelta(0)
        with desk.database.write() as connection:
            connection.exec_driver_sql("DELETE FROM outbox")
            connection.exec_driver_sql("DELETE FROM setting")
            arguments = {**ARGUMENTS, "request_id": f"r-{boundary}"}
            enqueue(
                connection,
                key="loan:1",
                app="a",
                release=1,
                operation="core.create_loan",
                arguments=arguments,
                due_at=desk.clock(),
            )
        if fault:
            core_bank.order({"on": "POST /loans", "kind": fault, "seconds": 0.7})
        killed = killed_at(boundary, database_url, deliver_all)
        row = desk.run()

        assert 1 == len([loan for loan in core_bank.loans() if loan["request_id"] == f"r-{boundary}"])
        [taken] = desk.taken()
        assert ("confirmed", "confirmed", "ok") == (row.state, taken["state"], taken["result"]["outcome"])
        core_bank.forget_faults()
        boundary += 1
    assert boundary >= 8  # before and after two commits and the call
