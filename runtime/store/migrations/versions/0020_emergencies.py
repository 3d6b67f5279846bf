"""Roles that people took in an emergency, each with its review."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from runtime.store.types import Instant

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "emergency_use",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("app", sa.String(length=48), nullable=False),
        sa.Column("role", sa.String(length=48), nullable=False),
        sa.Column("grant_id", sa.String(length=36), nullable=False),
        sa.Column("reviewed_by_role", sa.String(length=48), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("taken_at", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reviewed_by", sa.String(length=36), nullable=True),
        sa.Column("reviewed_at", Instant(), nullable=True),
        sa.Column("opinion", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(["grant_id"], ["role_grant.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("emergency_use_person", "emergency_use", ["person_id", "taken_at"])
    op.create_index("emergency_use_state", "emergency_use", ["state", "taken_at"])


def downgrade() -> None:
    op.drop_table("emergency_use")
