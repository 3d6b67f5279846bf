"""Pages by key: no record twice, none lost, with equal keys, missing values and changes in between."""

from __future__ import annotations

import base64
import contextlib
import json
import random
from dataclasses import replace

import orjson
import pytest
import sqlalchemy as sa

from runtime.context import Context
from runtime.failures import BadRequest
from runtime.query.cursor import NotACursor, _seal, read_cursor
from runtime.query.run import compile_read
from runtime.records.access import access_plan
from runtime.records.filling import fill_words
from runtime.records.gathering import asking_gathered
from runtime.records.planning import plan_list
from runtime.records.read import _question, list_records
from runtime.records.request import ListRequest
from runtime.store.asking import answer
from runtime.store.database import Database
from tests.records.lab import NOW, add_client, context, faults, lab, person, refusal

BOSS = context(person("eve", "boss", unit="ho"))
ORDERS = [
    (), ("income",), ("-income",), ("level", "-income"), ("-level", "code"), ("-vip", "born"), ("created_at",), ("-created_at", "-code"),
    ("manager.name", "-income"), ("-age",), ("yearly", "-rate"), ("-met_at", "visits"), ("-created_on", "income"), ("rate",),
]  # fmt: skip


def fill(db: Database, seed: int, count: int = 60) -> None:
    """Clients with few different values, so that keys tie, and many missing ones."""
    chance = random.Random(seed)
    table = lab().entities["client"].table
    rows = []
    for number in range(count):
        pick = lambda *values: chance.choice([None, None, *values])  # noqa: E731
        rows.append(
            {
                "id": f"{chance.randrange(10**9):09d}-{number}", "version": 1, "created_at": NOW, "created_by": "tom", "changed_at": NOW,
                "changed_by": "tom", "f_code": f"C{number}", "f_full_name": f"N{number % 7}", "f_branch": chance.choice(["cx", "bj", "cx1"]),
                "f_manager": pick("tom", "ann"), "f_level": pick("low", "mid", "top"), "f_income": pick(1, 2, -3, "2.50"),
                "f_rate": pick("-0.5", "0.25", "0.3"), "f_visits": pick(1, 2), "f_vip": pick(True, False),
                "f_born": pick(NOW.date(), NOW.date().replace(year=1990)), "f_met_at": pick(NOW, NOW.replace(year=2020)), "f_grade": 0,
            }
        )  # fmt: skip
    with db.write() as connection:
        connection.execute(table.insert(), rows)
    searched = lab().entities["client"].searched
    fill_words(db.write, lab(), frozenset(searched.values()))


def pages(db: Database, who: Context, limit: int, **request: object) -> list[dict[str, object]]:
    """All records of a question, page by page."""
    found: list[dict[str, object]] = []
    cursor: str | None = None
    while True:
        with db.read() as connection:
            page = list_records(connection, who, "lab", "client", ListRequest(limit=limit, cursor=cursor, **request))  # type: ignore[arg-type]
        found += [orjson.loads(item) for item in page.items]
        cursor = page.next
        assert len(found) <= 200, "the pages do not end"
        assert len(page.items) == limit or cursor is None
        if cursor is None:
            return found


def test_pages_of_any_size_give_what_one_page_gives(db: Database) -> None:
    """For every order, in both directions, over ties and missing values."""
    fill(db, 1)
    for order in ORDERS:
        whole = [r["id"] for r in pages(db, BOSS, 200, order=order)]
        assert 60 == len(set(whole)) == len(whole)
        for limit in (1, 7):
            assert whole == [r["id"] for r in pages(db, BOSS, limit, order=order)]


def test_missing_values_stand_last_in_both_directions(db: Database) -> None:
    """Rising or falling, records without the value come at the end; numbers sort as numbers, ordered choices by their place."""
    fill(db, 2)
    for order, field in ((("income",), "income"), (("-income",), "income"), (("level",), "level"), (("-level",), "level")):
        values = [r[field] for r in pages(db, BOSS, 200, order=order)]
        there = [v for v in values if v is not None]
        ranks = [["low", "mid", "top"].index(str(v)) if field == "level" else float(str(v)) for v in there]
        assert values == there + [None] * (len(values) - len(there))
        assert ranks == sorted(ranks, reverse=order[0].startswith("-"))


