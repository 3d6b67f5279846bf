"""What both servers of the benchmark stand on: units, people, and the same customers in the product's table and in the twin's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.compile.app import CompiledEntity
from runtime.context import Context, Principal
from runtime.identity.holdings import Given, grant_role
from runtime.identity.organisation import add_person, add_unit
from runtime.identity.tokens import create_token
from runtime.publish.apply import Publication, publish
from runtime.publish.consent import Consent
from runtime.query.terms import terms_of
from runtime.start import open_releases, prepare_database
from runtime.store.database import Database
from runtime.store.identifiers import new_id
from runtime.store.tables import search_term
from runtime.store.types import Day, Instant
from tests.bench.definition import FILES
from tests.bench.twin import Base, Customer, User, hashed

NOW = dt.datetime.now(dt.UTC)
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
_GIVEN = "伟芳娜敏静秀丽强磊军洋勇"
#: Branches of one region.
_IN_REGION = 10
#: The same row of numbers in both databases, and a number that looks like chance for each.
_NUMBERS = (
    "WITH RECURSIVE g(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM g WHERE n + 1 < :rows),"
    " r AS (SELECT n, n * 2654435761 % 4294967291 AS h FROM g)"
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who asks: the token, and the unit whose customers the lists are of."""

    token: str
    branch: str


@dataclass(frozen=True, slots=True)
class Ground:
    """Who asks, and the customers of the clerk's branch."""

    clerk: Person
    manager: Person
    headquarters: Person
    designer: Person
    publisher: Person
    rows: int
    branches: int

    @property
    def ids(self) -> list[str]:
        """The keys of the customers of the clerk's branch."""
        return [record_id(n) for n in range(0, self.rows, self.branches)]


def record_id(n: int) -> str:
    """The key of customer number n in both tables."""
    return f"00000000-0000-7000-8000-{n:012}"


def customer_no(n: int) -> str:
    """The customer number of customer number n in both tables."""
    return f"K{n:07}"


