"""Notices about a publication that waited for its time: of which app, and why it was not done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.app_header import read_header
from forms_dsl.model import Label
from runtime.context import Context
from runtime.store.tables import review
from runtime.store.types import format_instant

#: The kinds of notices whose `record_id` is a review.
PUBLICATIONS = frozenset({"published", "not_published"})
_TITLE: Label = {"zh": "定时发布", "en": "Publication at a set time"}


def show_publications(connection: Connection, context: Context, rows: Sequence[sa.Row[Any]]) -> dict[str, dict[str, object]]:
    """The notices of these kinds as docs/rest.md shows them, by id."""
    ids = {row.record_id for row in rows}
    columns = (review.c.id, review.c.files, review.c.failure)
    found = {row.id: row for row in connection.execute(sa.select(*columns).where(review.c.id.in_(ids)))} if ids else {}
    return {row.id: _shown(row, found.get(row.record_id), context.locale) for row in rows}


def _shown(row: sa.Row[Any], about: sa.Row[Any, Any, Any] | None, locale: str) -> dict[str, object]:
    label = read_header(about.files).get("label") if about is not None else None
    name = label.get(locale) or next(iter(label.values()), row.app) if isinstance(label, dict) else row.app
    return {
        "id": row.id,
        "at": format_instant(row.at),
        "kind": row.kind,
        "app": row.app,
        "entity": None,
        "record_id": row.record_id,
        "record_title": str(name),
        "title": dict(_TITLE),
        "task_id": None,
        "actor": None,
        "detail": about.failure[locale] if about is not None and about.failure else None,
        "read": row.read_at is not None,
    }
