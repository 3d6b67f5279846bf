"""Records that were merged: which went into which, what the merge changed, and whether it was undone."""

from __future__ import annotations

import sqlalchemy as sa

from runtime.store.metadata import id_column, table
from runtime.store.types import Instant, Json

record_merge = table(
    "record_merge",
    id_column(),
    sa.Column("app", sa.String(48), nullable=False),
    #: The id of the entity, which outlives its name.
    sa.Column("entity", sa.String(48), nullable=False),
    sa.Column("survivor_id", sa.String(36), nullable=False),
    #: merged, or unmerged
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    #: What the merge changed of the survivor, by the field's id: where the value came from, and what stood there before.
    sa.Column("changes", Json, nullable=False),
    #: How many references were moved to the survivor.
    sa.Column("moved", sa.Integer, nullable=False),
    sa.Column("made_by", sa.String(36), nullable=False),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("undone_reason", sa.Text),
    sa.Column("undone_by", sa.String(36)),
    sa.Column("undone_at", Instant),
    #: What could not be taken back: the ids of fields, and how many references.
    sa.Column("stayed", Json),
)
sa.Index("record_merge_survivor", record_merge.c.survivor_id)

merged_record = table(
    "merged_record",
    sa.Column("merge_id", sa.String(36), sa.ForeignKey("record_merge.id"), primary_key=True),
    sa.Column("record_id", sa.String(36), primary_key=True),
    #: False once the merge was undone.
    sa.Column("active", sa.Boolean, nullable=False),
)
# A record is in one merge at a time.
sa.Index(
    "merged_record_active",
    merged_record.c.record_id,
    unique=True,
    sqlite_where=merged_record.c.active.is_(True),
    postgresql_where=merged_record.c.active.is_(True),
)

merged_reference = table(
    "merged_reference",
    sa.Column("merge_id", sa.String(36), sa.ForeignKey("record_merge.id"), primary_key=True),
    #: The record that refers, and of a child row its key; else an empty text.
    sa.Column("record_id", sa.String(36), primary_key=True),
    sa.Column("row_id", sa.String(36), primary_key=True),
    #: The id of the field, of a child row its own.
    sa.Column("field", sa.String(48), primary_key=True),
    sa.Column("app", sa.String(48), nullable=False),
    #: The id of the referring record's entity.
    sa.Column("entity", sa.String(48), nullable=False),
    #: The merged record that it referred to before.
    sa.Column("from_id", sa.String(36), nullable=False),
)
