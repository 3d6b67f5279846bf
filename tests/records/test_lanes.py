"""Reading from the event loop: questions do not hold up each other, cannot write, end in time and outlive a lost connection."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import TypeVar

import psycopg2
import pytest
import sqlalchemy as sa

from runtime.failures import Unavailable
from runtime.store import lanes as lanes_module
from runtime.store import prepared as prepared_module
from runtime.store.asking import Asking, Question, ask_now
from runtime.store.database import Database
from runtime.store.lanes import Lanes, PostgresLanes, carry, open_lanes
from runtime.store.prepared import Prepared, prepare
from runtime.store.tables import setting
from runtime.store.waiting import Row

Result = TypeVar("Result")


def with_lanes(database: Database, work: Callable[[Lanes], Coroutine[None, None, Result]]) -> Result:
    """Run some work on lanes of a loop of its own."""

    async def run() -> Result:
        lanes = open_lanes(database)
        try:
            return await work(lanes)
        finally:
            lanes.close()

    return asyncio.run(run())


def question(database: Database, statement: sa.Select[tuple[object, ...]], **values: object) -> Question:
    return Question(prepare(statement, database.engine.dialect), values)


def slow(database: Database) -> Question:
    """A question that counts for a very long time."""
    steps = sa.select(sa.literal(1).label("n")).cte("steps", recursive=True)
    steps = steps.union_all(sa.select(steps.c.n + 1).where(steps.c.n < 2_000_000_000))
    return question(database, sa.select(sa.func.count()).select_from(steps))


def test_questions_are_answered_with_their_values(database: Database) -> None:
    """The same text with other values, many at once, each gets its own answer."""
    with database.write() as connection:
        connection.execute(setting.insert(), [{"name": f"n{n}", "value": n} for n in range(50)])
    statement = sa.select(setting.c.value).where(
        setting.c.name == sa.bindparam("wanted", type_=sa.String()), setting.c.name != "50%"
    )

    def asking(number: int) -> Asking[str]:
        first = yield question(database, statement, wanted=f"n{number}")
        second = yield question(database, statement, wanted=f"n{number}")
        assert first == second
        return str(first[0][0])

    async def work(lanes: Lanes) -> list[str]:
        return list(await asyncio.gather(*(carry(lanes, asking(n)) for n in range(50))))

    assert [str(n) for n in range(50)] == with_lanes(database, work)


def test_a_failure_reaches_the_code_that_asks(database: Database) -> None:
    """What the code raises between two questions ends the carrying; nothing is swallowed."""

    def asking() -> Asking[None]:
        yield question(database, sa.select(sa.literal(1)))
        raise KeyError("found")

    with pytest.raises(KeyError, match="found"):
        with_lanes(database, lambda lanes: carry(lanes, asking()))


def test_lanes_cannot_write(database: Database) -> None:
    """The connections of the loop are read-only, whatever text they are given."""
    text = "INSERT INTO setting (name, value) VALUES ('x', '1')"
    returning = f"{text} RETURNING name"
    prepared = (
        Prepared(returning, (), {}, {})
        if database.is_sqlite
        else Prepared(returning, None, {}, {}, "q_x", f"PREPARE q_x AS {returning}", "EXECUTE q_x")
    )

    with pytest.raises(Exception, match=r"readonly|read-only"):
        with_lanes(database, lambda lanes: lanes.rows(Question(prepared, {})))
    with database.read() as connection:
        assert None is connection.execute(sa.select(setting.c.value).where(setting.c.name == "x")).scalar_one_or_none()


def test_a_slow_question_ends_in_time_and_holds_up_nobody(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one question counts to the limit of time, others are answered at once; then it is refused."""
    monkeypatch.setattr(lanes_module, "LONGEST_SECONDS", 1)

    async def work(lanes: Lanes) -> tuple[float, float]:
        started = time.monotonic()
        late = asyncio.ensure_future(lanes.rows(slow(database)))
        await asyncio.sleep(0.05)
        rows: list[Row] = await lanes.rows(question(database, sa.select(sa.literal(7))))
        assert [(7,)] == [tuple(row) for row in rows]
        quick = time.monotonic() - started
        with pytest.raises(Unavailable) as refused:
            await late
        assert "Q207" == refused.value.code
        return quick, time.monotonic() - started

    quick, ended = with_lanes(database, work)
    assert quick < 0.9
    assert ended < 5


