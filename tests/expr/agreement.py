"""Compares the targets of an expression: the same value for every record, and as a filter the same records.

Examples come in groups that share a world, and each target takes a whole group at once: that makes many examples cheap.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from builder.expression_lab.browser import run_browser
from builder.expression_lab.reference import Reference
from forms_dsl.expr.available import targets_of
from forms_dsl.expr.ir import to_ir
from forms_dsl.expr.json_values import facts_json, to_json
from forms_dsl.expr.python import compile_python
from forms_dsl.expr.tree import Expression
from runtime.compile.expr_scope import DialectName, LateValues
from runtime.compile.expr_sql import lower, lower_value
from runtime.store.database import Database
from tests.expr.generator import Generator
from tests.expr.world import ANY, FIELDS, RECORD, TableScope, World, check, scope
from tests.expr.worlds import Worlds

#: Expressions that share one world, and one statement.
_PER_WORLD = 50
_PER_STATEMENT = 25
#: Records of a world.
_RECORDS = 8
_SCOPE = scope(ANY)

SEED = int(os.environ.get("QIQIAO_EXPR_SEED", "20250331"))
#: Examples until a seeded fault must be found (test_mutants): most are found within some hundred.
ENOUGH = 6000
#: How many random expressions each comparison takes in the normal run; they are the same ones each time.
EXAMPLES = int(os.environ.get("QIQIAO_EXPR_EXAMPLES", ENOUGH))


@dataclass(frozen=True, slots=True)
class Example:
    """A random expression in a random world."""

    source: str
    expression: Expression
    world: World


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Where a target answers otherwise than Python."""

    example: Example
    target: str
    expected: list[object]
    found: list[object]

    def __str__(self) -> str:
        position = next(n for n, pair in enumerate(zip(self.expected, self.found, strict=True)) if pair[0] != pair[1])
        record = self.example.world.facts(self.example.world.records[position]).record
        shown = {name: value for name, value in record.items() if name.split(".")[0] in self.example.source}
        values = f"Python {self.expected[position]!r}, {self.target} {self.found[position]!r}"
        return f"{self.target}: {self.example.source}\n  over {shown}\n  {values}"


def examples(seed: int, count: int, containing: str = "", start: int = 0) -> Iterator[list[Example]]:
    """Random examples number `start` to `start + count` of depth 1 to 4, grouped by world; all with a word when one is given."""
    for made in range(start, start + count, _PER_WORLD):
        world = Worlds(seed * 100_003 + made).world(_RECORDS)
        generator = Generator(seed * 7_919 + made)
        group: list[Example] = []
        while len(group) < _PER_WORLD:
            source = generator.expression(1 + len(group) % 4)
            expression = check(source, scope=_SCOPE)[0] if containing in source else None
            if expression is not None:
                group.append(Example(source, expression, world))
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
    reference = Reference(example.source, FIELDS)
    return [to_json(reference.value(example.world.facts(record))) for record in example.world.records]


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


def sql_disagreements(database: Database, seed: int, count: int, containing: str = "", start: int = 0) -> Iterator[Disagreement]:
    """What the database answers otherwise than Python, as values and as conditions in both positions."""
    name = dialect(database)
    for group in examples(seed, count, containing, start):
        with database.write() as connection:
            group[0].world.insert(connection)
        with database.read() as connection:
            fit = [example for example in group if "S" in targets_of(example.expression.tree)]
            for first in range(0, len(fit), _PER_STATEMENT):
                yield from _compare_sql(connection, fit[first : first + _PER_STATEMENT], name)
            # A condition in WHERE is planned otherwise than in CASE; one of each group stands for all.
            conditions = [example for example in fit if example.expression.type.name == "boolean"]
            for example in conditions[:1]:
                yield from _compare_filter(connection, example, name)


def _compare_sql(connection: sa.Connection, group: Sequence[Example], name: DialectName) -> Iterator[Disagreement]:
    late = LateValues()
    columns_of = TableScope(name, late)
    columns: list[sa.ColumnElement[object]] = []
    asked: list[tuple[Example, str]] = []
    for example in group:
        tree = example.expression.tree
        columns.append(lower_value(tree, columns_of))
        asked.append((example, name))
        if tree.type.name == "boolean":
            # CASE WHEN takes NULL for false, as WHERE does.
            columns.append(sa.case((lower(tree, columns_of, positive=True), sa.true()), else_=sa.false()))
            columns.append(sa.case((sa.not_(lower(tree, columns_of, positive=False)), sa.false()), else_=sa.true()))
            asked += [(example, f"{name} filter"), (example, f"{name} filter under not")]
    named = [column.label(f"v{number}") for number, column in enumerate(columns)]
    rows = connection.execute(
        sa.select(*named).select_from(RECORD).order_by(RECORD.c.id), late.values(group[0].world.context)
    ).all()
    expected: list[object] = []
    for number, (example, target) in enumerate(asked):
        if target == name:
            expected = python_values(example)
        wanted = expected if target == name else [value is True for value in expected]
        found = [to_json(row[number]) if target == name else bool(row[number]) for row in rows]
        if found != wanted:
            yield Disagreement(example, target, wanted, found)


def _compare_filter(connection: sa.Connection, example: Example, name: DialectName) -> Iterator[Disagreement]:
    true = [value is True for value in python_values(example)]
    for positive in (True, False):
        wanted = true if positive else [not value for value in true]
        found = sql_filter(connection, example, name, positive=positive)
        if found != wanted:
            yield Disagreement(example, f"{name} where", list(wanted), list(found))


def reference_disagreements(seed: int, count: int, start: int = 0) -> Iterator[Disagreement]:
    """What the reference interpreter answers otherwise than Python."""
    for group in examples(seed, count, start=start):
        for example in group:
            expected, found = python_values(example), reference_values(example)
            if expected != found:
                yield Disagreement(example, "reference", expected, found)


def browser_disagreements(seed: int, count: int, containing: str = "", sources: Path | None = None) -> Iterator[Disagreement]:
    """What the browser's interpreter answers otherwise than Python."""
    asked: list[Example] = []
    lines: list[object] = []
    for group in examples(seed, count, containing):
        world = group[0].world
        lines.append({"facts": [facts_json(world.facts(record)) for record in world.records]})
        for example in group:
            if "J" in targets_of(example.expression.tree):
                asked.append(example)
                lines.append(to_ir(example.expression.tree))
    for example, found in zip(asked, run_browser(lines, sources), strict=True):
        expected = python_values(example)
        if expected != found:
            yield Disagreement(example, "browser", expected, found)
