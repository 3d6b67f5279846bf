"""The table of exports that somebody asks for and another person releases."""

from __future__ import annotations

import sqlalchemy as sa

from runtime.store.metadata import id_column, table
from runtime.store.types import Instant, Json

export_request = table(
    "export_request",
    id_column(),
    sa.Column("app", sa.String(48), nullable=False),
    sa.Column("entity", sa.String(48), nullable=False),
    #: What is asked of the list, with the kind of file.
    sa.Column("question", Json, nullable=False),
    #: How many records it was when it was asked for, and the roles that its releasing person must hold.
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("released_by", Json, nullable=False),
    sa.Column("note", sa.Text),
    sa.Column("asked_by", sa.String(36), nullable=False),
    sa.Column("asked_at", Instant, nullable=False),
    #: open, released, returned, withdrawn
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("decided_by", sa.String(36)),
    sa.Column("decided_at", Instant),
    sa.Column("decision_note", sa.Text),
    #: How often its file was taken since.
    sa.Column("taken", sa.Integer, nullable=False, server_default="0"),
)
sa.Index("export_request_of", export_request.c.app, export_request.c.entity, export_request.c.asked_at)
