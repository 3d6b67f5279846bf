"""The only place where record statements are read with: text made once for a shape, values bound each time."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.sql.compiler import SQLCompiler

from forms_dsl.expr.facts import Facts
from runtime.compile.app import CompiledApp
from runtime.compile.expr_scope import DialectName, LateValues
from runtime.context import Context
from runtime.query.late import context_facts
from runtime.query.plans import ReadPlan
from runtime.query.scope import Statement
from runtime.query.select import select_records

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Runnable:
    """A statement as text for one database, with the way to its values."""

    text: str
    #: The order of the values, None when they go by name.
    positions: tuple[str, ...] | None
    #: Constants, already as the driver takes them.
    fixed: Mapping[str, object]
    #: What turns a value of the request into what the driver takes.
    processes: Mapping[str, Callable[[Any], object]]
    lates: tuple[tuple[CompiledApp, LateValues], ...]


def dialect_of(connection: Connection) -> DialectName:
    """The database behind a connection."""
    return "postgresql" if connection.dialect.name == "postgresql" else "sqlite"


def compile_read(plan: ReadPlan, dialect: Dialect) -> Runnable:
    """The statement of a read plan, ready to run many times."""
    select, statement = select_records(plan, "postgresql" if dialect.name == "postgresql" else "sqlite")
    return compile_select(select, statement, dialect)


def compile_select(select: sa.Select[Any], statement: Statement, dialect: Dialect) -> Runnable:
    """A SELECT of ours as text; building it for each request would cost more than running it."""
    compiled = select.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 - what a SELECT compiles to
    binds = {name: bind for bind, name in compiled.bind_names.items()}
    requested = {name for name, bind in binds.items() if bind.required}
    expanded = compiled.construct_expanded_state(dict.fromkeys(requested))
    processes: dict[str, Callable[[Any], object]] = {
        name: process for name, process in expanded.processors.items() if callable(process)
    }
    for name, bind in binds.items():
        process = bind.type.dialect_impl(dialect).bind_processor(dialect)
        if process is not None and not bind.expanding:
            processes[name] = process
    fixed = {
        name: processes.pop(name)(value) if name in processes else value
        for name, value in expanded.parameters.items()
        if name not in requested
    }
    lates = tuple(pair for pair in statement.lates.values() if pair[1].values(Facts()))
    positions = tuple(expanded.positiontup) if expanded.positiontup is not None else None
    return Runnable(expanded.statement, positions, fixed, processes, lates)


def run(connection: Connection, context: Context, runnable: Runnable, values: Mapping[str, object] = {}) -> list[Row]:
    """The rows of a statement for this person and moment; `values` are those of the request itself."""
    bound = dict(runnable.fixed)
    for compiled, late in runnable.lates:
        bound.update(late.values(context_facts(context, compiled)))
    bound.update(values)
    for name, process in runnable.processes.items():
        bound[name] = process(bound[name])
    # The driver's own cursor, in the same transaction: SQLAlchemy's execution costs more than the statement.
    cursor = connection.connection.cursor()
    try:
        if runnable.positions is None:
            cursor.execute(runnable.text, bound)
        else:
            cursor.execute(runnable.text, tuple(bound[name] for name in runnable.positions))
        return list(cursor.fetchall())
    finally:
        cursor.close()


def ids_value(connection: Connection, ids: Sequence[str]) -> object:
    """Many ids as one value, as `select` asks for them."""
    return list(ids) if dialect_of(connection) == "postgresql" else json.dumps(list(ids))
