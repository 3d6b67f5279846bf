"""The platform's own tables; an app's tables are compiled from its definition, never listed here."""

from __future__ import annotations

import sqlalchemy as sa

from runtime.store.types import Day, Instant, Json, bytewise_text

METADATA = sa.MetaData()


def _table(name: str, *columns: sa.schema.SchemaItem) -> sa.Table:
    return sa.Table(name, METADATA, *columns)


def _id() -> sa.Column[str]:
    return sa.Column("id", sa.String(36), primary_key=True)


# Settings and publishing -------------------------------------------------------------------------------------------

setting = _table("setting", sa.Column("name", sa.String(64), primary_key=True), sa.Column("value", Json, nullable=False))

release = _table(
    "release",
    sa.Column("app", sa.String(48), primary_key=True),
    sa.Column("release", sa.Integer, primary_key=True),
    sa.Column("version", sa.String(32), nullable=False),
    sa.Column("checksum", sa.String(64), nullable=False),
    sa.Column("files", Json, nullable=False),
    #: applying, active, superseded, failed
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("based_on", sa.Integer),
    sa.Column("author", sa.String(36)),
    sa.Column("approver", sa.String(36)),
    sa.Column("note", sa.Text),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("activated_at", Instant),
)
#: At most one active and one applying release per app: the database, not a check before, decides.
sa.Index("release_one_active", release.c.app, unique=True, sqlite_where=release.c.state == "active", postgresql_where=release.c.state == "active")
sa.Index("release_one_applying", release.c.app, unique=True, sqlite_where=release.c.state == "applying", postgresql_where=release.c.state == "applying")

