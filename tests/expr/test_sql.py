"""What the SQL compiler offers beside plain values: columns, canonical texts, sorting, groups, late values."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from forms_dsl.expr import numbers
from forms_dsl.expr.facts import Facts
from forms_dsl.expr.functions import FUNCTIONS
from forms_dsl.expr.json_values import to_json
from forms_dsl.expr.python import compile_python
from forms_dsl.expr.scope import FORM, MEASURE
from runtime.compile.expr_scope import LateValues
from runtime.compile.expr_sql import lower, lower_column, lower_text, lower_value, order_key
from runtime.store.database import Database
from runtime.store.types import ScaledDecimal
from tests.expr.agreement import SEED, dialect
from tests.expr.case_file import read_cases
from tests.expr.world import FIELDS, RECORD, TableScope, World, checked, make_tables, scope
from tests.expr.worlds import Worlds

NUMBERS = (
    "m1",
    "n1",
    "m1 + m2",
    "m1 * r1",
    "m1 / n1",
    "round(e8, 3)",
    "n1 * n2",
    "avg(lines.a)",
    "e8 - 0.00000001",
    "rank(o1)",
    "-m2",
    "sum(lines.q)",
)


@pytest.fixture
def world(database: Database) -> World:
    """A random world in the tables."""
    made = Worlds(SEED).world(40)
    with database.write() as connection:
        make_tables(connection)
        made.insert(connection)
    return made


def _select(
    database: Database, *columns: Any, order: Any = RECORD.c.id, facts: Facts | None = None, late: LateValues | None = None
) -> list[tuple[Any, ...]]:
    with database.read() as connection:
        query = sa.select(*columns).select_from(RECORD).order_by(order)
        return [tuple(row) for row in connection.execute(query, late.values(facts or Facts()) if late else {})]


@pytest.mark.parametrize("source", NUMBERS)
@pytest.mark.parametrize(
    ("type", "scale", "digits"), [(ScaledDecimal(2), 2, 18), (ScaledDecimal(6), 6, 18), (sa.BigInteger(), 0, 15)]
)
def test_a_computed_column_holds_what_a_field_would(
    source: str, type: Any, scale: int, digits: int, database: Database, world: World
) -> None:
    """A number as a column of a type is rounded to its scale, and missing where the column could not hold it."""
    tree = checked(source).tree
    evaluate = compile_python(tree)
    expected = [None if (value := evaluate(world.facts(r))) is None else numbers.fit(value, scale, digits) for r in world.records]

    column = lower_column(tree, TableScope(dialect(database)), type)
    found = _select(database, RECORD.c.id, column, sa.cast(sa.type_coerce(column, sa.Numeric()), sa.Text()))

    assert expected == [row[1] for row in found]
    if not database.is_sqlite:
        assert [None if value is None else f"{value:.{scale}f}" for value in expected] == [row[2] for row in found]


@pytest.mark.parametrize("source", NUMBERS)
def test_a_number_as_text_is_canonical(source: str, database: Database, world: World) -> None:
    """What JSON shows is the same text on every database."""
    tree = checked(source).tree
    evaluate = compile_python(tree)

    found = _select(database, RECORD.c.id, lower_text(tree, TableScope(dialect(database))))

    assert [to_json(evaluate(world.facts(r))) for r in world.records] == [row[1] for row in found]


@pytest.mark.parametrize("source", NUMBERS)
def test_numbers_sort_as_numbers(source: str, database: Database, world: World) -> None:
    """Sorting by a number without a known scale goes by its value, not by its text."""
    tree = checked(source).tree
    values = [value for r in world.records if (value := compile_python(tree)(world.facts(r))) is not None]

    found = _select(
        database, lower_value(tree, TableScope(dialect(database))), order=order_key(tree, TableScope(dialect(database)))
    )

    assert sorted(values) == [row[0] for row in found if row[0] is not None]


MEASURES = {
    "count()": lambda rows: len(rows),
    "count_if(m1 > 0)": lambda rows: sum(1 for r in rows if r["m1"] is not None and r["m1"] > 0),
    "sum(m1)": lambda rows: numbers.total(r["m1"] for r in rows if r["m1"] is not None),
    "sum(m1 / 3)": lambda rows: numbers.total(q for r in rows if r["m1"] is not None and (q := numbers.divide(r["m1"], 3)) is not None),
    "avg(n1)": lambda rows: _average([r["n1"] for r in rows if r["n1"] is not None]),
    "max(m1 * 7)": lambda rows: max((numbers.multiply(r["m1"], 7) for r in rows if r["m1"] is not None), default=None),
    "min(d1)": lambda rows: min((r["d1"] for r in rows if r["d1"] is not None), default=None),
    "min(t1)": lambda rows: min((r["t1"] for r in rows if r["t1"] is not None), default=None),
    "round(100 * count_if(b1) / count(), 1)": lambda rows: numbers.round_half_up(numbers.divide(100 * sum(1 for r in rows if r["b1"]), len(rows)) or 0, 1),
    "any(b1)": lambda rows: any(r["b1"] for r in rows),
    "all(b1)": lambda rows: all(r["b1"] for r in rows),
}  # fmt: skip


def _average(values: list[int]) -> Decimal | None:
    return numbers.divide(sum(values), len(values)) if values else None


@pytest.mark.parametrize("source", MEASURES)
def test_a_measure_is_computed_over_each_group(source: str, database: Database, world: World) -> None:
    """Aggregates without a loop work on the records of a group; missing is a group of its own."""
    tree = checked(source, scope=scope(MEASURE)).tree
    groups: dict[Any, list[dict[str, Any]]] = {}
    for record in world.records:
        groups.setdefault(record["c1"], []).append(record)

    with database.read() as connection:
        query = sa.select(RECORD.c.c1, lower_value(tree, TableScope(dialect(database)))).group_by(RECORD.c.c1)
        found = {row[0]: to_json(row[1]) for row in connection.execute(query)}

    assert {code: to_json(MEASURES[source](rows)) for code, rows in groups.items()} == found


def test_a_measure_over_no_records_has_the_value_of_nothing(database: Database, world: World) -> None:
    """The sum of nothing is 0, also in SQLite, which does not call an aggregate function of one's own then."""
    expected = {
        "sum(m1)": "0",
        "sum(m1 / 3)": "0",
        "avg(m1)": None,
        "count()": "0",
        "max(m1 / 3)": None,
        "any(b1)": False,
        "all(b1)": True,
    }
    with database.read() as connection:
        found = {}
        for source in expected:
            value = lower_value(checked(source, scope=scope(MEASURE)).tree, TableScope(dialect(database)))
            found[source] = to_json(
                connection.execute(sa.select(value).select_from(RECORD).where(RECORD.c.id == "none")).scalar()
            )

    assert expected == found