def test_a_lost_connection_is_replaced(database: Database) -> None:
    """After the server has closed the idle connections the next question is answered all the same."""
    if database.is_sqlite:
        return

    async def work(lanes: Lanes) -> list[Row]:
        assert isinstance(lanes, PostgresLanes)
        await lanes.rows(question(database, sa.select(sa.literal(1))))
        with database.write() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
        return await lanes.rows(question(database, sa.select(sa.literal(2))))

    assert [(2,)] == with_lanes(database, work)


def test_a_changed_column_is_read_anew(database: Database) -> None:
    """A publication that changes a column's type breaks no prepared statement for longer than one request of a transaction."""
    if database.is_sqlite:
        return
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE sample (n numeric(18, 2)); INSERT INTO sample VALUES (1.5)")
    asked = question(database, sa.select(sa.column("n", sa.Numeric())).select_from(sa.table("sample")))

    def widen(scale: int) -> None:
        with database.write() as connection:
            connection.exec_driver_sql(f"ALTER TABLE sample ALTER COLUMN n TYPE numeric(18, {scale})")

    async def work(lanes: Lanes) -> list[str]:
        first = await lanes.rows(asked)
        widen(4)
        return [str(first[0][0]), str((await lanes.rows(asked))[0][0])]

    assert ["1.50", "1.5000"] == with_lanes(database, work)
    with database.read() as connection:
        assert "1.5000" == str(ask_now(connection, asked)[0][0])
    widen(6)
    with pytest.raises(Unavailable), database.read() as connection:
        ask_now(connection, asked)
    with database.read() as connection:
        assert "1.500000" == str(ask_now(connection, asked)[0][0])


def test_an_abandoned_question_is_not_answered_to_the_next(database: Database) -> None:
    """A caller who goes away in the middle takes his connection with him."""

    async def work(lanes: Lanes) -> list[Row]:
        late = asyncio.ensure_future(lanes.rows(slow(database)))
        await asyncio.sleep(0.1)
        late.cancel()
        with pytest.raises((asyncio.CancelledError, Unavailable, psycopg2.Error)):
            await late
        return await lanes.rows(question(database, sa.select(sa.literal(3))))

    lanes_module_limit = lanes_module.LONGEST_SECONDS
    try:
        lanes_module.LONGEST_SECONDS = 1
        assert [(3,)] == [tuple(row) for row in with_lanes(database, work)]
    finally:
        lanes_module.LONGEST_SECONDS = lanes_module_limit


def test_prepared_statements_make_room_for_each_other(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server keeps a bounded number of them for each connection, and the oldest are prepared anew when they come again."""
    monkeypatch.setattr(prepared_module, "MOST_PREPARED", 5)
    asked = [question(database, sa.select(sa.literal_column(str(number)))) for number in range(12)]
    with database.read() as connection:
        for number in (*range(12), *range(12), 11, 11):
            assert [(number,)] == [tuple(row) for row in ask_now(connection, asked[number])]
        if not database.is_sqlite:
            names = connection.execute(sa.text("SELECT name FROM pg_prepared_statements WHERE name LIKE 'q\\_%'")).all()
            assert 5 == len(names)

    async def all_of_them(lanes: Lanes) -> list[int]:
        return [int((await lanes.rows(asked[number]))[0][0]) for number in (*range(12), *range(12))]

    assert [*range(12), *range(12)] == with_lanes(database, all_of_them)
