"""Rough counts: exact while small, an estimate where it tells of nobody else's records, else a lower bound."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from runtime.context import Context
from runtime.records import counting
from runtime.records.read import list_records
from runtime.records.request import ListRequest
from runtime.store.database import Database
from tests.records.lab import context, lab, person
from tests.records.served import Bank
from tests.records.test_paging import fill

BOSS = context(person("eve", "boss", unit="ho"))
TELLER = context(person("tom", "teller"))
VIPS = context(person("ann", "vips", unit="bj"))


def counted(db: Database, who: Context, count: str = "estimate", **request: object) -> tuple[int | None, str | None]:
    """What a list says of its number."""
    with db.read() as connection:
        page = list_records(connection, who, "lab", "client", ListRequest(count=count, limit=1, **request))  # type: ignore[arg-type]
    return page.count, page.count_is


def analyzed(db: Database) -> None:
    """The planner of PostgreSQL knows the table."""
    if not db.is_sqlite:
        with db.write() as connection:
            connection.execute(sa.text(f"ANALYZE {lab().entities['client'].table.name}"))


def test_a_small_number_is_exact(db: Database) -> None:
    """For every reader and clause the rough count of a short list is the exact one, and says so."""
    fill(db, 3)
    for who in (BOSS, TELLER, VIPS):
        for request in ({}, {"where": "income > 1"}, {"search": "N1"}, {"deleted": True} if who is not VIPS else {}):
            exact, told = counted(db, who, "exact", **request)
            assert ((exact, "exact"), None) == (counted(db, who, **request), told)
    assert (None, None) == counted(db, BOSS, "none")


def test_a_large_number_is_estimated_or_a_lower_bound(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL estimates, SQLite says at least how many; the answer says which."""
    monkeypatch.setattr(counting, "MOST_COUNTED", 20)
    fill(db, 3, 180)
    analyzed(db)

    assert ((20, "at_least") if db.is_sqlite else (180, "estimate")) == counted(db, BOSS)
    number, what = counted(db, BOSS, where='branch == "cx"')
    exact, _ = counted(db, BOSS, "exact", where='branch == "cx"')
    assert exact is not None
    assert number is not None
    assert (20, "at_least") == (number, what) if db.is_sqlite else ("estimate" == what and exact - 5 <= number <= exact + 5)


def test_an_estimate_tells_nobody_of_records_of_others(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who reads a part of the records gets no estimate of a filter: how often a value occurs elsewhere is in it."""
    monkeypatch.setattr(counting, "MOST_COUNTED", 20)
    fill(db, 3, 180)
    with db.write() as connection:
        table = lab().entities["client"].table
        connection.execute(sa.update(table).where(table.c.f_branch == "bj").values(f_full_name="Zhang"))
    analyzed(db)

    assert (20, "at_least") == counted(db, TELLER, where='full_name == "Zhang" or full_name != "Zhang"')
    assert (20, "at_least") == counted(db, TELLER, search="N")
    assert (20, "at_least") == counted(db, context(person("ann", "vips", "teller", unit="bj")), where="code != full_name")
    assert (0, "exact") == counted(db, TELLER, where='full_name == "Zhang"')


def test_estimates_over_rest(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer says what its count is, where an estimate was asked for and nowhere else."""
    monkeypatch.setattr(counting, "MOST_COUNTED", 20)
    fill(bank.db, 3, 180)
    analyzed(bank.db)
    boss = bank.caller("eve", "boss")

    rough = boss("GET", "/api/lab/client", params={"count": "estimate", "limit": 1}).json()
    small = boss("GET", "/api/lab/client", params={"count": "estimate", "limit": 1, "where": 'code == "C1"'}).json()

    assert ((20, "at_least") if bank.db.is_sqlite else (180, "estimate")) == (rough["count"], rough["count_is"])
    assert (1, "exact") == (small["count"], small["count_is"])
    assert "count_is" not in boss("GET", "/api/lab/client", params={"count": "exact"}).json()
    assert 400 == boss("GET", "/api/lab/client", params={"count": "about"}).status_code