def prepare(database: Database, rows: int) -> Ground:
    """Publish the app, make the people, fill both tables with the same customers."""
    prepare_database(database)
    count = max(_IN_REGION, min(200, rows // 1000))
    with database.write() as connection:
        head = add_unit(connection, "HO", "总行", NOW)
        regions = [add_unit(connection, f"R{n:02}", f"分行 {n}", NOW, parent_id=head) for n in range(count // _IN_REGION)]
        branches = [
            add_unit(connection, f"B{n:03}", f"支行 {n}", NOW, parent_id=regions[n // _IN_REGION])
            for n in range(len(regions) * _IN_REGION)
        ]
        people = {
            "clerk": _person(connection, "clerk", branches[0], "bench"),
            "manager": _person(connection, "manager", regions[0], "bench", role="clerk"),
            "headquarters": _person(connection, "headquarters", head, "bench"),
            "designer": _person(connection, "designer", head, ""),
            "publisher": _person(connection, "publisher", head, ""),
        }
    releases = open_releases(database)
    approver = Principal("approver", "approver", "approver", None, None, None, None, platform_roles=frozenset({"publisher"}))
    context = Context(approver, releases.current(), NOW, NOW.date(), new_id(NOW))
    publish(database, releases, Publication("bench", FILES, Consent("author"), None), context)
    Base.metadata.create_all(database.engine)
    with database.write() as connection:
        _fill(connection, releases.current()["bench"].entities["customer"], branches, rows)
        _fill_twin(connection, people)
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    return Ground(
        rows=rows, branches=len(branches), **{name: Person(token, branches[0]) for name, (token, _, _) in people.items()}
    )


def _person(connection: Connection, name: str, unit: str, app: str, *, role: str | None = None) -> tuple[str, str, str]:
    """A person with a role; the token, the unit and the role."""
    made = add_person(connection, name, name, NOW, unit_id=unit)
    grant_role(connection, made, app, role or name, Given(NOW))
    _, token = create_token(connection, made, "bench", dt.timedelta(days=1), NOW)
    return token, unit, role or name


def _fill(connection: Connection, customer: CompiledEntity, branches: list[str], rows: int) -> None:
    """Fill the product's table by one statement, and give the records their words by another."""
    names = [f"{surname}{first}{second}" for surname in _SURNAMES for first in _GIVEN for second in _GIVEN]
    _keep(connection, "bench_branch", ["n INTEGER PRIMARY KEY", "id TEXT"], list(enumerate(branches)))
    _keep(connection, "bench_name", ["n INTEGER PRIMARY KEY", "name TEXT"], list(enumerate(names)))
    values = {
        "id": "'00000000-0000-7000-8000-' || substr(CAST(1000000000000 + r.n AS TEXT), 2)",
        "f_customer_no": "'K' || substr(CAST(10000000 + r.n AS TEXT), 2)",
        "f_full_name": "(SELECT name FROM bench_name WHERE n = r.h % :names)",
        "f_branch": "(SELECT id FROM bench_branch WHERE n = r.n % :branches)",
        "f_level": "CAST(1 + r.h / 1000 % 5 AS TEXT)",
        "f_mobile": "'138' || substr(CAST(100000000 + r.h % 100000000 AS TEXT), 2)",
        "f_monthly_income": "r.h % 9000000" if connection.dialect.name == "sqlite" else "CAST(r.h % 9000000 AS NUMERIC) / 100",
        "f_opened_on": ":opened_on",
        "version": "1",
        "created_at": ":now",
        "created_by": "'system'",
        "changed_at": ":now",
        "changed_by": "'system'",
    }
    columns, chosen = ", ".join(values), ", ".join(values.values())
    _run(
        connection,
        f"{_NUMBERS} INSERT INTO {customer.table.name} ({columns}) SELECT {chosen} FROM r ORDER BY r.n",
        {"rows": rows, "names": len(names), "branches": len(branches)},
    )
    [(field, number)] = customer.searched.items()
    words = [(name, term) for name in names for term in terms_of(name)]
    _keep(connection, "bench_word", ["name TEXT", "term TEXT"], words)
    _run(
        connection,
        f"INSERT INTO {search_term.name} (field, term, record_id) SELECT :number, w.term, c.id"
        f" FROM {customer.table.name} c JOIN bench_word w ON w.name = c.f_{field} ORDER BY w.term, c.id",
        {"number": number},
    )
    columns = (
        "id, version, created_at, created_by, changed_at, changed_by, customer_no, full_name, branch_id, level, mobile, opened_on"
    )
    same = (column if column in values else f"f_{column.removesuffix('_id')}" for column in columns.split(", "))
    income = "f_monthly_income / 100.0" if connection.dialect.name == "sqlite" else "f_monthly_income"
    _run(connection, "INSERT INTO twin_branch (id, code, name, path) SELECT id, f_code, f_name, f_path FROM org_branch", {})
    _run(
        connection,
        f"INSERT INTO {Customer.__tablename__} ({columns}, monthly_income) SELECT {', '.join(same)}, {income} FROM {customer.table.name}",
        {},
    )
    for name in ("bench_branch", "bench_name", "bench_word"):
        connection.exec_driver_sql(f"DROP TABLE {name}")


def _fill_twin(connection: Connection, people: Mapping[str, tuple[str, str, str]]) -> None:
    connection.execute(
        sa.insert(User),
        [
            {"id": name, "name": name, "role": role, "branch_id": unit, "token_hash": hashed(token), "active": True}
            for name, (token, unit, role) in people.items()
        ],
    )


def _keep(connection: Connection, name: str, columns: list[str], rows: Sequence[tuple[object, ...]]) -> None:
    """A table of the moment that a filling statement reads."""
    connection.exec_driver_sql(f"CREATE TEMPORARY TABLE {name} ({', '.join(columns)})")
    named = [each.split()[0] for each in columns]
    table = sa.Table(name, sa.MetaData(), *(sa.Column(each) for each in named))
    for start in range(0, len(rows), 10_000):
        connection.execute(sa.insert(table), [dict(zip(named, row, strict=True)) for row in rows[start : start + 10_000]])
    connection.exec_driver_sql(f"CREATE INDEX {name}_first ON {name} ({named[0]})")
    connection.exec_driver_sql(f"ANALYZE {name}")


def _run(connection: Connection, text: str, values: Mapping[str, object]) -> None:
    typed: list[sa.BindParameter[Any]] = [
        sa.bindparam("now", NOW, Instant()),
        sa.bindparam("opened_on", dt.date(2021, 3, 9), Day()),
    ]
    statement = sa.text(text).bindparams(*(each for each in typed if f":{each.key}" in text))
    connection.execute(statement, dict(values))
