"""Since when a column is out of use."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from runtime.store.types import Instant

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("physical_column", sa.Column("dropped_at", Instant(), nullable=True))
    op.execute(
        "UPDATE physical_column SET dropped_at = (SELECT activated_at FROM release r "
        "WHERE r.app = physical_column.app AND r.release = physical_column.dropped_in) WHERE dropped_in IS NOT NULL"
    )
