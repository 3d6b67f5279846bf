"""Which write an approval's state is of, so that who knows that state need not read the events again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("wf_instance", sa.Column("last_write", sa.String(length=32), nullable=True))
