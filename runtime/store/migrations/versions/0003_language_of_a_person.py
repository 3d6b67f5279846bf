"""A person without a chosen language follows the browser: `org_person.locale` may be missing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # SQLite cannot drop NOT NULL in place, and making the table anew would break the references to it.
    op.add_column("org_person", sa.Column("chosen_locale", sa.String(8), nullable=True))
    # "zh" was the default of everybody who had never chosen.
    op.execute("UPDATE org_person SET chosen_locale = locale WHERE locale <> 'zh'")
    op.drop_column("org_person", "locale")
    op.alter_column("org_person", "chosen_locale", new_column_name="locale")
