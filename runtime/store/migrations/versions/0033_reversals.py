"""Which completed approval an approval takes back; one reversal of each is running or approved at most."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_COUNTS = sa.text("state IN ('running', 'held', 'approved')")


def upgrade() -> None:
    op.add_column("wf_instance", sa.Column("reverses", sa.String(36), nullable=True))
    op.create_index(
        "wf_instance_one_reversal", "wf_instance", ["reverses"], unique=True, sqlite_where=_COUNTS, postgresql_where=_COUNTS
    )
