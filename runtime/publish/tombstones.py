"""What releases have left behind: columns and tables that none in use has any more, since when, and how much is in them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from forms_dsl.model import Label
from runtime.compile.app import CompiledApp
from runtime.publish.history import list_releases
from runtime.publish.steps import WantedTable, wanted_tables
from runtime.releases import CannotCompile, compile_stored
from runtime.store.tables import physical_column


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A column out of use, or a table of which no column is in use; `release` is the last one that had it."""

    id: str
    table: str
    column: str | None
    release: int | None
    #: What it was called: "entity", "entity.field" or "entity.row.field".
    thing: str
    label: Label
    since: dt.datetime | None
    rows: int
    bytes: int
    #: Whether its field goes on in another column, with another type.
    is_retyped: bool = False


def tombstones(connection: Connection, app: str) -> tuple[Tombstone, ...]:
    """The tombstones of an app, the oldest first."""
    query = sa.select(physical_column).where(physical_column.c.app == app)
    by_table: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(query.order_by(physical_column.c.table_name, physical_column.c.column_name)):
        by_table[row.table_name].append(row)
    there = set(sa.inspect(connection).get_table_names())
    gone = {name: rows for name, rows in by_table.items() if name in there and any(row.dropped_in is not None for row in rows)}
    if not gone:
        return ()
    origins, found = _Origins(connection, app), list[Tombstone]()
    for table, rows in gone.items():
        if all(row.dropped_in is not None for row in rows) and not origins.is_used(table):
            found.append(_of_table(connection, origins, table, rows))
        else:
            found += [_of_column(connection, origins, row, rows) for row in rows if row.dropped_in is not None]
    return tuple(sorted(found, key=lambda one: (one.since is None, one.since, one.id)))


class _Origins:
    """The releases of an app, newest first, compiled as far back as they are asked for."""

    def __init__(self, connection: Connection, app: str) -> None:
        self._connection, self._app = connection, app
        self._releases = [one for one in list_releases(connection, app) if one.activated_at or one.piloted_at]
        self._compiled: dict[int, CompiledApp | None] = {}

    def is_used(self, table: str) -> bool:
        """Whether a release that people use has this table, be it without a column of its own."""
        living = (one.release for one in self._releases if one.state in {"active", "pilot", "applying"})
        return any(table in app.metadata.tables for number in living if (app := self._at(number)) is not None)

    def last_with(self, table: str, column: str | None) -> tuple[int, WantedTable] | None:
        """The newest release that had the table or column, with what it was there."""
        for one in self._releases:
            app = self._at(one.release)
            for wanted in wanted_tables(app) if app is not None else ():
                if wanted.table.name == table and (column is None or column in wanted.fields):
                    return one.release, wanted
        return None

    def _at(self, number: int) -> CompiledApp | None:
        if number not in self._compiled:
            try:
                self._compiled[number] = compile_stored(self._connection, self._app, number)
            except CannotCompile:
                self._compiled[number] = None
        return self._compiled[number]


def _of_table(connection: Connection, origins: _Origins, table: str, rows: Sequence[Row[Any]]) -> Tombstone:
    known = origins.last_with(table, None)
    since = [row.dropped_at for row in rows if row.dropped_at is not None]
    columns = [column["name"] for column in sa.inspect(connection).get_columns(table)]
    count, size = _measured(connection, table, columns, "1 = 1")
    number, thing, label = _called(known, None) or (None, table, {"en": table, "zh": table})
    return Tombstone(table, table, None, number, thing, label, max(since, default=None), count, size)


def _of_column(connection: Connection, origins: _Origins, row: Row[Any], others: Sequence[Row[Any]]) -> Tombstone:
    table, column = row.table_name, row.column_name
    known = origins.last_with(table, column)
    count, size = _measured(connection, table, [column], f"{column} IS NOT NULL")
    number, thing, label = _called(known, column) or (None, f"{table}.{column}", {"en": column, "zh": column})
    field_id = column.partition("_")[2]
    retyped = any(other.dropped_in is None and other.column_name.partition("_")[2] == field_id for other in others)
    return Tombstone(f"{table}.{column}", table, column, number, thing, label, row.dropped_at, count, size, retyped)


def _called(known: tuple[int, WantedTable] | None, column: str | None) -> tuple[int, str, Label] | None:
    if known is None:
        return None
    number, wanted = known
    entity = wanted.entity.entity
    row = next((name for name, table in wanted.entity.row_tables.items() if table.name == wanted.table.name), None)
    path = entity.name if row is None else f"{entity.name}.{row}"
    if column is None:
        return number, path, wanted.label
    field = wanted.fields[column]
    return number, f"{path}.{field.name}", field.label


def _measured(connection: Connection, table: str, columns: Sequence[str], where: str) -> tuple[int, int]:
    """How many rows have something there, and about how many bytes it takes."""
    if connection.dialect.name == "postgresql":
        sizes = [f"coalesce(pg_column_size({column}), 0)" for column in columns]
    else:
        sizes = [f"coalesce(length(CAST({column} AS BLOB)), 0)" for column in columns]
    statement = f"SELECT count(*), coalesce(sum({' + '.join(sizes)}), 0) FROM {table} WHERE {where}"
    row = connection.execution_options(no_parameters=True).exec_driver_sql(statement).one()
    return int(row[0]), int(row[1])


def by_id(found: Sequence[Tombstone]) -> Mapping[str, Tombstone]:
    """Tombstones by their ids."""
    return {one.id: one for one in found}


def columns_of(found: Sequence[Tombstone], app: CompiledApp) -> Iterator[Tombstone]:
    """Those of the tombstones that a release reads or writes."""
    used = {(wanted.table.name, column) for wanted in wanted_tables(app) for column in wanted.fields}
    tables = {wanted.table.name for wanted in wanted_tables(app)}
    for one in found:
        if (one.table in tables) if one.column is None else ((one.table, one.column) in used):
            yield one
