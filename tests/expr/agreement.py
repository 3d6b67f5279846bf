"""Compares the targets of an expression: the same value for every record, and as a filter the same records."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from forms_dsl.expr.python import compile_python
from forms_dsl.expr.tree import Expression
from runtime.compile.expr_scope import DialectName, LateValues
from runtime.compile.expr_sql import lower, lower_value
from runtime.store.database import Database
from tests.expr.generator import Generator, Worlds
from tests.expr.reference import reference_value
from tests.expr.world import RECORD, TableScope, World, check, to_json

#: Expressions that share one world; making one costs more than evaluating some.
_PER_WORLD = 50

SEED = int(os.environ.get("QIQIAO_EXPR_SEED", "20250331"))
#: How many random expressions each comparison takes in the normal run.
EXAMPLES = int(os.environ.get("QIQIAO_EXPR_EXAMPLES", "1200"))


@dataclass(frozen=True, slots=True)
class Example:
    """A random expression in a random world."""

    source: str
    expression: Expression
    world: World


def examples(seed: int, count: int, containing: str = "") -> Iterator[list[Example]]:
    """Random examples of depth 1 to 4, grouped by world; all of them with a word when one is given."""
    made = 0
    while made < count:
        world = Worlds(seed * 100_003 + made).world()
        generator = Generator(seed * 7_919 + made)
        group: list[Example] = []
        while len(group) < _PER_WORLD:
            source = generator.expression(1 + len(group) % 4)
            expression = check(source)[0] if containing in source else None
            if expression is not None:
                group.append(Example(source, expression, world))
        made += len(group)
        yield group


def dialect(database: Database) -> DialectName:
    """The name of a database's dialect."""
    return "sqlite" if database.is_sqlite else "postgresql"


def python_values(example: Example) -> list[object]:
    """The value for each record, by the product's closures."""
    evaluate = compile_python(example.expression.tree)
    return [to_json(evaluate(example.world.facts(record))) for record in example.world.records]


def reference_values(example: Example) -> list[object]:
    """The value for each record, by the reference interpreter."""
    return [to_json(reference_value(example.source, example.world.facts(record))) for record in example.world.records]


def sql_values(connection: sa.Connection, example: Example, name: DialectName) -> list[object]:
    """The value for each record, computed by the database."""
    late = LateValues()
    value = lower_value(example.expression.tree, TableScope(name, late))
    rows = connection.execute(
        sa.select(RECORD.c.id, value).select_from(RECORD).order_by(RECORD.c.id), late.values(example.world.context)
    )
    return [to_json(row[1]) for row in rows]


def sql_filter(connection: sa.Connection, example: Example, name: DialectName, *, positive: bool) -> list[bool]:
    """For each record whether it is in the filter's rows, or (not positive) in those of the filter under NOT."""
    late = LateValues()
    condition = lower(example.expression.tree, TableScope(name, late), positive=positive)
    where = condition if positive else sa.not_(condition)
    found = set(connection.scalars(sa.select(RECORD.c.id).where(where), late.values(example.world.context)))
    return [record["id"] in found for record in example.world.records]


def sql_disagreements(database: Database, seed: int, count: int, containing: str = "") -> Iterator[str]:
    """What the database answers otherwise than Python, as values and as filters."""
    name = dialect(database)
    for group in examples(seed, count, containing):
        with database.write() as connection:
            group[0].world.insert(connection)
        with database.read() as connection:
            for example in group:
                yield from _compare(connection, example, name)


def _compare(connection: sa.Connection, example: Example, name: DialectName) -> Iterator[str]:
    expected = python_values(example)
    found = sql_values(connection, example, name)
    if found != expected:
        yield _said(example, name, expected, found)
    if example.expression.type.name == "boolean":
        true = [value is True for value in expected]
        if (chosen := sql_filter(connection, example, name, positive=True)) != true:
            yield _said(example, f"{name} filter", true, chosen)
        if (left := sql_filter(connection, example, name, positive=False)) != [not value for value in true]:
            yield _said(example, f"{name} filter under not", [not value for value in true], left)


def reference_disagreements(seed: int, count: int) -> Iterator[str]:
    """What the reference interpreter answers otherwise than Python."""
    for group in examples(seed, count):
        for example in group:
            expected, found = python_values(example), reference_values(example)
            if expected != found:
                yield _said(example, "reference", expected, found)


def _said(example: Example, target: str, expected: list[object], found: list[object]) -> str:
    position = next(n for n, pair in enumerate(zip(expected, found, strict=True)) if pair[0] != pair[1])
    record = {
        k: v for k, v in example.world.facts(example.world.records[position]).record.items() if k.split(".")[0] in example.source
    }
    return f"{target}: {example.source}\n  over {record}\n  Python {expected[position]!r}, {target} {found[position]!r}"
