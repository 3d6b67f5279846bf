"""All targets of an expression give the same answers, over random expressions and records."""

from __future__ import annotations

from itertools import islice

from runtime.store.database import Database
from tests.expr.agreement import EXAMPLES, SEED, reference_disagreements, sql_disagreements
from tests.expr.world import make_tables


def test_the_database_answers_like_python(database: Database) -> None:
    """Every random expression has in SQL the value it has in Python, and as a filter it chooses the same records."""
    with database.write() as connection:
        make_tables(connection)

    assert [] == list(islice(sql_disagreements(database, SEED, EXAMPLES), 3)), f"seed {SEED}"


def test_the_reference_interpreter_answers_like_python() -> None:
    """An interpreter written apart, over the text itself, gives every random expression the same value."""
    assert [] == list(islice(reference_disagreements(SEED + 1, EXAMPLES * 3), 3)), f"seed {SEED}"
