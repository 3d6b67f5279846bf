"""Typical filters use an index in both databases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from forms_dsl.expr.facts import Facts
from runtime.compile.expr_scope import LateValues
from runtime.compile.expr_sql import lower
from runtime.store.database import Database
from runtime.store.tables import org_branch
from tests.expr.agreement import dialect
from tests.expr.world import RECORD, ZONE, TableScope, checked, make_tables

#: Rows of the table: an index is worth it, and filling it takes no time.
_ROWS = 20_000

_CONTEXT = Facts(
    user={"id": "p1", "branch": "u7", "branch_tree": "/HO/07/", "roles": ("clerk",)},
    param={"p_number": 77, "p_day": dt.date(2025, 3, 30), "p_text": "t77"},
    today=dt.date(2025, 3, 31),
    now=dt.datetime(2025, 3, 31, 1, tzinfo=dt.UTC),
    business_date=dt.date(2025, 3, 28),
    timezone=ZoneInfo(ZONE),
)

_FILTERS = (
    "n1 == 5",
    "n1 < 2.5",
    "n1 in [5, 7, 2.5]",
    "n1 == param.p_number",
    "19990 <= n1 <= 19995",
    "m1 == 5.25",
    "m1 > 19990",
    "m1 > 19990.005",
    "m1 in [5.25, 7.25]",
    "m1 > param.p_number * 250",
    't1 == "t77"',
    't1 in ["t77", "t78"]',
    't1 == param.p_text',
    'starts_with(t1, "t777")',
    't1 >= "t9995" and t1 < "t9997"',
    "is_missing(t1)",
    "d1 == today()",
    "d1 > today() - 2",
    "param.p_day < d1",
    'c1 == "客户"',
    'c1 in ["客户", "C"]',
    "created_on == today()",
    "created_on >= add_months(business_date(), 0)",
    "created_at > now()",
    "unit == user.branch",
    "unit.path in user.branch_tree",
    'unit == user.branch and c1 == "A" or n1 == 5',
)  # fmt: skip


@pytest.fixture
def filled(database: Database) -> Iterator[Database]:
    """A table with many rows, where the filters choose few."""
    with database.write() as connection:
        make_tables(connection)
        epoch = dt.datetime(2025, 3, 31, tzinfo=dt.UTC)
        units = [
            {
                "id": f"u{n}",
                "f_code": f"{n:02}",
                "f_name": "n",
                "f_path": f"/HO/{n:02}/",
                "created_at": epoch,
                "changed_at": epoch,
            }
            for n in range(100)
        ]
        connection.execute(sa.insert(org_branch), units)
        rows = [
            {
                "id": f"r{n:05}", "n1": n, "m1": Decimal(n) + Decimal("0.25"), "t1": f"t{n}" if n % 1000 else None, "t2": "x",
                "d1": dt.date(2025, 4, 1) - dt.timedelta(n // 20), "c1": "客户" if n % 500 == 0 else "C" if n % 300 == 0 else "A",
                "unit": f"u{n % 100}", "created_at": epoch - dt.timedelta(hours=n - 3),
            }
            for n in range(_ROWS)
        ]  # fmt: skip
        connection.execute(sa.insert(RECORD), rows)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    yield database


def test_typical_filters_use_an_index(filled: Database) -> None:
    """No typical filter reads the whole table."""
    late = LateValues()
    scope = TableScope(dialect(filled), late, complete_user=True)
    scans = {}
    for source in _FILTERS:
        condition = lower(checked(source).tree, scope, positive=True)
        with filled.read() as connection:
            plan = _plan(connection, sa.select(RECORD.c.id).where(condition), late)
        if "SCAN w_record" in plan or "Seq Scan on w_record" in plan:
            scans[source] = plan
    assert {} == scans


def _plan(connection: sa.Connection, query: sa.Select[tuple[str]], late: LateValues) -> str:
    run: list[tuple[str, object]] = []

    def remember(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        run.append((statement, parameters))

    sa.event.listen(connection, "before_cursor_execute", remember)
    connection.execute(query, late.values(_CONTEXT)).all()
    sa.event.remove(connection, "before_cursor_execute", remember)
    statement, parameters = run[0]
    explain = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
    return "\n".join(str(row[-1]) for row in connection.exec_driver_sql(explain + statement, parameters))  # type: ignore[arg-type]
