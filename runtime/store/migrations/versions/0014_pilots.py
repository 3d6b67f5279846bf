"""Releases that are live for some units only, and reviews that ask for such a pilot."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from runtime.store.types import Instant, Json

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("release", sa.Column("pilot", Json(), nullable=True))
    op.add_column("release", sa.Column("piloted_at", Instant(), nullable=True))
    op.add_column("review", sa.Column("units", Json(), nullable=True))
    pilot = sa.text("state = 'pilot'")
    op.create_index("release_one_pilot", "release", ["app"], unique=True, sqlite_where=pilot, postgresql_where=pilot)