publish_step = _table(
    "publish_step",
    sa.Column("app", sa.String(48), primary_key=True),
    sa.Column("release", sa.Integer, primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("phase", sa.String(16), nullable=False),
    sa.Column("sql", sa.Text, nullable=False),
    sa.Column("because", Json, nullable=False),
    #: What takes the step back when the publication fails before anybody used it.
    sa.Column("reverse", sa.Text),
    sa.Column("done_at", Instant),
)

#: Every physical column an app ever had, so that a dropped field is a tombstone and comes back with its data.
physical_column = _table(
    "physical_column",
    sa.Column("table_name", sa.String(63), primary_key=True),
    sa.Column("column_name", sa.String(63), primary_key=True),
    sa.Column("app", sa.String(48), nullable=False),
    sa.Column("entity_id", sa.String(48), nullable=False),
    sa.Column("storage", sa.Text, nullable=False),
    sa.Column("dropped_in", sa.Integer),
)

draft_file = _table(
    "draft_file",
    sa.Column("app", sa.String(48), primary_key=True),
    sa.Column("path", sa.String(200), primary_key=True),
    #: NULL text = the file is deleted in the draft
    sa.Column("text", sa.Text),
    sa.Column("checksum", sa.String(64), nullable=False),
    sa.Column("base_release", sa.Integer, nullable=False),
    sa.Column("changed_by", sa.String(36), nullable=False),
    #: Everybody who edited the file since the last publication; none of them may approve it.
    sa.Column("editors", Json, nullable=False),
    sa.Column("changed_at", Instant, nullable=False),
)

review = _table(
    "review",
    _id(),
    sa.Column("app", sa.String(48), nullable=False),
    sa.Column("base_release", sa.Integer, nullable=False),
    sa.Column("checksum", sa.String(64), nullable=False),
    sa.Column("files", Json, nullable=False),
    sa.Column("plan_checksum", sa.String(64), nullable=False),
    sa.Column("note", sa.Text),
    sa.Column("author", sa.String(36), nullable=False),
    #: Everybody who edited one of its files.
    sa.Column("editors", Json, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    #: open, approved, returned, outdated
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("decided_by", sa.String(36)),
    sa.Column("decided_at", Instant),
    sa.Column("decision_note", sa.Text),
)

# Organisation and identity -----------------------------------------------------------------------------------------

org_branch = _table(
    "org_branch",
    _id(),
    sa.Column("f_code", bytewise_text(40), nullable=False, unique=True),
    sa.Column("f_name", bytewise_text(120), nullable=False),
    sa.Column("f_region", bytewise_text(120)),
    sa.Column("f_parent", sa.String(36), sa.ForeignKey("org_branch.id")),
    #: codes from the head office down, `/HO/CX/`; a unit tree is a range of this column
    sa.Column("f_path", bytewise_text(400), nullable=False, unique=True),
    #: a department belongs to the office above it: those of the top unit are the head office
    sa.Column("department", sa.Boolean, nullable=False, server_default=sa.false()),
    #: the person who leads the unit
    sa.Column("leader", sa.String(36)),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("created_by", sa.String(36)),
    sa.Column("changed_at", Instant, nullable=False),
    sa.Column("changed_by", sa.String(36)),
    sa.Column("deleted_at", Instant),
)

org_person = _table(
    "org_person",
    _id(),
    sa.Column("f_username", bytewise_text(64), nullable=False, unique=True),
    sa.Column("f_name", bytewise_text(120), nullable=False),
    sa.Column("f_branch", sa.String(36), sa.ForeignKey("org_branch.id")),
    sa.Column("locale", sa.String(8), nullable=False, server_default="zh"),
    sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("demo", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("created_by", sa.String(36)),
    sa.Column("changed_at", Instant, nullable=False),
    sa.Column("changed_by", sa.String(36)),
    sa.Column("deleted_at", Instant),
)

person_role = _table(
    "person_role",
    sa.Column("person_id", sa.String(36), sa.ForeignKey("org_person.id"), primary_key=True),
    #: "" for platform roles
    sa.Column("app", sa.String(48), primary_key=True),
    sa.Column("role", sa.String(48), primary_key=True),
    sa.Column("valid_from", Day),
    sa.Column("valid_to", Day),
)

#: 本人授权额度: what a person may approve alone, in the app's currency (minor unit 0.01).
person_limit = _table(
    "person_limit",
    sa.Column("person_id", sa.String(36), sa.ForeignKey("org_person.id"), primary_key=True),
    sa.Column("app", sa.String(48), primary_key=True),
    sa.Column("amount", sa.Text, nullable=False),
)

credential = _table(
    "credential",
    sa.Column("person_id", sa.String(36), sa.ForeignKey("org_person.id"), primary_key=True),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
    sa.Column("locked_until", Instant),
    sa.Column("changed_at", Instant, nullable=False),
)

session = _table(
    "session",
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("person_id", sa.String(36), sa.ForeignKey("org_person.id"), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
)

api_token = _table(
    "api_token",
    _id(),
    sa.Column("person_id", sa.String(36), sa.ForeignKey("org_person.id"), nullable=False),
    sa.Column("label", sa.String(120), nullable=False),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("revoked_at", Instant),
)

# Requests and records ----------------------------------------------------------------------------------------------

idempotency = _table(
    "idempotency",
    sa.Column("person_id", sa.String(36), primary_key=True),
    sa.Column("key", sa.String(128), primary_key=True),
    sa.Column("request_hash", sa.String(64), nullable=False),
    #: NULL while the first request is still running
    sa.Column("status", sa.Integer),
    sa.Column("headers", Json),
    sa.Column("body", sa.Text),
    #: of the request that runs under this key: its audit events tell whether it took effect before a crash
    sa.Column("request_id", sa.String(64), nullable=False, server_default=""),
    sa.Column("created_at", Instant, nullable=False),
)

number_sequence = _table(
    "number_sequence",
    sa.Column("app", sa.String(48), primary_key=True),
    sa.Column("entity_id", sa.String(48), primary_key=True),
    sa.Column("period", sa.String(40), primary_key=True),
    sa.Column("value", sa.Integer, nullable=False),
)

import_batch = _table(
    "import_batch",
    _id(),
    sa.Column("app", sa.String(48), nullable=False),
    sa.Column("entity", sa.String(48), nullable=False),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("file_hash", sa.String(64), nullable=False),
    sa.Column("started_by", sa.String(36), nullable=False),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
    sa.Column("rows", sa.Integer, nullable=False, server_default="0"),
    sa.Column("created", sa.Integer, nullable=False, server_default="0"),
    sa.Column("updated", sa.Integer, nullable=False, server_default="0"),
    sa.Column("unchanged", sa.Integer, nullable=False, server_default="0"),
    sa.Column("rejected", sa.Integer, nullable=False, server_default="0"),
)

import_reject = _table(
    "import_reject",
    sa.Column("batch_id", sa.String(36), sa.ForeignKey("import_batch.id"), primary_key=True),
    sa.Column("row", sa.Integer, primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("column_name", sa.Text),
    sa.Column("value", sa.Text),
    sa.Column("reason", Json, nullable=False),
)

# Audit -------------------------------------------------------------------------------------------------------------

audit_event = _table(
    "audit_event",
    _id(),
    sa.Column("at", Instant, nullable=False),
    sa.Column("app", sa.String(48)),
    sa.Column("release", sa.Integer),
    sa.Column("actor", sa.String(36), nullable=False),
    sa.Column("on_behalf_of", sa.String(36)),
    sa.Column("unit", sa.String(36)),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("request_id", sa.String(64), nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("entity", sa.String(48)),
    sa.Column("record_id", sa.String(36)),
    sa.Column("record_version", sa.Integer),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("leaf", sa.String(64), nullable=False),
)
sa.Index("audit_event_record", audit_event.c.entity, audit_event.c.record_id, audit_event.c.at)
sa.Index("audit_event_at", audit_event.c.at)

audit_queue = _table("audit_queue", sa.Column("event_id", sa.String(36), primary_key=True))

audit_leaf = _table(
    "audit_leaf",
    sa.Column("leaf_index", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("event_id", sa.String(36), nullable=False, unique=True),
    sa.Column("leaf", sa.String(64), nullable=False),
)

audit_checkpoint = _table(
    "audit_checkpoint",
    sa.Column("size", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("root", sa.String(64), nullable=False),
    sa.Column("frontier", Json, nullable=False),
    sa.Column("previous", sa.String(64)),
    sa.Column("at", Instant, nullable=False),
    sa.Column("key_id", sa.String(64), nullable=False),
    sa.Column("signature", sa.Text, nullable=False),
)

# Jobs, outbox, connections -----------------------------------------------------------------------------------------

outbox = _table(
    "outbox",
    _id(),
    #: the business key: one per visit of a call step or per automation run; a second insert is refused
    sa.Column("key", sa.String(160), nullable=False, unique=True),
    sa.Column("app", sa.String(48), nullable=False),
    sa.Column("release", sa.Integer, nullable=False),
    #: "binding.operation"
    sa.Column("operation", sa.String(100), nullable=False),
    sa.Column("arguments", Json, nullable=False),
    #: pending, sending, sent, confirmed, rejected, unknown, parked
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("lease_until", Instant),
    sa.Column("fence", sa.Integer, nullable=False, server_default="0"),
    sa.Column("result", Json),
    sa.Column("trail", Json, nullable=False),
    sa.Column("instance_id", sa.String(36)),
    sa.Column("step", sa.String(64)),
    sa.Column("visit", sa.Integer),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
)
sa.Index("outbox_due", outbox.c.state, outbox.c.due_at)

job = _table(
    "job",
    _id(),
    #: timer, automation
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("key", sa.String(160), nullable=False, unique=True),
    sa.Column("payload", Json, nullable=False),
    sa.Column("due_at", Instant, nullable=False),
    #: waiting, running, done, cancelled, failed
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("lease_until", Instant),
    sa.Column("fence", sa.Integer, nullable=False, server_default="0"),
    sa.Column("error", sa.Text),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
)
sa.Index("job_due", job.c.state, job.c.due_at)

#: The last time an automation took a record: its cooldown, decided by the primary key.
automation_run = _table(
    "automation_run",
    sa.Column("app", sa.String(48), primary_key=True),
    sa.Column("automation_id", sa.String(48), primary_key=True),
    sa.Column("record_id", sa.String(36), primary_key=True),
    sa.Column("taken_on", Day, nullable=False),
    sa.Column("taken_at", Instant, nullable=False),
)

connection = _table(
    "connection",
    #: id of the connector definition that this connection serves
    sa.Column("connector", sa.String(48), primary_key=True),
    sa.Column("parameters", Json, nullable=False),
    sa.Column("allowed_hosts", Json, nullable=False),
    sa.Column("enabled", sa.Boolean, nullable=False),
    sa.Column("changed_at", Instant, nullable=False),
    #: how the last call went: outcome, reachable, since, at; written when it changes, and at most once a minute
    sa.Column("last_state", Json),
)

#: The last good answer of a query, for "as of" when the source does not answer.
connector_answer = _table(
    "connector_answer",
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("answer", Json, nullable=False),
    sa.Column("as_of", Instant, nullable=False),
)

# Approvals ---------------------------------------------------------------------------------------------------------

wf_instance = _table(
    "wf_instance",
    _id(),
    sa.Column("app", sa.String(48), nullable=False),
    sa.Column("release", sa.Integer, nullable=False),
    sa.Column("workflow_id", sa.String(48), nullable=False),
    sa.Column("entity", sa.String(48), nullable=False),
    sa.Column("record_id", sa.String(36), nullable=False),
    sa.Column("starter", sa.String(36), nullable=False),
    sa.Column("starter_unit", sa.String(36)),
    #: running, held, approved, rejected, stopped
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
)
sa.Index("wf_instance_starter", wf_instance.c.starter, wf_instance.c.started_at)
sa.Index("wf_instance_record", wf_instance.c.entity, wf_instance.c.record_id)
sa.Index(
    "wf_instance_one_running",
    wf_instance.c.app,
    wf_instance.c.workflow_id,
    wf_instance.c.record_id,
    unique=True,
    sqlite_where=wf_instance.c.state.in_(["running", "held"]),
    postgresql_where=wf_instance.c.state.in_(["running", "held"]),
)

wf_event = _table(
    "wf_event",
    sa.Column("instance_id", sa.String(36), sa.ForeignKey("wf_instance.id"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("actor", sa.String(36)),
    sa.Column("body", Json, nullable=False),
)

wf_visit = _table(
    "wf_visit",
    sa.Column("instance_id", sa.String(36), sa.ForeignKey("wf_instance.id"), primary_key=True),
    sa.Column("step", sa.String(64), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    #: open, approved, rejected, returned, completed, cancelled, superseded, held, calling
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("due_at", Instant),
    sa.Column("closed_at", Instant),
    sa.Column("held_reason", sa.Text),
)

wf_seat = _table(
    "wf_seat",
    _id(),
    sa.Column("instance_id", sa.String(36), sa.ForeignKey("wf_instance.id"), nullable=False),
    sa.Column("step", sa.String(64), nullable=False),
    sa.Column("visit", sa.Integer, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    #: the person whose authority it is; NULL while several may claim it
    sa.Column("owner", sa.String(36)),
    #: open, approved, rejected, abstained, completed, returned, not_required, cancelled, superseded
    sa.Column("state", sa.String(16), nullable=False),
)

sa.Index("wf_seat_instance", wf_seat.c.instance_id)

#: 待办. A plain work item (of an automation) has no seat and no instance.
wf_work = _table(
    "wf_work",
    _id(),
    sa.Column("instance_id", sa.String(36), sa.ForeignKey("wf_instance.id")),
    sa.Column("seat_id", sa.String(36), sa.ForeignKey("wf_seat.id")),
    sa.Column("app", sa.String(48), nullable=False),
    sa.Column("release", sa.Integer, nullable=False),
    sa.Column("entity", sa.String(48), nullable=False),
    sa.Column("record_id", sa.String(36), nullable=False),
    sa.Column("workflow_id", sa.String(48)),
    sa.Column("step", sa.String(64)),
    sa.Column("text", Json),
    #: open, done, cancelled
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("result", sa.String(16)),
    sa.Column("claimed_by", sa.String(36)),
    sa.Column("done_by", sa.String(36)),
    sa.Column("unit", sa.String(36)),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("due_at", Instant),
    sa.Column("done_at", Instant),
)
sa.Index("wf_work_done", wf_work.c.done_by, wf_work.c.done_at)
sa.Index("wf_work_open", wf_work.c.state, wf_work.c.due_at)
sa.Index("wf_work_record", wf_work.c.entity, wf_work.c.record_id)

#: Who is offered an open work item; the rows go when it is closed, the events keep who was asked.
wf_work_person = _table(
    "wf_work_person",
    sa.Column("work_id", sa.String(36), sa.ForeignKey("wf_work.id"), primary_key=True),
    sa.Column("person_id", sa.String(36), primary_key=True),
)
sa.Index("wf_work_person_person", wf_work_person.c.person_id)
