"""The words under which records are found, by field; filled in for what exists by the next start of a process."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from runtime.store.types import Instant, bytewise_text

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_term",
        sa.Column("field", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("term", bytewise_text(32), nullable=False),
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("field", "term", "record_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "search_field",
        sa.Column("field", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("app", sa.String(length=48), nullable=False),
        sa.Column("filled_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("field"),
    )


def downgrade() -> None:
    op.drop_table("search_field")
    op.drop_table("search_term")
