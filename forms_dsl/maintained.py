"""Rows of a maintained table in the place of those of its definition: the same document with other data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from forms_dsl.source import Document, Pointer

_ROWS = "rows"


def with_rows(documents: Mapping[str, Document], rows: Mapping[str, object]) -> dict[str, Document]:
    """The documents, with other rows in the decisions of these names that are maintained; findings keep their pointers."""
    laid = dict(documents)
    for name, each in rows.items():
        path = path_of_decision(documents, name)
        if path is not None:
            laid[path] = _laid(documents[path], each)
    return laid


def rows_of(documents: Mapping[str, Document], name: str) -> list[object]:
    """The rows that the definition of a decision brings, as they are written."""
    path = path_of_decision(documents, name)
    data = documents[path].data if path is not None else None
    found = data.get(_ROWS) if isinstance(data, dict) else None
    return found if isinstance(found, list) else []


def path_of_decision(documents: Mapping[str, Document], name: str) -> str | None:
    """The file of a maintained decision; None when there is none of that name, or it is not maintained."""
    for path in (f"decisions/{name}.yaml", f"decisions/{name}.json"):
        data = documents[path].data if path in documents else None
        if isinstance(data, dict) and "maintained_by" in data:
            return path
    return None


def _laid(document: Document, rows: object) -> Document:
    data = document.data if isinstance(document.data, dict) else {}

    def is_outside(pointer: Pointer) -> bool:
        return pointer[:1] != (_ROWS,) or len(pointer) == 1

    return replace(
        document,
        data={**data, _ROWS: rows},
        spans={pointer: span for pointer, span in document.spans.items() if is_outside(pointer)},
        key_spans={pointer: span for pointer, span in document.key_spans.items() if is_outside(pointer)},
    )