@pytest.mark.parametrize("seed", range(6))
def test_changes_between_pages_lose_and_double_nothing_that_stays(db: Database, seed: int) -> None:
    """Records that are there all the time come exactly once, whatever is added, deleted or moved meanwhile."""
    fill(db, seed)
    chance = random.Random(seed)
    order = chance.choice([o for o in ORDERS if o and "age" not in o[0]])
    table = lab().entities["client"].table
    with db.read() as connection:
        stays = set(connection.execute(sa.select(table.c.id).where(table.c.f_branch == "cx")).scalars())
        others = list(connection.execute(sa.select(table.c.id).where(table.c.f_branch == "bj")).scalars())
    found: list[str] = []
    cursor = None
    for turn in range(100):
        with db.read() as connection:
            page = list_records(connection, BOSS, "lab", "client", ListRequest(limit=5, order=order, cursor=cursor))
        found += [orjson.loads(item)["id"] for item in page.items]
        cursor = page.next
        if cursor is None:
            break
        with db.write() as connection:
            if others:
                connection.execute(table.delete().where(table.c.id == others.pop()))
            moved = chance.choice(["low", "mid", "top", None])
            connection.execute(
                table.update().where(table.c.id.in_(others[:3])).values(f_level=moved, f_income=chance.randrange(9))
            )
        if turn % 3 == 0:
            add_client(db, f"X{turn}", income=chance.randrange(5), branch="bj")

    assert cursor is None
    assert sorted(stays) == sorted(id for id in found if id in stays)


@pytest.mark.parametrize("order", [(), ("-income", "code")])
def test_what_a_subtree_sees_comes_in_order_also_when_it_is_gathered_unit_by_unit(db: Database, order: tuple[str, ...]) -> None:
    """The pages of a teller's two units, of any size, are those that a reader of everything gets, without the other units."""
    fill(db, 5)
    teller = context(person("tom", "teller"))
    plan = plan_list(teller, access_plan(teller, "lab", "client", "read"), ListRequest(order=order))
    with db.read() as connection:
        dialect = connection.dialect
        gathered = answer(connection, asking_gathered(dialect, teller, order, plan))
        statement = compile_read(gathered, dialect).prepared.text
    everything = [r["id"] for r in pages(db, BOSS, 200, order=order) if r["branch"] in {"cx", "cx1"}]

    assert gathered.by_unit
    assert ("f.id IN (SELECT t.id" if db.is_sqlite else "LATERAL (SELECT t.id") in statement
    for limit in (1, 7, 200):
        assert everything == [r["id"] for r in pages(db, teller, limit, order=order)]


def test_a_tree_of_most_units_and_a_filter_by_unit_are_not_gathered(db: Database) -> None:
    """Whose tree is the whole bank finds the rows of a page along the order; who names a unit is led to it by his filter."""
    head = context(person("ada", "teller", unit="ho"))
    access = access_plan(head, "lab", "client", "read")
    teller = context(person("tom", "teller"))

    def is_gathered(who: Context, request: ListRequest) -> bool:
        with db.read() as connection:
            asking = asking_gathered(connection.dialect, who, request, plan_list(who, access, request))
            return answer(connection, asking).by_unit

    assert not is_gathered(head, ListRequest())
    assert not is_gathered(teller, ListRequest(where='branch == "cx"'))
    assert not is_gathered(teller, ListRequest(order=("full_name",)))
    assert is_gathered(teller, ListRequest(where="income > 1"))


