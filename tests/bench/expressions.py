"""Measures expressions: one over a record in Python, parse and check, and filters on PostgreSQL beside hand-written SQL.

`python -m tests.bench.expressions`; like the rest of the benchmark it fails on nothing.
"""

from __future__ import annotations

import statistics
import time
import timeit
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from builder.expression_lab.postgres_server import postgres_url
from forms_dsl.expr.check import check_expression
from forms_dsl.expr.facts import Facts
from forms_dsl.expr.ir import to_ir
from forms_dsl.expr.python import compile_python
from forms_dsl.expr.scope import BOOLEAN, FILTER, Scope
from forms_dsl.expr.tree import Expression, Ref, ValueType
from forms_dsl.source import Span
from runtime.compile.expr_scope import DialectName, Element, LateValues, RowSource, SqlScope
from runtime.compile.expr_sql import lower
from runtime.compile.lc import install_statements
from runtime.store.database import open_database
from runtime.store.types import ScaledDecimal

ROWS = 200_000
ROUNDS = 9
#: The example of language.md 19.1.
EXAMPLE = "amount*rate/1200 > income*0.5 and risk == 'A' and not blacklisted"
#: Filters with what a person would write by hand in SQL.
FILTERS = {
    EXAMPLE: "amount*rate/1200 > income*0.5 and risk = 'A' and not coalesce(blacklisted, false)",
    "(amount + income) * rate - amount > income * 2": "(amount + income) * rate - amount > income * 2",
    "amount*rate/1200 + amount/36 > income*0.5": "amount*rate/1200 + amount/36 > income*0.5",
    "round(amount*rate/1200, 2) > income": "round(amount*rate/1200, 2) > income",
    "amount / income > rate": "amount / nullif(income, 0) > rate",
}
#: Values of a SELECT, summed, so that no row crosses the wire.
VALUES = {
    "amount*rate/1200": "amount*rate/1200",
    "round(amount / income, 2)": "round(amount/nullif(income, 0), 2)",
}
_MONEY = ValueType("number", scale=2, limit=Decimal(10**16))
FIELDS = {
    "amount": _MONEY,
    "income": _MONEY,
    "rate": ValueType("number", scale=4, limit=Decimal(10**14)),
    "risk": ValueType("choice", codes=("A", "B", "C")),
    "blacklisted": ValueType("boolean"),
}
_METADATA = sa.MetaData()
LOAN = sa.Table(
    "loan",
    _METADATA,
    sa.Column("id", sa.BigInteger, primary_key=True),
    sa.Column("amount", ScaledDecimal(2)),
    sa.Column("income", ScaledDecimal(2)),
    sa.Column("rate", ScaledDecimal(4)),
    sa.Column("risk", sa.Text(collation="C"), index=True),
    sa.Column("blacklisted", sa.Boolean),
)


@dataclass(frozen=True, slots=True)
class _Columns:
    """The table's columns."""

    dialect: DialectName = "postgresql"
    timezone: str = "Asia/Shanghai"
    complete_user: bool = True
    parent: SqlScope | None = None
    late: LateValues = field(default_factory=LateValues)

    def column(self, path: tuple[str, ...]) -> Element:
        return LOAN.c[path[0]]

    def unit(self, _path: tuple[str, ...]) -> Element | None:
        return None

    def rows(self, rows: Ref) -> RowSource:
        raise ValueError(rows)


def main() -> None:
    """Measure and print."""
    in_python()
    with postgres_url() as url:
        in_postgresql(url)


def in_python() -> None:
    """One expression over a record, parse and check, and the size for the browser."""
    tree = _checked(EXAMPLE).tree
    evaluate = compile_python(tree)
    record = {
        "amount": Decimal("300000.00"),
        "income": Decimal("2000.00"),
        "rate": Decimal("4.2000"),
        "risk": "A",
        "blacklisted": False,
    }
    facts = Facts(record=record)
    print(f"\nExpression {EXAMPLE}")
    print(f"{'evaluated over a record in Python':48}{_microseconds(lambda: evaluate(facts), 20_000):>8.1f} µs")
    print(f"{'parsed and checked':48}{_microseconds(lambda: _checked(EXAMPLE), 500):>8.0f} µs")
    print(f"{'compiled to closures':48}{_microseconds(lambda: compile_python(tree), 2_000):>8.0f} µs")
    print(f"{'as JSON for the browser':48}{_microseconds(lambda: to_ir(tree), 2_000):>8.0f} µs")


def in_postgresql(url: str) -> None:
    """Filters over a table, beside the same written by hand; rounds interleaved, medians and their ratio."""
    database = open_database(url)
    with database.write() as connection:
        for statement in install_statements():
            connection.exec_driver_sql(statement)
        _METADATA.create_all(connection)
        connection.execute(
            sa.text(
                "insert into loan select i, (random() * 1000000)::numeric(18, 2), (random() * 10000)::numeric(18, 2),"
                " (random() * 10)::numeric(18, 4), chr(65 + mod(i, 3)), mod(i, 7) = 0 from generate_series(1, :rows) i"
            ),
            {"rows": ROWS},
        )
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("vacuum analyze loan")
    print(f"\nPostgreSQL, filters over {ROWS} rows, {ROUNDS} rounds\n{'':56}{'product':>9}{'by hand':>9}{'ratio':>7}")
    with database.read() as connection:
        connection.exec_driver_sql("set local max_parallel_workers_per_gather = 0")
        for source, by_hand in FILTERS.items():
            query = sa.select(sa.func.count()).select_from(LOAN).where(lower(_checked(source).tree, _Columns()))
            written = sa.text(f"select count(*) from loan where {by_hand}")
            _compare(connection, source, query, written)
        for source, by_hand in VALUES.items():
            query = sa.select(sa.func.max(lower(_checked(source, None).tree, _Columns()))).select_from(LOAN)
            _compare(connection, f"max({source})", query, sa.text(f"select max({by_hand}) from loan"))
    database.engine.dispose()


def _compare(connection: sa.Connection, title: str, query: Any, written: Any) -> None:
    rounds = [(_timed(connection, query), _timed(connection, written)) for _ in range(ROUNDS + 1)][1:]
    product, hand = (statistics.median(each[n] for each in rounds) for n in (0, 1))
    ratio = statistics.median(a / b for a, b in rounds)
    print(f"{title[:55]:56}{product * 1000:>6.0f} ms{hand * 1000:>6.0f} ms{ratio:>7.2f}")


def _checked(source: str, expected: ValueType | None = BOOLEAN) -> Expression:
    expression, findings = check_expression(
        source, Scope(FILTER, FIELDS), lambda start, end: Span("bench", 1, start + 1, 1, end + 1), expected=expected
    )
    if expression is None:
        raise ValueError(findings)
    return expression


def _microseconds(run: Callable[[], object], times: int) -> float:
    return min(timeit.repeat(run, number=times, repeat=5)) / times * 1e6


def _timed(connection: sa.Connection, query: Any) -> float:
    started = time.perf_counter()
    connection.execute(query).scalar()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
