"""Groups of a list: the same figures as counting what the reader reads, and nothing by what he may not know."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from runtime.context import Context
from runtime.failures import BadRequest, Failure, Invalid, NotAllowed
from runtime.records import figures
from runtime.records.grouping import group_records
from runtime.records.request import GroupRequest, ListRequest, parse_find, parse_groups
from runtime.store.database import Database
from tests.records.lab import add, add_client, context, faults, items, lab, person, refusal
from tests.records.served import Bank
from tests.records.test_paging import fill, pages
from tests.records.test_reading import HIDDEN

READERS = [
    context(person("eve", "boss", unit="ho")),
    context(person("tom", "teller")),
    context(person("ann", "vips", unit="bj")),
    context(person("ann", "teller", "vips", unit="bj")),
]
Row = Mapping[str, object]
Read = Callable[[Row], object]


def part(text: object, start: int, end: int) -> object:
    """A number out of a date."""
    return None if text is None else int(str(text)[start:end])


#: A group as it is asked for, and how Python tells it of a record as its reader gets it.
GROUPS: dict[str, Read] = {
    "branch": lambda row: row["branch"],
    "level": lambda row: row.get("level"),
    "vip": lambda row: row.get("vip"),
    "month(born)": lambda row: part(row.get("born"), 5, 7),
    "year(born)": lambda row: part(row.get("born"), 0, 4),
    "coalesce(visits, 0)": lambda row: row.get("visits") or 0,
    "branch.code": lambda row: row["branch"],
    "full_name": lambda row: row.get("full_name"),
}


def numbers(rows: list[Row], name: str) -> list[Decimal]:
    """The values of a field that are there."""
    return [Decimal(str(row[name])) for row in rows if row.get(name) is not None]


def money(value: Decimal) -> str:
    """An amount as it stands on the wire."""
    return f"{value:.2f}"


MEASURES: dict[str, Callable[[list[Row]], object]] = {
    "count": len,
    "count_if(vip)": lambda rows: sum(row.get("vip") is True for row in rows),
    "sum(income)": lambda rows: money(sum(numbers(rows, "income"), Decimal(0))),
    "avg(income)": lambda rows: f"{sum(found) / len(found):.16f}" if (found := numbers(rows, "income")) else None,
    "min(income)": lambda rows: money(min(found)) if (found := numbers(rows, "income")) else None,
    "max(born)": lambda rows: max((str(row["born"]) for row in rows if row.get("born")), default=None),
    "max(met_at)": lambda rows: max((str(row["met_at"]) for row in rows if row.get("met_at")), default=None),
    "sum(visits)": lambda rows: int(sum(numbers(rows, "visits"))),
}


def asked(db: Database, who: Context, entity: str = "client", **query: str) -> dict[str, Any]:
    """The groups that a reader gets for these query parameters."""
    with db.read() as connection:
        return group_records(connection, who, "lab", entity, parse_groups(query.items()))


@pytest.mark.parametrize("group", [(), *((name,) for name in GROUPS), ("branch", "level"), ("year(born)", "month(born)", "vip")])
def test_figures_are_those_of_the_records_that_the_reader_reads(db: Database, group: tuple[str, ...]) -> None:
    """For every reader, grouping and filter each measure is what Python makes of the records of his list."""
    fill(db, 7)
    for who, where in itertools.product(READERS, (None, 'income > 1 or level == "mid"')):
        parts: dict[tuple[object, ...], list[Row]] = defaultdict(list)
        for row in pages(db, who, 200, where=where):
            parts[tuple(GROUPS[name](row) for name in group)].append(row)
        if not group:
            parts[()] = parts.pop((), [])
        expected = {key: [measure(rows) for measure in MEASURES.values()] for key, rows in parts.items()}

        query = {"group": ",".join(group), "measures": ", ".join(MEASURES), **({"where": where} if where else {})}
        found = asked(db, who, **query)

        rows = found["rows"]
        assert isinstance(rows, list)
        assert expected == {tuple(r[name] for name in group): [r[name] for name in MEASURES] for r in rows}
        assert len(rows) == found["count"]


def test_the_answer_says_what_its_columns_are(db: Database) -> None:
    """Groups before measures, with the label of a field, else as written; references with what they are called; ordered, cut."""
    for code, branch, income in (("A", "cx", "5"), ("B", "cx", "1"), ("C", "bj", "9"), ("D", "ho", None)):
        add_client(db, code, branch=branch, income=income)

    found = asked(db, READERS[0], group="branch", measures="count,sum(income)", order="-sum(income)", limit="2")

    assert [("bj", 1, "9.00"), ("cx", 2, "6.00")] == [(r["branch"], r["count"], r["sum(income)"]) for r in found["rows"]]
    assert 3 == found["count"]
    assert [("branch", "group", "reference", "Branch"), ("count", "measure", "number", "count"), ("sum(income)", "measure", "money", "sum(income)")] == [
        (c["name"], c["role"], c["type"], c["label"]["en"]) for c in found["columns"]
    ]  # fmt: skip
    assert {"branch": {"bj": "BJ", "cx": "CX", "ho": "HO"}} == found["_titles"]


def test_deleted_records_search_and_commas_inside_expressions(db: Database) -> None:
    """The other clauses of a list say which records count; a comma inside brackets or a text belongs to its expression."""
    add_client(db, "A", income="5", remark="x")
    add_client(db, "B", income="7")

    assert ("round(sum(income), 1)", 'count_if(code == "a,b")') == parse_groups(
        [("measures", 'round(sum(income), 1), count_if(code == "a,b")')]
    ).measures
    [row] = asked(db, READERS[0], measures="round(sum(income), 1)", search="Name A")["rows"]
    assert {"round(sum(income), 1)": "5.0"} == row
    assert 0 == asked(db, READERS[0], measures="count", deleted="true")["rows"][0]["count"]
    viewer = context(person("ann", "viewer"))
    assert isinstance(refusal(lambda: asked(db, viewer, measures="count", deleted="true")), NotAllowed)


def answer(db: Database, who: Context, entity: str = "client", **query: str) -> object:
    """What a question for groups answers: figures, or the faults."""
    try:
        return asked(db, who, entity, **query)
    except Failure as failure:
        return type(failure).__name__, failure.code, [(f.code, f.parameter, dict(f.message)) for f in failure.faults]


#: Every clause in which a name can stand.
CLAUSES: dict[str, Callable[[str], dict[str, str]]] = {
    "group": lambda name: {"group": name},
    "inside a group": lambda name: {"group": f"is_missing({name})"},
    "count": lambda name: {"measures": f"count_if(not is_missing({name}))"},
    "extreme": lambda name: {"measures": f"max({name})"},
    "filter": lambda name: {"group": "level", "where": f"is_missing({name})"},
    "order": lambda name: {"group": name, "order": f"-{name}"},
}


def test_a_hidden_field_answers_like_one_that_does_not_exist(db: Database) -> None:
    """For every role, hidden field and clause the answer is that of an app which has no such field, to the letter."""
    add_client(db, "A", salary="5", manager="tom", tags=["a"], remark="r", id_no="1", pin="1")
    for (role, field), clause in itertools.product(HIDDEN, CLAUSES.values()):
        who = context(person("ann", role, unit="bj"))
        never = replace(who, releases={**who.releases, "lab": lab(without=field)})

        found = answer(db, who, **clause(field))

        assert answer(db, never, **clause(field)) == found
        assert isinstance(found, tuple)


@pytest.mark.parametrize("path", ["client.salary", "client.id_no", "friend.pin"])
def test_a_hidden_field_is_not_reached_through_a_reference(db: Database, path: str) -> None:
    """Paths through references resolve under the reader's rights at their end."""
    add(db, "deal", client=add_client(db, "A", salary="5"), branch="cx", kind="small", amount="50")
    who, absent = context(person("ann", "viewer", unit="bj")), path.rpartition(".")[0] + ".zzz"

    for clause in CLAUSES.values():
        found, missing = (answer(db, who, "deal", **clause(name)) for name in (path, absent))
        assert repr(missing).replace("zzz", "*") == repr(found).replace(path.rpartition(".")[2], "*")
        assert isinstance(found, tuple)


