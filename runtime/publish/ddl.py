"""The statements of a change of tables, written for the database at hand; names are generated, so nothing is quoted by taste."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable

#: What SQLAlchemy must leave out of the compiled column when it is added to a table with rows.
_NOT_NULL = " NOT NULL"


def create_table(table: sa.Table, dialect: Dialect) -> str:
    """A new table; its references are part of it in SQLite, which cannot add them later."""
    include: list[sa.ForeignKeyConstraint] | None = None if dialect.name == "sqlite" else []
    return _one_line(CreateTable(table, include_foreign_key_constraints=include).compile(dialect=dialect))


def add_column(column: sa.Column[Any], dialect: Dialect, default: str | None = None) -> str:
    """A new column, empty or with the constant that existing rows get at once."""
    written = _one_line(CreateColumn(column).compile(dialect=dialect)).removesuffix(_NOT_NULL)
    if default is not None:
        written += f" DEFAULT {default}"
    for key in column.foreign_keys if dialect.name == "sqlite" else ():
        written += f" REFERENCES {key.column.table.name} ({key.column.name})"
    return f"ALTER TABLE {column.table.name} ADD COLUMN {written}"


def drop_column(table: str, column: str) -> str:
    """The reverse of adding a column that was never in use."""
    return f"ALTER TABLE {table} DROP COLUMN {column}"


def create_index(index: sa.Index, dialect: Dialect, *, online: bool) -> str:
    """An index; `online` builds it beside running writers where the database can."""
    written = _one_line(CreateIndex(index).compile(dialect=dialect))
    return written.replace("INDEX ", "INDEX CONCURRENTLY ", 1) if online and dialect.name == "postgresql" else written


def drop_index(name: str, dialect: Dialect, *, online: bool) -> str:
    """An index less."""
    return f"DROP INDEX {'CONCURRENTLY ' if online and dialect.name == 'postgresql' else ''}IF EXISTS {name}"


def add_foreign_key(key: sa.ForeignKeyConstraint, *, check_rows: bool) -> str:
    """A reference constraint; without `check_rows` it holds for new rows only until it is validated."""
    [element] = key.elements
    target, suffix = element.column, "" if check_rows else " NOT VALID"
    name, columns = str(key.name), ", ".join(key.column_keys)
    return (
        f"ALTER TABLE {key.table.name} ADD CONSTRAINT {name} FOREIGN KEY ({columns}) "
        f"REFERENCES {target.table.name} ({target.name}){suffix}"
    )


def validate_constraint(table: str, name: str) -> str:
    """Checks the rows that were there before, without a lock that readers or writers feel."""
    return f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}"


def literal(value: object, column: sa.Column[Any], dialect: Dialect) -> str:
    """A constant as it stands in a statement for this column."""
    return str(sa.literal(value, column.type).compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def _one_line(compiled: object) -> str:
    return " ".join(str(compiled).split())
