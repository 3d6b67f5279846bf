"""Posts that people hold in units, and groups with their members."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from runtime.store.types import Day, bytewise_text

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "person_post",
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("unit_id", sa.String(length=36), nullable=False),
        sa.Column("post", bytewise_text(60), nullable=False),
        sa.Column("valid_from", Day(), nullable=True),
        sa.Column("valid_to", Day(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["org_person.id"]),
        sa.ForeignKeyConstraint(["unit_id"], ["org_branch.id"]),
        sa.PrimaryKeyConstraint("person_id", "unit_id", "post"),
    )
    op.create_index("person_post_post", "person_post", ["post", "unit_id"])
    op.create_table(
        "person_group",
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("group", bytewise_text(60), nullable=False),
        sa.Column("valid_from", Day(), nullable=True),
        sa.Column("valid_to", Day(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["org_person.id"]),
        sa.PrimaryKeyConstraint("person_id", "group"),
    )
    op.create_index("person_group_group", "person_group", ["group"])
