"""What a webhook tells: the changes of records, or the tasks about them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("webhook", sa.Column("tells", sa.String(16), nullable=False, server_default="records"))