@pytest.mark.parametrize("order", [(), ("-income", "code")])
def test_a_tree_of_most_units_comes_in_order_too(db: Database, order: tuple[str, ...]) -> None:
    """Whose tree holds every unit gets the pages of a reader of everything; on SQLite the order's index is told to lead."""
    fill(db, 5)
    head = context(person("ada", "teller", unit="ho"))
    plan = plan_list(head, access_plan(head, "lab", "client", "read"), ListRequest(order=order))
    with db.read() as connection:
        dialect = connection.dialect
        passed = answer(connection, asking_gathered(dialect, head, order, plan))

    assert db.is_sqlite == passed.by_order == ("likely(" in compile_read(passed, dialect).prepared.text)
    for limit in (1, 7, 200):
        assert [r["id"] for r in pages(db, BOSS, 200, order=order)] == [r["id"] for r in pages(db, head, limit, order=order)]


def test_the_count_is_that_of_all_pages(db: Database) -> None:
    """An exact count counts what the reader may see, whatever the page."""
    fill(db, 3)
    teller = context(person("tom", "teller"))
    mine = pages(db, teller, 9, where="income > 0", order=("-income",))
    with db.read() as connection:
        page = list_records(
            connection, teller, "lab", "client", ListRequest(limit=2, where="income > 0", count="exact", search="n")
        )
    assert len(mine) == page.count
    assert {"cx", "cx1"} == {r["branch"] for r in mine}


def test_a_cursor_belongs_to_its_question(db: Database) -> None:
    """A cursor of another order, filter or entity, a cut one and an invented one are refused by name."""
    fill(db, 4)
    with db.read() as connection:
        cursor = list_records(connection, BOSS, "lab", "client", ListRequest(limit=3, order=("income",))).next
        assert cursor is not None
        for request in (
            ListRequest(order=("-income",), cursor=cursor), ListRequest(order=("income",), where="vip", cursor=cursor),
            ListRequest(order=("income",), cursor=cursor[:-2]), ListRequest(order=("income",), cursor="x" * 5000),
            ListRequest(order=("income",), cursor="çç"), ListRequest(cursor="AAAAAAAAAAAAAAAA"),
        ):  # fmt: skip
            failure = refusal(lambda request=request: list_records(connection, BOSS, "lab", "client", request))
            assert {"cursor": "Q204"} == faults(failure)


@pytest.mark.parametrize(
    "key",
    [["s", "abc"], ["i", "9" * 40], ["n", "NaN"], ["n", "1E+999999"], ["d", "2026-01-01"], ["t", "2026-01-01T00:00:00"], ["b", "1"],
     ["s", "\x00"], ["s", "\ud800"]],
)  # fmt: skip
def test_a_forged_cursor_is_refused_or_bound_like_any_value(db: Database, key: list[str]) -> None:
    """The seal is no secret: whatever stands under a right one, the database never fails on it."""
    fill(db, 4)
    for order in ("income", "born", "code", "vip", "created_at"):
        request = ListRequest(limit=3, order=(order,))
        forged = forge(request, [key, ["s", "x"]])
        with db.read() as connection, contextlib.suppress(BadRequest):
            list_records(connection, BOSS, "lab", "client", replace(request, cursor=forged))


def test_a_cursor_that_is_too_deep_or_has_no_key_is_refused(db: Database) -> None:
    """Neither the reader of JSON nor the database is brought down."""
    fill(db, 4)
    request = ListRequest(limit=3, order=("income",))
    for values in ([["i", "1"], ["s", "\x00"]], [["i", "1"], ["i", "1"]], [["i", "1"]]):
        with db.read() as connection:
            failure = refusal(
                lambda values=values, connection=connection: list_records(
                    connection, BOSS, "lab", "client", replace(request, cursor=forge(request, values))
                )
            )
        assert {"cursor": "Q204"} == faults(failure)
    with pytest.raises(NotACursor):
        read_cursor(("q",), sealed(("q",), b"[" * 2500))


def forge(request: ListRequest, values: list[list[str]]) -> str:
    """A cursor of this question with other values under a right seal."""
    return sealed(_question("lab", "client", request), json.dumps(values).encode())


def sealed(question: tuple[str, ...], body: bytes) -> str:
    return base64.urlsafe_b64encode(_seal(question, body) + body).decode().rstrip("=")
