"""Events that other systems reported, and what became of each; those that came early are kept here."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from runtime.store.types import Instant, Json

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "received_event",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("app", sa.String(48), nullable=False),
        sa.Column("event", sa.String(100), nullable=False),
        sa.Column("key", sa.String(200), nullable=False, unique=True),
        sa.Column("body", Json(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("until", Instant(), nullable=True),
        sa.Column("taken_at", Instant(), nullable=True),
        sa.Column("approvals", sa.Integer(), nullable=False),
    )
    op.create_index("received_event_kept", "received_event", ["app", "event", "state", "until"])
