"""Indexes for the reports of approvals: events by kind and time, open visits by their due time."""

from __future__ import annotations

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("wf_event_kind", "wf_event", ["kind", "at"])
    op.create_index("wf_visit_due", "wf_visit", ["state", "due_at"])


def downgrade() -> None:
    op.drop_index("wf_visit_due", "wf_visit")
    op.drop_index("wf_event_kind", "wf_event")
