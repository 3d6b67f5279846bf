"""The register of proxies, and which work items a proxy may do."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from runtime.store.types import Day, Instant

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wf_proxy",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("owner", sa.String(length=36), nullable=False),
        sa.Column("proxy", sa.String(length=36), nullable=False),
        sa.Column("valid_from", Day(), nullable=False),
        sa.Column("valid_to", Day(), nullable=False),
        sa.Column("app", sa.String(length=48), nullable=True),
        sa.Column("workflow_id", sa.String(length=48), nullable=True),
        sa.Column("amount", sa.Text(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("set_by", sa.String(length=36), nullable=False),
        sa.Column("set_at", Instant(), nullable=False),
        sa.Column("ended_by", sa.String(length=36), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["owner"], ["org_person.id"]),
        sa.ForeignKeyConstraint(["proxy"], ["org_person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("wf_proxy_owner", "wf_proxy", ["owner", "valid_to"])
    op.create_index("wf_proxy_proxy", "wf_proxy", ["proxy", "valid_to"])
    op.add_column("wf_work", sa.Column("by_proxy", sa.Boolean(), nullable=False, server_default=sa.false()))