def test_the_record_around_is_bound(database: Database, world: World) -> None:
    """In the filter of a reference, `record.x` is a value of the request."""
    late = LateValues()
    tree = checked("n1 == record.n1", scope=replace(scope(FORM), outer={"n1": FIELDS["n1"]})).tree
    wanted = world.records[0]["n1"]

    found = _select(
        database, RECORD.c.id, lower(tree, TableScope(dialect(database), late)), late=late, facts=Facts(outer={"n1": wanted})
    )

    assert [r["n1"] == wanted for r in world.records] == [row[1] is True for row in found]


def test_late_values_are_named_by_what_they_compute() -> None:
    """Two scopes of one statement share a parameter for the same value, and two statements have the same text."""
    texts = set()
    for _ in range(2):
        late = LateValues()
        condition = lower(checked("d1 > today() - 90 or d2 > today() - 90").tree, TableScope("postgresql", late))
        texts.add(str(condition))
        assert 1 == len(late.values(Facts()))
    assert 1 == len(texts)


def test_a_user_known_to_be_complete_needs_no_test_for_missing() -> None:
    """Where the caller denies users without a unit, equality with the unit stays a plain comparison."""
    tree = checked("unit == user.branch").tree

    assert "OR" in str(lower(tree, TableScope("postgresql")))
    assert "OR" not in str(lower(tree, TableScope("postgresql", complete_user=True)))


def test_every_function_has_a_case() -> None:
    """No function is without an example that all targets are held to."""
    text = " ".join(case.expression for case in read_cases()[0])

    assert [] == [
        name
        for name, function in FUNCTIONS.items()
        if "S" in function.targets and "J" in function.targets and f"{name}(" not in text
    ]


def test_a_number_that_fits_no_column_is_missing() -> None:
    """`fit` is the one rule for storing a computed number."""
    assert Decimal("9999999999999999.99") == numbers.fit(Decimal("9999999999999999.994"), 2)
    assert None is numbers.fit(Decimal("9999999999999999.995"), 2)


def test_a_quotient_near_a_half_is_rounded_once(database: Database) -> None:
    """A quotient that lies one unit of the divisor below a half is rounded down, beside a comparison too.

    Rounding it to 20 places first, as PostgreSQL does by itself, would make it a half, and then round it up.
    """
    divisor = 10**14 + 3
    dividend = (divisor - 1) // 2 * pow(10**16, -1, divisor) % divisor
    record = {"id": "r1", "m1": Decimal(dividend).scaleb(-2), "m2": Decimal(divisor).scaleb(-2)}
    quotient = numbers.divide(record["m1"], record["m2"])
    assert quotient is not None
    assert dividend * 10**16 // divisor == int(quotient.scaleb(16))
    with database.write() as connection:
        make_tables(connection)
        connection.execute(sa.insert(RECORD).values(**record))

    above = Decimal("1E-16") + quotient
    for source, expected in (
        (f"m1 / m2 == {quotient:f}", True),
        (f"m1 / m2 >= {above:f}", False),
        (f"m1 / m2 < {above:f}", True),
    ):
        condition = lower(checked(source).tree, TableScope(dialect(database)), positive=False)
        assert [(source, expected)] == [(source, bool(row[0])) for row in _select(database, condition)]


def test_the_limit_of_a_result_is_asked_of_columns_of_numbers(database: Database, world: World) -> None:
    """What stands inside of other functions than arithmetic, a day say, is no range of a number."""
    for source in (
        "hours_between(z1, z2) * abs(round(hours_between(z1, now()))) * m1 * year(month_end(d1))",
        "m1 * m2 * year(d1)",
    ):
        tree = checked(source).tree
        facts = [replace(world.facts(record), now=None) for record in world.records]
        late = LateValues()
        found = _select(database, RECORD.c.id, lower_value(tree, TableScope(dialect(database), late)), late=late)
        assert [to_json(compile_python(tree)(each)) for each in facts] == [to_json(row[1]) for row in found]
