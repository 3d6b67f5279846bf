"""All targets of an expression give the same answers, over random expressions and records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

import pytest
import sqlalchemy as sa

from runtime.store.database import Database
from tests.expr.agreement import (
    EXAMPLES,
    SEED,
    Disagreement,
    Example,
    browser_disagreements,
    dialect,
    python_values,
    reference_disagreements,
    reference_values,
    sql_disagreements,
    sql_values,
)
from tests.expr.shrinking import shrink
from tests.expr.world import checked, make_tables

#: Parts of the run that can go side by side.
_PARTS = 4


@pytest.mark.parametrize("part", range(_PARTS))
def test_the_database_answers_like_python(database: Database, part: int) -> None:
    """Every random expression has in SQL the value it has in Python, and as a filter it chooses the same records."""
    with database.write() as connection:
        make_tables(connection)
    count = EXAMPLES // _PARTS

    def disagrees(example: Example) -> bool:
        with database.write() as connection:
            example.world.insert(connection)
        with database.read() as connection:
            return sql_values(connection, example, dialect(database)) != python_values(example)

    assert [] == _said(sql_disagreements(database, SEED, count, start=part * count), disagrees)


@pytest.mark.parametrize("part", range(2))
def test_the_reference_interpreter_answers_like_python(part: int) -> None:
    """An interpreter written apart, over the text itself, gives every random expression the same value."""
    count = EXAMPLES // 2

    assert [] == _said(
        reference_disagreements(SEED, count, start=part * count),
        lambda example: reference_values(example) != python_values(example),
    )


def test_the_browser_answers_like_python() -> None:
    """Every random expression has in the browser's interpreter the value it has in Python."""
    assert [] == _said(browser_disagreements(SEED, EXAMPLES), lambda _: False)


def test_an_example_is_made_small() -> None:
    """What remains of a failing expression is the part that fails, over one record."""
    group = next(iter(_world_of('n1 + 1 > 2 and (upper(concat(t1, "ß")) == t2 or not b1)')))

    found = shrink(group, lambda example: "upper" in example.source)

    assert ("upper(t1)", 1) == (found.source, len(found.world.records))


def _world_of(source: str) -> Iterator[Example]:
    from tests.expr.worlds import Worlds

    yield Example(source, checked(source), Worlds(SEED).world(4))


def _said(found: Iterator[Disagreement], disagrees: Callable[[Example], bool]) -> list[str]:
    """The first disagreements in words, each with its smallest form."""
    said = []
    for disagreement in islice(found, 3):
        small = shrink(disagreement.example, disagrees) if _again(disagreement.example, disagrees) else disagreement.example
        said.append(f"{disagreement}\n  small: {small.source} over {small.world.records[0]}\n  seed {SEED}")
    return said


def _again(example: Example, disagrees: Callable[[Example], bool]) -> bool:
    try:
        return disagrees(example)
    except sa.exc.SQLAlchemyError:
        return False
