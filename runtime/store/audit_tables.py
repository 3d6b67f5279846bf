"""The tables of the audit trail: events, what waits to be sealed, the leaves of the tree and its signed checkpoints."""

from __future__ import annotations

import sqlalchemy as sa

from runtime.store.metadata import id_column, table
from runtime.store.types import Instant, Json

audit_event = table(
    "audit_event",
    id_column(),
    sa.Column("at", Instant, nullable=False),
    sa.Column("app", sa.String(48)),
    sa.Column("release", sa.Integer),
    sa.Column("actor", sa.String(36), nullable=False),
    sa.Column("on_behalf_of", sa.String(36)),
    sa.Column("unit", sa.String(36)),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("request_id", sa.String(64), nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("entity", sa.String(48)),
    sa.Column("record_id", sa.String(36)),
    sa.Column("record_version", sa.Integer),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("leaf", sa.String(64), nullable=False),
)
#: The history of a record in its order; by its key alone, which outlives the name of its entity.
sa.Index("audit_event_record", audit_event.c.record_id, audit_event.c.id)
sa.Index("audit_event_at", audit_event.c.at)

audit_queue = table("audit_queue", sa.Column("event_id", sa.String(36), primary_key=True))

audit_leaf = table(
    "audit_leaf",
    sa.Column("leaf_index", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("event_id", sa.String(36), nullable=False, unique=True),
    sa.Column("leaf", sa.String(64), nullable=False),
)

audit_checkpoint = table(
    "audit_checkpoint",
    sa.Column("size", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("root", sa.String(64), nullable=False),
    sa.Column("frontier", Json, nullable=False),
    sa.Column("previous", sa.String(64)),
    sa.Column("at", Instant, nullable=False),
    sa.Column("key_id", sa.String(64), nullable=False),
    sa.Column("signature", sa.Text, nullable=False),
)
