"""Approvals that another one began as its sub-flow."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("wf_instance", sa.Column("parent_id", sa.String(length=36), nullable=True))
