"""Pairs of records that may be the same: proposed when one is written, dismissed with a reason, or over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from runtime.store.types import Instant

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "duplicate_case",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("app", sa.String(length=48), nullable=False),
        sa.Column("entity", sa.String(length=48), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("first_id", sa.String(length=36), nullable=False),
        sa.Column("second_id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.String(length=36), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("created_by", sa.String(length=36), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("duplicate_case_pair", "duplicate_case", ["first_id", "second_id", "rule"], unique=True)
    op.create_index("duplicate_case_second", "duplicate_case", ["second_id"])
    op.create_index("duplicate_case_open", "duplicate_case", ["app", "entity", "state", "id"])


def downgrade() -> None:
    op.drop_table("duplicate_case")
