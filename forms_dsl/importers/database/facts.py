"""What reflection tells of a database; made at the rim, read here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ColumnKind = Literal[
    "text", "char", "integer", "number", "float", "boolean", "date", "timestamp", "timestamptz", "time", "json", "uuid", "binary",
    "interval", "array", "other",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """One column; `spelling` is the type as the database writes it, `digits` its precision or bits of an integer."""

    name: str
    kind: ColumnKind
    spelling: str
    length: int | None = None
    digits: int | None = None
    scale: int | None = None
    nullable: bool = True
    comment: str | None = None
    default: str | None = None
    computed: str | None = None


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A foreign key: columns here, the table and columns there."""

    columns: tuple[str, ...]
    table: str
    there: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableFacts:
    """One table or view; a column of an index that is an expression is None."""

    name: str
    columns: tuple[ColumnFacts, ...]
    comment: str | None = None
    is_view: bool = False
    key: tuple[str, ...] = ()
    foreign: tuple[ForeignKey, ...] = ()
    unique: tuple[tuple[str | None, ...], ...] = ()
    checks: tuple[tuple[str, str], ...] = ()
    #: Unique indexes that hold for some rows only: their columns and the condition.
    partly_unique: tuple[tuple[tuple[str | None, ...], str], ...] = ()


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """The tables that were asked for; `name` stands in findings instead of an address, `left` are views nobody asked for."""

    name: str
    tables: tuple[TableFacts, ...]
    missing: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
