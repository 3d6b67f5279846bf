"""Publications that wait for a time: when, and why one was not done then."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from runtime.store.types import Instant, Json

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("review", sa.Column("publish_at", Instant(), nullable=True))
    op.add_column("review", sa.Column("failure", Json(), nullable=True))
