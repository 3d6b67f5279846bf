"""Statements that stand in the code, run over the driver's own cursor: SQLAlchemy's execution costs more than most of them.

Their text is made once for each database. On PostgreSQL a change travels with the next question or with the commit.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect

from runtime.store.prepared import Prepared, prepare
from runtime.store.waiting import change_each, change_later, change_now, rows_now

Values = Mapping[str, object]
Change = sa.Insert | sa.Update | sa.Delete


def ask(connection: Connection, statement: sa.Select[Any], values: Values) -> list[Any]:
    """The rows of a question, each with its columns by name, in the values of their types."""
    prepared, make = _question(statement, connection.dialect)
    return [make(row) for row in rows_now(connection, prepared, values)]


def ask_one(connection: Connection, statement: sa.Select[Any], values: Values) -> Any:
    """The first row of a question, None without one."""
    return next(iter(ask(connection, statement, values)), None)


def ask_value(connection: Connection, statement: sa.Select[Any], values: Values) -> Any:
    """The first column of the first row of a question, None without one."""
    row = ask_one(connection, statement, values)
    return None if row is None else row[0]


def change(connection: Connection, statement: Change, values: Values) -> int:
    """Run one change now; how many rows it changed."""
    return change_now(connection, _prepared(statement, connection.dialect), values)


def change_many(connection: Connection, statement: Change, rows: Sequence[Values]) -> None:
    """Run one change for each of these values, in their order."""
    if not rows:
        return
    prepared = _prepared(statement, connection.dialect)
    if prepared.positions is not None:
        change_each(connection, prepared, rows)
        return
    for row in rows:
        change_later(connection, prepared, row)


def setting(table: sa.Table, columns: Sequence[str], *where: sa.ColumnElement[bool]) -> sa.Update:
    """An UPDATE that sets these columns to the values of their names."""
    return sa.update(table).where(*where).values({name: sa.bindparam(name, type_=table.c[name].type) for name in columns})


# Statements are told apart by which one they are: those of this module's callers live as long as the process or a release.
@lru_cache(maxsize=1_000)
def _prepared(statement: sa.Select[Any] | Change, dialect: Dialect) -> Prepared:
    return prepare(statement, dialect)


@lru_cache(maxsize=1_000)
def _question(statement: sa.Select[Any], dialect: Dialect) -> tuple[Prepared, Callable[[Sequence[Any]], Any]]:
    columns = list(statement.selected_columns)
    row_type = namedtuple("Row", [column.key or f"c{n}" for n, column in enumerate(columns)], rename=True)  # type: ignore[misc]
    found = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
    processes = [(place, process) for place, process in enumerate(found) if process is not None]

    def make(row: Sequence[Any]) -> Any:
        if not processes:
            return row_type._make(row)
        values = list(row)
        for place, process in processes:
            values[place] = process(values[place])
        return row_type._make(values)

    return _prepared(statement, dialect), make
