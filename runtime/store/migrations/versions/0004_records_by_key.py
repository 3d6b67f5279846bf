"""What happened to a record is found by its key alone, in its order: entities change their names, keys are made once."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_INDEXES = {
    "audit_event_record": ("audit_event", ["record_id", "id"]),
    "wf_instance_record": ("wf_instance", ["record_id", "started_at"]),
    "wf_work_record": ("wf_work", ["record_id"]),
}


def upgrade() -> None:
    for name, (table, columns) in _INDEXES.items():
        op.drop_index(name, table_name=table)
        op.create_index(name, table, columns)
