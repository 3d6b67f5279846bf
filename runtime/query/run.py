"""The only place where record statements are read with: text made once for a shape, values bound each time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect

from forms_dsl.expr.facts import Facts
from runtime.compile.app import CompiledApp
from runtime.compile.expr_scope import DialectName, LateValues
from runtime.context import Context
from runtime.query.late import context_facts
from runtime.query.plans import ReadPlan
from runtime.query.scope import Statement
from runtime.query.select import select_records
from runtime.store.asking import Question, ask_now, stream_now
from runtime.store.prepared import Prepared, prepare
from runtime.store.waiting import Row

_NOTHING = Facts()


@dataclass(frozen=True, slots=True)
class Runnable:
    """A statement of a plan with the way to the values that each request has for it."""

    prepared: Prepared
    lates: tuple[tuple[CompiledApp, LateValues], ...]


def dialect_of(connection: Connection) -> DialectName:
    """The database behind a connection."""
    return dialect_name(connection.dialect)


def dialect_name(dialect: Dialect) -> DialectName:
    """The database that a dialect speaks to."""
    return "postgresql" if dialect.name == "postgresql" else "sqlite"


def compile_read(plan: ReadPlan, dialect: Dialect) -> Runnable:
    """The statement of a read plan, ready to run many times."""
    select, statement = select_records(plan, dialect_name(dialect))
    return compile_select(select, statement, dialect)


def compile_select(select: sa.Select[Any], statement: Statement, dialect: Dialect) -> Runnable:
    """A SELECT of ours, ready to run many times."""
    lates = tuple(pair for pair in statement.lates.values() if pair[1].values(_NOTHING))
    return Runnable(prepare(select, dialect), lates)


def question(
    context: Context,
    runnable: Runnable,
    values: Mapping[str, object] = {},
    result: Mapping[str, object] | None = None,
    param: Mapping[str, Mapping[str, object]] = {},
) -> Question:
    """A statement with its values for this person and moment; `values` are those of the request itself, `result` an answer's.

    `param` holds, by app, what stands beside the app's own parameters.
    """
    if not runnable.lates:
        return Question(runnable.prepared, values)
    bound: dict[str, object] = {}
    for compiled, late in runnable.lates:
        facts = context_facts(context, compiled, result=result) if result else context_facts(context, compiled)
        more = param.get(compiled.app.name)
        bound.update(late.values(replace(facts, param={**facts.param, **more}) if more else facts))
    bound.update(values)
    return Question(runnable.prepared, bound)


def run(
    connection: Connection,
    context: Context,
    runnable: Runnable,
    values: Mapping[str, object] = {},
    result: Mapping[str, object] | None = None,
) -> list[Row]:
    """The rows of a statement for this person and moment, in the transaction of a connection."""
    return ask_now(connection, question(context, runnable, values, result))


def stream(
    connection: Connection, context: Context, runnable: Runnable, values: Mapping[str, object], size: int
) -> Iterator[list[Row]]:
    """The rows of a statement as `run` gives them, in pieces of so many."""
    return stream_now(connection, question(context, runnable, values), size)


def ids_value(dialect: DialectName, ids: Sequence[str]) -> object:
    """Many ids as one value, as `select` asks for them."""
    return list(ids) if dialect == "postgresql" else json.dumps(list(ids))
