"""The comparison of targets can fail: each seeded fault of meaning is found by it.

The faults are those that real targets have by themselves: native division, ASCII-only text functions, three-valued logic …
The twelve of language.md 17.4 are among them.
"""

from __future__ import annotations

import decimal
import shutil
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from forms_dsl.expr import numbers, python, texts
from runtime.compile import expr_comparisons, expr_guarded, expr_numbers, expr_values
from runtime.store.database import Database
from tests.expr.agreement import ENOUGH, SEED, browser_disagreements, reference_disagreements, sql_disagreements
from tests.expr.world import make_tables

_SOURCES = Path(__file__).resolve().parents[2] / "ui" / "src" / "kernel" / "expr"


def _half_even(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(numbers, "EXACT", decimal.Context(prec=120, rounding=decimal.ROUND_HALF_EVEN, traps=[]))


def _truncated_rest(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(python._PAIR, "mod", lambda a, b: numbers.limit(numbers.EXACT.remainder(a, b)) if b else None)


def _python_spaces(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(texts, "WHITE_SPACE", " ")


def _blank_as_zero(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(python._ORDER, "lt", lambda a, b: a <= b)


@pytest.mark.parametrize("put", [_half_even, _truncated_rest, _python_spaces, _blank_as_zero], ids=lambda put: put.__name__)
def test_a_fault_in_python_is_found(put: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong rule in the Python target disagrees with the reference interpreter."""
    put(monkeypatch)

    assert [] != list(islice(reference_disagreements(SEED, ENOUGH), 1))


def _three_valued(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(expr_comparisons, "settled", lambda condition, **_: condition)


def _nothing_is_missing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(expr_comparisons, "may_be_missing", lambda tree, scope: False)


def _wrong_edge(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(expr_comparisons, "_EDGES", {"lt": "floor", "le": "floor", "gt": "floor", "ge": "floor"})


@pytest.mark.parametrize("put", [_three_valued, _nothing_is_missing, _wrong_edge], ids=lambda put: put.__name__)
def test_a_fault_in_sql_is_found(
    put: Callable[[pytest.MonkeyPatch], None], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong rule in the SQL compiler disagrees with Python on both databases."""
    _prepare(database)
    put(monkeypatch)

    assert [] != list(islice(sql_disagreements(database, SEED, ENOUGH), 1))


#: The fault, where it shows, and the function.
_POSTGRES_FAULTS = {
    "native division": ("avg(", "div(a numeric, b numeric) returns numeric", "a / nullif(b, 0)"),
    "truncated rest": ("%", "mod(a numeric, b numeric) returns numeric", "pg_catalog.mod(a, nullif(b, 0))"),
    "upper case of the C locale": ("upper", "upper(t text) returns text", "pg_catalog.upper(t)"),
    "trim of spaces only": ("trim", "trim(t text) returns text", "nullif(btrim(t), '')"),
    "no limit of places": ("sum(", "fin(x numeric) returns numeric", "x"),
}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("name", _POSTGRES_FAULTS)
def test_a_fault_in_a_function_of_postgresql_is_found(name: str, database: Database) -> None:
    """A function that means what PostgreSQL would mean by itself disagrees with Python."""
    word, head, body = _POSTGRES_FAULTS[name]
    _prepare(database)
    with database.write() as connection:
        connection.exec_driver_sql(f"create or replace function lc.{head} language sql immutable as $body$select {body}$body$")

    assert [] != list(islice(sql_disagreements(database, SEED, ENOUGH, word), 1))


def _ascii_lower(connection: object) -> None:
    connection.create_function(
        "lc_lower", -1, lambda t: t if t is None else "".join(c.lower() if c.isascii() else c for c in t) or None
    )  # type: ignore[attr-defined]


def _floating_sum(connection: object) -> None:
    connection.create_function(
        "lc_add", -1, lambda a, b: None if None in (a, b) else numbers.canonical(decimal.Decimal(repr(float(a) + float(b))))
    )  # type: ignore[attr-defined]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("put", "word"), [(_ascii_lower, "lower"), (_floating_sum, "+")])
def test_a_fault_in_a_function_of_sqlite_is_found(put: Callable[[object], None], word: str, database: Database) -> None:
    """A function that means what SQLite would mean by itself disagrees with Python."""
    _prepare(database)

    @sa.event.listens_for(database.engine, "begin")
    def begin(connection: sa.Connection) -> None:
        put(connection.connection.driver_connection)

    assert [] != list(islice(sql_disagreements(database, SEED, ENOUGH, word), 1))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_integers_that_leave_64_bits_are_found(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Native arithmetic of SQLite without a proof of its bounds becomes floating, and that is seen."""
    _prepare(database)
    for module in (expr_numbers, expr_values):
        monkeypatch.setattr(module, "LARGEST", 10**40)

    with pytest.raises((AssertionError, ValueError, OverflowError)):
        assert [] == list(islice(sql_disagreements(database, SEED, ENOUGH, "*"), 1))


def _no_guards(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(expr_guarded, "_guard", lambda call, element, parts, *, certain: expr_guarded.Guarded(element))


def _native_division(patch: pytest.MonkeyPatch) -> None:
    def divide(low: Any, call: Any) -> expr_guarded.Guarded:
        a, b = (expr_guarded.guarded(low, each).element for each in call.arguments)
        return expr_guarded.Guarded(a / sa.func.nullif(b, 0))

    patch.setattr(expr_guarded, "_quotient", divide)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize(("put", "word"), [(_no_guards, "*"), (_native_division, "/")])
def test_a_fault_in_the_arithmetic_of_postgresql_is_found(
    put: Callable[[pytest.MonkeyPatch], None], word: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plain operators without their guards, or with the places that PostgreSQL chooses, disagree with Python."""
    _prepare(database)
    put(monkeypatch)

    assert [] != list(islice(sql_disagreements(database, SEED, ENOUGH, word), 1))


#: The fault in the browser: its word in expressions, the file, what stands there, and what is put there.
_BROWSER_FAULTS = {
    "text by UTF-16 units": ("t1 <", "text.ts", "  const other = b[Symbol.iterator]()", "  if (a !== b) return a < b ? -1 : 1\n  const other = b[Symbol.iterator]()"),
    "length in UTF-16 units": ("len(", "text.ts", "[...text].length", "text.length"),
    "truncated rest": ("%", "numbers.ts", "limited(a - b * floorQuotient(a, b))", "limited(a % b)"),
    "months without clamping": ("add_months", "dates.ts", "day: Math.min(day, lengthOf(y, m))", "day"),
    "a sum of floats": ("sum(", "interpret.ts", "const sum = add(total, 0n)", "const sum = add(BigInt(Number(total)), 0n)"),
    "the zone of the machine": ("date_of", "dates.ts", "timeZone: timezone, ", ""),
    "missing as zero": ("+", "interpret.ts", "return values.includes(null) ? null : strict(values as readonly never[], facts)", "return strict(values as readonly never[], facts)"),
}  # fmt: skip


@pytest.mark.parametrize("name", _BROWSER_FAULTS)
def test_a_fault_in_the_browser_is_found(name: str, tmp_path: Path) -> None:
    """A rule of JavaScript in the browser's interpreter disagrees with Python."""
    word, file, before, after = _BROWSER_FAULTS[name]
    sources = tmp_path / "expr"
    shutil.copytree(_SOURCES, sources)
    text = (sources / file).read_text()
    assert before in text
    (sources / file).write_text(text.replace(before, after))

    # The interpreter is started for all examples at once: most faults are found with the first fifty.
    assert any(True for count in (50, 400) for _ in islice(browser_disagreements(SEED, count, word, sources), 1))


def _prepare(database: Database) -> None:
    with database.write() as connection:
        make_tables(connection)
