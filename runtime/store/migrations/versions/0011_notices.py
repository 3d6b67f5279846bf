"""Notices: what people are told beside their to-do lists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from runtime.store.types import Instant

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("app", sa.String(length=48), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("workflow_id", sa.String(length=48), nullable=True),
        sa.Column("entity", sa.String(length=48), nullable=False),
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("step", sa.String(length=64), nullable=True),
        sa.Column("work_id", sa.String(length=36), nullable=True),
        sa.Column("detail", sa.String(length=64), nullable=True),
        sa.Column("actor", sa.String(length=36), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("read_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("notice_person", "notice", ["person_id", "at"])
