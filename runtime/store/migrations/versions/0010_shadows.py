"""One open change of a thing that is kept; what shadows gave beside their live decisions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from runtime.store.types import Instant, Json

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    is_open = sa.text("state = 'open'")
    op.create_index(
        "kept_change_one_open",
        "kept_change",
        ["app", "kind", "name"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_table(
        "shadow_run",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("app", sa.String(length=48), nullable=False),
        sa.Column("shadow", sa.String(length=48), nullable=False),
        sa.Column("live", sa.String(length=48), nullable=False),
        sa.Column("entity", sa.String(length=48), nullable=False),
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("live_output", Json(), nullable=True),
        sa.Column("shadow_output", Json(), nullable=True),
        sa.Column("differs", sa.Boolean(), nullable=False),
        sa.Column("ran_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("shadow_run_of", "shadow_run", ["app", "shadow", "ran_at"])
