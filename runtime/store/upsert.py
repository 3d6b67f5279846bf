"""INSERT … ON CONFLICT for both databases: the key decides between a new row and a changed one, in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect


def upsert(
    connection: Connection,
    table: sa.Table,
    values: Mapping[str, object],
    *,
    key: Sequence[str],
    where: sa.ColumnElement[bool] | None = None,
) -> sa.Insert:
    """Insert a row, or change the one that has its key, if `where` holds for that one; `rowcount` tells whether either was done."""
    others = {name: value for name, value in values.items() if name not in key}
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table).values(values).on_conflict_do_update(index_elements=list(key), set_=others, where=where)
    return sqlite.insert(table).values(values).on_conflict_do_update(index_elements=list(key), set_=others, where=where)


def insert_if_absent(connection: Connection, table: sa.Table, values: Mapping[str, object]) -> sa.Insert:
    """Insert a row unless a unique key of it is taken; `rowcount` tells."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table).values(values).on_conflict_do_nothing()
    return sqlite.insert(table).values(values).on_conflict_do_nothing()


@lru_cache(maxsize=64)
def inserting_if_absent(dialect: Dialect, table: sa.Table) -> sa.Insert:
    """The same over all columns as a statement that is made once, for `runtime.store.direct`."""
    if dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()
