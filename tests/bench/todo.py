"""The to-do list of somebody with 10,000 open items among millions: its pages and its count, in the database alone.

`ITEMS=` is how many open items there are in all. Each has one person to whom it is offered.
"""

from __future__ import annotations

import datetime as dt
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg2
import sqlalchemy as sa

from builder.expression_lab.postgres_server import postgres_url
from runtime.compile.sql_setup import SQLITE_SETUP
from runtime.process.inbox import count_open, list_tasks
from runtime.process.todo import Only, show_counts
from runtime.start import prepare_database
from runtime.store.database import Database, open_database
from runtime.store.tables import wf_work, wf_work_person
from tests.process.bank import Bank, open_bank

ITEMS = int(os.environ.get("ITEMS", "200000"))
MINE = 10_000
_ROUNDS = 15
_DAY = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)

_NUMBERS = {
    "sqlite": "WITH RECURSIVE g(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM g WHERE n + 1 < :items)",
    "postgresql": "WITH g(n) AS (SELECT * FROM generate_series(0::bigint, :items - 1))",
}
_LAST = {"sqlite": "'9999-12-31T00:00:00.000Z'", "postgresql": "timestamptz '9999-12-31 00:00Z'"}
#: A moment so many minutes after a day.
_MOMENT = {
    "sqlite": "strftime('%Y-%m-%dT%H:%M:%fZ', '2026-03-02', '+' || {minutes} || ' minutes')",
    "postgresql": "timestamptz '2026-03-02 00:00Z' + {minutes} * interval '1 minute'",
}
_KEY = {
    "sqlite": "printf('00000000-0000-7000-8000-%012d', {n})",
    "postgresql": "'00000000-0000-7000-8000-' || lpad(({n})::text, 12, '0')",
}
#: The rows of the fill are right by their making, and what a crash would lose is made again: nobody checks or waits for the disk.
_FILLING = {
    "sqlite": ("PRAGMA foreign_keys=OFF", "PRAGMA synchronous=OFF", "PRAGMA cache_size=-500000"),
    "postgresql": ("ALTER TABLE wf_work DISABLE TRIGGER ALL", "ALTER TABLE wf_work_person DISABLE TRIGGER ALL"),
}
_FILLED = {
    "sqlite": (
        "PRAGMA foreign_keys=ON",
        "PRAGMA synchronous=FULL",
        "PRAGMA cache_size=-2000",
        "ANALYZE wf_work",
        "ANALYZE wf_work_person",
    ),
    "postgresql": (
        "ALTER TABLE wf_work ENABLE TRIGGER ALL",
        "ALTER TABLE wf_work_person ENABLE TRIGGER ALL",
        # As the server does by itself in the minutes after so many new rows.
        "VACUUM (ANALYZE) wf_work",
        "VACUUM (ANALYZE) wf_work_person",
    ),
}


def main() -> None:
    """Measure on SQLite and on PostgreSQL."""
    with tempfile.TemporaryDirectory() as folder:
        measure("SQLite", f"sqlite:///{Path(folder)}/todo.db")
    with postgres_url() as server:
        connection = psycopg2.connect(server)
        connection.autocommit = True
        connection.cursor().execute("CREATE DATABASE todo")
        connection.close()
        measure("PostgreSQL", server.rsplit("/", 1)[0] + "/todo")


def measure(name: str, url: str) -> None:
    """Fill, ask, print."""
    database = open_database(url, SQLITE_SETUP)
    prepare_database(database)
    bank = open_bank(database)
    begun = time.monotonic()
    fill(database, bank, ITEMS)
    print(f"\n{name}: {MINE:,} open items of one person among {ITEMS:,}, filled in {time.monotonic() - begun:.0f} s")
    context = bank.context("ann")
    with database.read() as connection:
        pages: dict[int, str | None] = {}
        cursor = None
        for number in (1, 2):
            page = list_tasks(connection, context, "todo", 50, cursor, count=False)
            pages[number], cursor = cursor, page.next
        if len(page.items) != 50 or count_open(connection, context) != MINE:
            raise RuntimeError("the list does not hold what was put into it")
        asked: dict[str, Callable[[], object]] = {
            "first page of 50, with what a card shows": lambda: list_tasks(connection, context, "todo", 50, None, count=False),
            "second page": lambda: list_tasks(connection, context, "todo", 50, pages[2], count=False),
            "first page with the count": lambda: list_tasks(connection, context, "todo", 50, None, count=True),
            "the count alone": lambda: count_open(connection, context),
            "first page of one unit of 50": lambda: list_tasks(
                connection, context, "todo", 50, None, count=False, only=Only(unit="unit7")
            ),
            "first page of what is overdue": lambda: list_tasks(
                connection, context, "todo", 50, None, count=False, only=Only(_DAY + dt.timedelta(days=30))
            ),
            "open and overdue by unit": lambda: show_counts(connection, context),
        }
        for title, ask in asked.items():
            whole, inside = timed(database, ask)
            print(f"{title:44}{whole * 1000:>8.1f} ms, of which in the database {inside * 1000:.1f} ms", flush=True)
    database.engine.dispose()


