"""Purges: what is to be dropped for good, who asked for it and who let it be done."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from runtime.store.types import Instant, Json

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "purge",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("app", sa.String(48), nullable=False),
        sa.Column("things", Json(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("asked_by", sa.String(36), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("decided_by", sa.String(36), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
    )
    op.create_index("purge_of", "purge", ["app", "asked_at"])
