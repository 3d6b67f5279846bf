"""How a kept value is written down in `physical_column`, and which change of storage leaves old values readable."""

from __future__ import annotations

from typing import assert_never

from forms_dsl.storage import (
    BooleanStorage,
    DateStorage,
    DecimalStorage,
    FileStorage,
    IntegerStorage,
    JsonStorage,
    ReferenceStorage,
    RowsStorage,
    Storage,
    TextStorage,
    TimestampStorage,
)


def storage_text(storage: Storage) -> str:
    """The word for a storage: `text`, `text:40`, `decimal:2`, `reference:bank.customer`."""
    match storage:
        case TextStorage(length):
            return "text" if length is None else f"text:{length}"
        case IntegerStorage():
            return "integer"
        case DecimalStorage(scale):
            return f"decimal:{scale}"
        case BooleanStorage():
            return "boolean"
        case DateStorage():
            return "date"
        case TimestampStorage():
            return "timestamp"
        case JsonStorage():
            return "json"
        case ReferenceStorage(entity):
            return f"reference:{entity}"
        case FileStorage():
            return "file"
        case RowsStorage(of):
            return f"rows:{of}"
        case _:
            assert_never(storage)


def reads_as(old: str, new: str) -> bool:
    """Whether values kept as `old` can be read as `new` without touching a row.

    Texts are one kind of column whatever their length: a longer limit changes nothing, a shorter one is the
    validator's business at the next save. Numbers of another scale are other integers in SQLite, so they are not.
    """
    return old == new or (_is_text(old) and _is_text(new))


def is_narrower(old: str, new: str) -> bool:
    """Whether a text that fitted `old` may be too long for `new`."""
    if not _is_text(old) or not new.startswith("text:"):
        return False
    return old == "text" or int(old.removeprefix("text:")) > int(new.removeprefix("text:"))


def _is_text(storage: str) -> bool:
    return storage == "text" or storage.startswith("text:")