def timed(database: Database, ask: Callable[[], object]) -> tuple[float, float]:
    """The medians of what something takes in all and inside statements of SQLAlchemy."""
    spent, begun = [0.0], [0.0]

    def before(*_: object) -> None:
        begun[0] = time.perf_counter()

    def after(*_: object) -> None:
        spent[0] += time.perf_counter() - begun[0]

    sa.event.listen(database.engine, "before_cursor_execute", before)
    sa.event.listen(database.engine, "after_cursor_execute", after)
    whole, inside = [], []
    for _ in range(_ROUNDS):
        spent[0] = 0.0
        moment = time.perf_counter()
        ask()
        whole.append(time.perf_counter() - moment)
        inside.append(spent[0])
    sa.event.remove(database.engine, "before_cursor_execute", before)
    sa.event.remove(database.engine, "after_cursor_execute", after)
    return statistics.median(whole), statistics.median(inside)


def fill(database: Database, bank: Bank, items: int) -> None:
    """So many plain work items over the same few loans, one in each `items / MINE` offered to ann, all others to somebody else.

    The indexes are made behind the rows: five million rows would else be sorted in one by one.
    """
    drafts = [bank.draft() for _ in range(10)]
    kind = database.engine.dialect.name
    every = max(1, items // MINE)
    key = _KEY[kind].format(n="n")
    values = {"items": items, "every": every, "mine": MINE, "ann": bank.people["ann"], "words": '{"en":"do","zh":"办"}'} | {
        f"r{n}": d for n, d in enumerate(drafts)
    }
    record = "CASE n % 10 " + " ".join(f"WHEN {n} THEN :r{n}" for n in range(10)) + " END"
    # Due times that look like chance, so that neighbours in the list are no neighbours in the table; some have none.
    minutes = "((n * 7919) % 100003)"
    due = f"CASE WHEN n % 7 = 0 THEN NULL ELSE {_MOMENT[kind].format(minutes=minutes)} END"
    created = _MOMENT[kind].format(minutes="(n % 1440)")
    false = "false" if kind == "postgresql" else "0"
    indexes = [index for table in (wf_work, wf_work_person) for index in table.indexes]
    _set(database, _FILLING[kind])
    with database.write() as connection:
        for index in indexes:
            index.drop(connection)
        columns = "id, app, release, entity, record_id, text, state, created_at, due_at, by_proxy, unit"
        row = f"{key}, 'lending', 1, 'loan', {record}, :words, 'open', {created}, {due}, {false}, 'unit' || ((n / :every) % 50)"
        connection.execute(sa.text(f"INSERT INTO wf_work ({columns}) {_NUMBERS[kind]} SELECT {row} FROM g"), values)
        number = "CAST(substr(id, 25) AS INTEGER)"
        is_mine = f"{number} % :every = 0 AND {number} / :every < :mine"
        person = f"CASE WHEN {is_mine} THEN :ann ELSE 'other' || ({number} % 1000) END"
        last = _LAST[kind]
        offers = "work_id, person_id, copied, due_by, created_at, unit"
        offer = f"INSERT INTO wf_work_person ({offers}) SELECT id, {person}, {false}, coalesce(due_at, {last}), created_at, unit FROM wf_work"
        connection.execute(sa.text(offer), values)
        for index in indexes:
            index.create(connection)
    _set(database, _FILLED[kind])


def _set(database: Database, statements: Sequence[str]) -> None:
    """Run statements outside of a transaction, on the one connection that the pool has so far."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            connection.connection.cursor().execute(statement)


if __name__ == "__main__":
    main()
