"""Business numbers: without gap, also in parallel and where a write loses; anew with each period."""

from __future__ import annotations

import datetime as dt
import threading

import sqlalchemy as sa

from runtime.context import SYSTEM
from runtime.failures import Invalid
from runtime.records.write import Written, insert_record
from runtime.records.write_many import insert_many
from runtime.store.database import Database
from tests.records.lab import (
    CLIENT,
    add_client,
    context,
    lab,
    lab_with,
    make_tables,
)
from tests.records.test_writing import BOSS, TELLER, _together, _wait_until_somebody_waits, make, seen


def test_twenty_parallel_records_get_numbers_without_gap(db: Database) -> None:
    """Numbers are drawn in the transaction of the record: refused ones leave no gap."""
    client = add_client(db, "A")
    barrier = threading.Barrier(20)

    def make_one(number: int) -> None:
        barrier.wait()
        amount = "5" if number % 4 == 0 else "50"  # every fourth is refused by its check
        try:
            make(db, context(TELLER), "deal", client=client, kind="small", amount=amount)
        except Invalid:
            return

    _together([lambda n=n: make_one(n) for n in range(20)])

    with db.read() as connection:
        table = lab().entities["deal"].table
        numbers = sorted(connection.execute(sa.select(table.c.number)).scalars())
    assert [f"D202611-{n:04d}" for n in range(1, 16)] == numbers


def test_many_records_at_once_leave_no_gap_where_one_of_them_loses(db: Database) -> None:
    """Numbers that were drawn for records which the database refused are drawn again."""
    app = lab_with(client=CLIENT.replace('title: "', 'number: "C{seq:4}"\ntitle: "'))
    make_tables(db, app)
    platform = context(SYSTEM, app=app)
    bodies = [{"code": code, "full_name": code, "branch": "cx"} for code in ("r", "s")]
    done: list[object] = []

    def make_both() -> None:
        with db.write() as connection:
            done.extend(insert_many(connection, platform, "lab", "client", bodies))

    other = threading.Thread(target=make_both)
    with db.write() as connection:
        insert_record(connection, platform, "lab", "client", bodies[0])
        other.start()
        _wait_until_somebody_waits(db)
    other.join()

    assert [Invalid, Written] == [type(one) for one in done]
    assert "C0002" == done[1].after["number"]  # type: ignore[attr-defined]


def test_one_record_among_many_that_loses_is_refused_and_the_others_go_on(db: Database) -> None:
    """The statement of a single record travels with the next one: its refusal must come within its savepoint."""
    platform = context(SYSTEM)
    body = {"code": "r", "full_name": "r", "branch": "cx"}
    done: list[object] = []

    def make_one() -> None:
        with db.write() as connection:
            done.extend(insert_many(connection, platform, "lab", "client", [body]))
            done.extend(insert_many(connection, platform, "lab", "client", [{**body, "code": "s"}]))

    other = threading.Thread(target=make_one)
    with db.write() as connection:
        insert_record(connection, platform, "lab", "client", body)
        other.start()
        _wait_until_somebody_waits(db)
    other.join()

    assert [Invalid, Written] == [type(one) for one in done]


def test_a_number_begins_anew_with_each_period(db: Database) -> None:
    """The day in the app's time zone decides the period."""
    client = add_client(db, "A")
    late = context(BOSS, dt.datetime(2026, 11, 30, 17, 0, tzinfo=dt.UTC))  # already December in Shanghai
    with db.write() as connection:
        made = insert_record(connection, late, "lab", "deal", {"client": client, "kind": "small", "amount": "50", "branch": "cx"})
    assert "D202612-0001" == seen(db, "deal", made.id)["number"]
