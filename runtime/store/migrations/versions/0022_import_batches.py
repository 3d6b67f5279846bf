"""Imports as batches that are staged, checked, released, written and undone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from runtime.store.types import Instant, Json

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_ADDED = (
    ("state", sa.String(length=16), "written"),
    ("reading", Json(), None),
    ("note", sa.Text(), None),
    ("checked", Json(), None),
    ("preview", Json(), None),
    ("roles", Json(), None),
    ("released_by", Json(), None),
    ("decided_by", sa.String(length=36), None),
    ("decided_at", Instant(), None),
    ("decision_note", sa.Text(), None),
    ("reached", sa.Integer(), "0"),
    ("error", Json(), None),
    ("undone_by", sa.String(length=36), None),
    ("undone_from", sa.Integer(), None),
    ("undone", sa.Integer(), "0"),
    ("left_alone", sa.Integer(), "0"),
)
_TOLD = (("code", sa.String(length=8)), ("field", sa.String(length=48)))


def upgrade() -> None:
    for name, kind, default in _ADDED:
        op.add_column("import_batch", sa.Column(name, kind, server_default=default, nullable=default is None))
    op.create_index("import_batch_of", "import_batch", ["app", "entity", "started_at"])
    op.create_index("import_batch_file", "import_batch", ["file_hash"])
    for name, kind in _TOLD:
        op.add_column("import_reject", sa.Column(name, kind, nullable=True))
    op.create_table(
        "import_row",
        sa.Column("batch_id", sa.String(length=36), nullable=False),
        sa.Column("row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("before", Json(), nullable=True),
        sa.Column("after", Json(), nullable=True),
        sa.Column("why_left", Json(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"]),
        sa.PrimaryKeyConstraint("batch_id", "row"),
    )


def downgrade() -> None:
    op.drop_table("import_row")
    for name, _ in _TOLD:
        op.drop_column("import_reject", name)
    op.drop_index("import_batch_file", "import_batch")
    op.drop_index("import_batch_of", "import_batch")
    for name, _, _ in _ADDED:
        op.drop_column("import_batch", name)