def test_a_masked_field_groups_and_measures_nothing(db: Database) -> None:
    """A masked field, and what is computed from it, is refused by name."""
    add_client(db, "A", income="1234.50")
    for clause, field in itertools.product(CLAUSES.values(), ("income", "yearly", "grade")):
        found = answer(db, context(person("ann", "viewer", unit="bj")), **clause(field))
        assert isinstance(found, tuple)
        assert {"Q205"} == {code for code, _, _ in found[2]}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"group": "tags"}, {"group": "Q202"}),
        ({"group": "1"}, {"group": "Q202"}),
        ({"group": "sum(income)"}, {"group": "X011"}),
        ({"group": "level,,vip"}, {"group": "Q202"}),
        ({"measures": "income"}, {"measures": "Q202"}),
        ({"measures": "1"}, {"measures": "Q202"}),
        ({"measures": "sum(income) + income"}, {"measures": "Q202"}),
        ({"measures": "max(code)"}, {"measures": "Q202"}),
        ({"measures": "any(vip)"}, {"measures": "Q202"}),
        ({"measures": "sum(sum(income))"}, {"measures": "X014"}),
        ({"measures": "sum(code); drop"}, {"measures": "X003"}),
        ({"group": "level", "order": "code"}, {"order": "Q203"}),
        ({"group": "level", "limit": "5001"}, {"limit": "Q202"}),
        ({"group": "level", "cursor": "x"}, {"cursor": "Q201"}),
        ({"group": "level", "measures": "zzz", "where": "yyy"}, {"measures": "X005", "where": "X005"}),
    ],
)
def test_what_is_no_group_or_measure_is_refused_by_name(db: Database, query: dict[str, str], expected: dict[str, str]) -> None:
    """Values that are several or of one record, other words, and parameters of a list that groups do not have."""
    failure = refusal(lambda: asked(db, READERS[0], **query))

    assert isinstance(failure, BadRequest)
    assert set(expected.items()) == set(faults(failure).items())


def test_more_groups_than_anybody_reads_are_refused(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is on groups, not on records; nothing is cut off silently."""
    monkeypatch.setattr(figures, "MOST_GROUPS", 2)
    for code in ("A", "B", "C"):
        add_client(db, code)

    assert isinstance(refusal(lambda: asked(db, READERS[0], group="code")), Invalid)
    assert 1 == len(asked(db, READERS[0], group="branch")["rows"])


def test_groups_over_rest(bank: Bank) -> None:
    """The list's own address answers groups where they are asked for; without rights there are none."""
    add_client(bank.db, "A", income="5", vip=True)
    boss, nobody = bank.caller("eve", "boss"), bank.caller("ann")

    found = boss("GET", "/api/lab/client", params={"group": "branch,vip", "measures": "count,sum(income)"})

    assert [{"branch": "cx", "vip": True, "count": 1, "sum(income)": "5.00"}] == found.json()["rows"]
    assert 404 == nobody("GET", "/api/lab/client", params={"group": "branch"}).status_code
    assert isinstance(parse_find([]), ListRequest)
    assert isinstance(parse_find([("measures", "count")]), GroupRequest)
    assert 1 == len(items(bank.db, READERS[0], "client"))
