"""How a field's values are kept: a closed union, lowered to columns by the runtime."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TextStorage:
    """Unicode text, NFC, trimmed, never empty; `length` in code points, None = no limit."""

    length: int | None = None


@dataclass(frozen=True, slots=True)
class IntegerStorage:
    """Whole number of at most 15 digits."""


@dataclass(frozen=True, slots=True)
class DecimalStorage:
    """Exact number with `scale` decimals, at most 18 digits: numeric in PostgreSQL, scaled integer in SQLite."""

    scale: int


@dataclass(frozen=True, slots=True)
class BooleanStorage:
    """True, false or missing."""


@dataclass(frozen=True, slots=True)
class DateStorage:
    """A day without a zone."""


@dataclass(frozen=True, slots=True)
class TimestampStorage:
    """An instant in UTC, millisecond precision."""


@dataclass(frozen=True, slots=True)
class JsonStorage:
    """A list of codes or another small JSON value."""


@dataclass(frozen=True, slots=True)
class ReferenceStorage:
    """The id of a record of `entity` ("app.entity")."""

    entity: str


@dataclass(frozen=True, slots=True)
class FileStorage:
    """Ids of attachments."""


@dataclass(frozen=True, slots=True)
class RowsStorage:
    """Child rows of row type `of`, in a table of their own; no column of the parent."""

    of: str


Storage = (
    TextStorage
    | IntegerStorage
    | DecimalStorage
    | BooleanStorage
    | DateStorage
    | TimestampStorage
    | JsonStorage
    | ReferenceStorage
    | FileStorage
    | RowsStorage
)
