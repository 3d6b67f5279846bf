"""How often people revealed masked fields on a day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from runtime.store.types import Day

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reveal_count",
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("day", Day(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "day"),
    )


def downgrade() -> None:
    op.drop_table("reveal_count")
