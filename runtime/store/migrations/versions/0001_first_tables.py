"""The platform's first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from runtime.store.types import Day, Instant, Json, bytewise_text

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_checkpoint",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("frontier", Json(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("key_id", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size"),
    )
    op.create_table(
        "audit_event",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("app", sa.String(length=48), nullable=True),
        sa.Column("release", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(length=36), nullable=False),
        sa.Column("on_behalf_of", sa.String(length=36), nullable=True),
        sa.Column("unit", sa.String(length=36), nullable=True),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("entity", sa.String(length=48), nullable=True),
        sa.Column("record_id", sa.String(length=36), nullable=True),
        sa.Column("record_version", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("leaf", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("audit_event_at", "audit_event", ["at"], unique=False)
    op.create_index("audit_event_record", "audit_event", ["entity", "record_id", "at"], unique=False)
    op.create_table(
        "audit_leaf",
        sa.Column("leaf_index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("leaf", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("leaf_index"),
        sa.UniqueConstraint("event_id"),
    )
    op.create_table(
        "audit_queue", sa.Column("event_id", sa.String(length=36), nullable=False), sa.PrimaryKeyConstraint("event_id")
    )
    op.create_table(
        "automation_run",
        sa.Column("app", sa.String(length=48), nullable=False),
        sa.Column("automation_id", sa.String(length=48), nullable=False),
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("taken_on", Day(), nullable=False),
        sa.Column("taken_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("app", "automation_id", "record_id"),
    )
    op.create_table(
        "connection",
        sa.Column("connector", sa.String(length=48), nullable=False),
        sa.Column("parameters", Json(), nullable=False),
        sa.Column("allowed_hosts", Json(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("last_state", Json(), nullable=True),
        sa.PrimaryKeyConstraint("connector"),
    )
    op.create_table(
        "connector_answer",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("answer", Json(), nullable=False),
        sa.Column("as_of", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "draft_file",
        sa.Column("app", sa.String(length=48), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("checksum", sa.String(length=64), nullable=False),
        sa.Column("base_release", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(length=36), nullable=False),
        sa.Column("editors", Json(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("app", "path"),
    )
    op.create_table(
        "idempotency",
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", Json(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("request_id", sa.String(length=64), server_default="", nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "key"),
    )
    op.create_index("idempotency_created", "idempotency", ["created_at"], unique=False)
    op.create_table(
        "import_batch",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("app", sa.String(length=48), nullable=False),
        sa.Column("entity", sa.String(length=48), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        sa.Column("started_by", sa.String(length=36), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("rows", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created", sa.Integer(), server_default="0", nullable=False),
        sa.Column("updated", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unchanged", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rejected", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("payload", Json(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("job_due", "job", ["state", "due_at"], unique=False)
    op.create_table(
        "number_sequence",
        sa.Column("app", sa.String(length=48), nullable=False),
        sa.Column("entity_id", sa.String(length=48), nullable=False),
        sa.Column("period", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("app", "entity_id", "period"),
    )
    op.create_table(
        "org_branch",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("f_code", bytewise_text(40), nullable=False),
        sa.Column("f_name", bytewise_text(120), nullable=False),
        sa.Column("f_region", bytewise_text(120), nullable=True),
        sa.Column("f_parent", sa.String(length=36), nullable=True),
        sa.Column("f_path", bytewise_text(400), nullable=False),
        sa.Column("department", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("leader", sa.String(length=36), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("created_by", sa.String(length=36), nullable=True),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("changed_by", sa.String(length=36), nullable=True),
        sa.Column("deleted_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["f_parent"],
            ["org_branch.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("f_code"),
        sa.UniqueConstraint("f_path"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("app", sa.String(length=48), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("operation", sa.String(length=100), nullable=False),
        sa.Column("arguments", Json(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("result", Json(), nullable=True),
        sa.Column("trail", Json(), nullable=False),
        sa.Column("instance_id", sa.String(length=36), nullable=True),
        sa.Column("step", sa.String(length=64), nullable=True),
        sa.Column("visit", sa.Integer(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("outbox_due", "outbox", ["state", "due_at"], unique=False)
    op.create_table(
        "physical_column",
        sa.Column("table_name", sa.String(length=63), nullable=False),
        sa.Column("column_name", sa.String(length=63), nullable=False),
        sa.Column("app", sa.String(length=48), nullable=False),
        sa.Column("entity_id", sa.String(length=48), nullable=False),
        sa.Column("storage", sa.Text(), nullable=False),
        sa.Column("dropped_in", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("table_name", "column_name"),
    )
    op.create_table(
        "publish_step",
        sa.Column("app", sa.String(length=48), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("phase", sa.String(length=16), nullable=False),
        sa.Column("sql", sa.Text(), nullable=False),
        sa.Column("because", Json(), nullable=False),
        sa.Column("reverse", sa.Text(), nullable=True),
        sa.Column("done_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("app", "release", "position"),
    )
    op.create_table(
        "release",
        sa.Column("app", sa.String(length=48), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("checksum", sa.String(length=64), nullable=False),
        sa.Column("files", Json(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=True),
        sa.Column("author", sa.String(length=36), nullable=True),
        sa.Column("approver", sa.String(length=36), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("activated_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("app", "release"),
    )
    op.create_index(
        "release_one_active",
        "release",
        ["app"],
        unique=True,
        sqlite_where=sa.text("state = 'active'"),
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_index(
        "release_one_applying",
        "release",
        ["app"],
        unique=True,
        sqlite_where=sa.text("state = 'applying'"),
        postgresql_where=sa.text("state = 'applying'"),
    )
    op.create_table(
        "review",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("app", sa.String(length=48), nullable=False),
        sa.Column("base_release", sa.Integer(), nullable=False),
        sa.Column("checksum", sa.String(length=64), nullable=False),
        sa.Column("files", Json(), nullable=False),
        sa.Column("plan_checksum", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("author", sa.String(length=36), nullable=False),
        sa.Column("editors", Json(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("decided_by", sa.String(length=36), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "setting",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", Json(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "wf_instance",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("app", sa.String(length=48), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("workflow_id", sa.String(length=48), nullable=False),
        sa.Column("entity", sa.String(length=48), nullable=False),
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("starter", sa.String(length=36), nullable=False),
        sa.Column("starter_unit", sa.String(length=36), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("wf_instance_starter", "wf_instance", ["starter", "started_at"], unique=False)
    op.create_index(
        "wf_instance_one_running",
        "wf_instance",
        ["app", "workflow_id", "record_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('running', 'held')"),
        postgresql_where=sa.text("state IN ('running', 'held')"),
    )
    op.create_index("wf_instance_record", "wf_instance", ["entity", "record_id"], unique=False)
    op.create_table(
        "import_reject",
        sa.Column("batch_id", sa.String(length=36), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("column_name", sa.Text(), nullable=True),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("reason", Json(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["import_batch.id"],
        ),
        sa.PrimaryKeyConstraint("batch_id", "row", "position"),
    )
    op.create_table(
        "org_person",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("f_username", bytewise_text(64), nullable=False),
        sa.Column("f_name", bytewise_text(120), nullable=False),
        sa.Column("f_branch", sa.String(length=36), nullable=True),
        sa.Column("locale", sa.String(length=8), server_default="zh", nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("demo", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("created_by", sa.String(length=36), nullable=True),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("changed_by", sa.String(length=36), nullable=True),
        sa.Column("deleted_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["f_branch"],
            ["org_branch.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("f_username"),
    )
    op.create_table(
        "wf_event",
        sa.Column("instance_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.String(length=36), nullable=True),
        sa.Column("body", Json(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"],
            ["wf_instance.id"],
        ),
        sa.PrimaryKeyConstraint("instance_id", "position"),
    )
    op.create_table(
        "wf_seat",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("instance_id", sa.String(length=36), nullable=False),
        sa.Column("step", sa.String(length=64), nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=36), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"],
            ["wf_instance.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("wf_seat_instance", "wf_seat", ["instance_id"], unique=False)
    op.create_table(
        "wf_visit",
        sa.Column("instance_id", sa.String(length=36), nullable=False),
        sa.Column("step", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("held_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"],
            ["wf_instance.id"],
        ),
        sa.PrimaryKeyConstraint("instance_id", "step", "number"),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["org_person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_table(
        "credential",
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("locked_until", Instant(), nullable=True),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["org_person.id"],
        ),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_table(
        "person_limit",
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("app", sa.String(length=48), nullable=False),
        sa.Column("amount", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["org_person.id"],
        ),
        sa.PrimaryKeyConstraint("person_id", "app"),
    )
    op.create_table(
        "person_role",
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("app", sa.String(length=48), nullable=False),
        sa.Column("role", sa.String(length=48), nullable=False),
        sa.Column("valid_from", Day(), nullable=True),
        sa.Column("valid_to", Day(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["org_person.id"],
        ),
        sa.PrimaryKeyConstraint("person_id", "app", "role"),
    )
    op.create_table(
        "session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["org_person.id"],
        ),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_table(
        "wf_work",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("instance_id", sa.String(length=36), nullable=True),
        sa.Column("seat_id", sa.String(length=36), nullable=True),
        sa.Column("app", sa.String(length=48), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("entity", sa.String(length=48), nullable=False),
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("workflow_id", sa.String(length=48), nullable=True),
        sa.Column("step", sa.String(length=64), nullable=True),
        sa.Column("text", Json(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("result", sa.String(length=16), nullable=True),
        sa.Column("claimed_by", sa.String(length=36), nullable=True),
        sa.Column("done_by", sa.String(length=36), nullable=True),
        sa.Column("unit", sa.String(length=36), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("done_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"],
            ["wf_instance.id"],
        ),
        sa.ForeignKeyConstraint(
            ["seat_id"],
            ["wf_seat.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("wf_work_done", "wf_work", ["done_by", "done_at"], unique=False)
    op.create_index("wf_work_open", "wf_work", ["state", "due_at"], unique=False)
    op.create_index("wf_work_record", "wf_work", ["entity", "record_id"], unique=False)
    op.create_table(
        "wf_work_person",
        sa.Column("work_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["work_id"],
            ["wf_work.id"],
        ),
        sa.PrimaryKeyConstraint("work_id", "person_id"),
    )
    op.create_index("wf_work_person_person", "wf_work_person", ["person_id"], unique=False)
