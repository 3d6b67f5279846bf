"""Webhooks: who is told of changes, how far each came, and the last attempts to tell."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from runtime.store.types import Instant, Json

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webhook",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("app", sa.String(length=48), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("entities", Json(), nullable=False),
        sa.Column("principal", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("stop_reason", sa.String(length=16)),
        sa.Column("stopped_at", Instant()),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("previous_secret", sa.Text()),
        sa.Column("previous_until", Instant()),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("failing_since", Instant()),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("lease_until", Instant()),
        sa.Column("fence", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("created_by", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("webhook_due", "webhook", ["state", "due_at"])
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("webhook_id", sa.String(length=36), nullable=False),
        sa.Column("event_id", sa.String(length=36)),
        sa.Column("place", sa.BigInteger()),
        sa.Column("type", sa.String(length=120), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("delivered", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("fault", sa.String(length=32)),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("webhook_delivery_of", "webhook_delivery", ["webhook_id", "id"])


def downgrade() -> None:
    op.drop_table("webhook_delivery")
    op.drop_table("webhook")
