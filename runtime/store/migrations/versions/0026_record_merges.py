"""Records that were merged into another one, with what that moved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from runtime.store.types import Instant, Json

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "record_merge",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("app", sa.String(length=48), nullable=False),
        sa.Column("entity", sa.String(length=48), nullable=False),
        sa.Column("survivor_id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changes", Json(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(length=36), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("undone_reason", sa.Text(), nullable=True),
        sa.Column("undone_by", sa.String(length=36), nullable=True),
        sa.Column("undone_at", Instant(), nullable=True),
        sa.Column("stayed", Json(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("record_merge_survivor", "record_merge", ["survivor_id"])
    op.create_table(
        "merged_record",
        sa.Column("merge_id", sa.String(length=36), nullable=False),
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["merge_id"], ["record_merge.id"]),
        sa.PrimaryKeyConstraint("merge_id", "record_id"),
    )
    active = sa.text("active IS true")
    op.create_index(
        "merged_record_active", "merged_record", ["record_id"], unique=True, sqlite_where=sa.text("active IS 1"),
        postgresql_where=active,
    )  # fmt: skip
    op.create_table(
        "merged_reference",
        sa.Column("merge_id", sa.String(length=36), nullable=False),
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("row_id", sa.String(length=36), nullable=False),
        sa.Column("field", sa.String(length=48), nullable=False),
        sa.Column("app", sa.String(length=48), nullable=False),
        sa.Column("entity", sa.String(length=48), nullable=False),
        sa.Column("from_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["merge_id"], ["record_merge.id"]),
        sa.PrimaryKeyConstraint("merge_id", "record_id", "row_id", "field"),
    )


def downgrade() -> None:
    op.drop_table("merged_reference")
    op.drop_table("merged_record")
    op.drop_table("record_merge")
