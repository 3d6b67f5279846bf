"""Files are found by the hash of their bytes: the sweep asks which bytes still have one."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("attachment_sha256", "attachment", ["sha256"])


def downgrade() -> None:
    op.drop_index("attachment_sha256", table_name="attachment")
