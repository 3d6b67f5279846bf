"""A request with a key marks in its own transaction that it took effect, and its answer is kept for the same rights only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("idempotency", sa.Column("took_effect", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("idempotency", sa.Column("rights", sa.String(32), server_default="", nullable=False))
