"""The columns that have ever kept a field: a field that changes its type gets one more, and keeps those before."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.store.tables import physical_column

_OF_A_FIELD = re.compile(r"f[0-9]*_")


@dataclass(frozen=True, slots=True)
class KeptColumn:
    """One column of a field: its number among them, and how it keeps values."""

    number: int
    storage: str


#: Table and id of a field → its columns.
KeptColumns = Mapping[tuple[str, str], tuple[KeptColumn, ...]]


def numbered_column(field_id: str, number: int) -> str:
    """The name of a column of a field; the first one has no number."""
    return f"f{number if number > 1 else ''}_{field_id}"


def number_and_field(column: str) -> tuple[int, str]:
    """The number and the field's id in the name of a column."""
    head, _, field_id = column.partition("_")
    return int(head[1:] or 1), field_id


def is_column_of_field(column: str) -> bool:
    """Whether a column of a record's table keeps a field, not something of the record itself."""
    return _OF_A_FIELD.match(column) is not None


def read_kept_columns(connection: Connection) -> KeptColumns:
    """The columns of every field of every app that was ever published here."""
    query = sa.select(physical_column.c.table_name, physical_column.c.column_name, physical_column.c.storage)
    found: dict[tuple[str, str], list[KeptColumn]] = defaultdict(list)
    for table, column, storage in connection.execute(query):
        number, field_id = number_and_field(column)
        found[table, field_id].append(KeptColumn(number, storage))
    return {key: tuple(sorted(columns, key=lambda one: one.number)) for key, columns in found.items()}
