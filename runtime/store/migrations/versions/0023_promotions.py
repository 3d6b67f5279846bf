"""Promotions: the servers that releases come from, where each release came from, and direct changes beside them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from runtime.store.types import Instant, Json

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("release", sa.Column("origin", Json(), nullable=True))
    op.add_column("review", sa.Column("origin", Json(), nullable=True))
    op.create_table(
        "release_source",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("key_id", sa.String(32), nullable=False, unique=True),
        sa.Column("url", sa.Text),
        sa.Column("token", sa.String(120)),
        sa.Column("allowed_hosts", Json(), nullable=False),
        sa.Column("set_by", sa.String(36), nullable=False),
        sa.Column("set_at", Instant(), nullable=False),
    )
    op.create_table(
        "direct_change",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("app", sa.String(48), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("opened_by", sa.String(36), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
    )
    op.create_index("direct_change_of", "direct_change", ["app", "until"])
