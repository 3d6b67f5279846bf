"""The platform's own tables; an app's tables are compiled from its definition, never listed here."""

from __future__ import annotations

import sqlalchemy as sa

from runtime.store.audit_tables import audit_checkpoint, audit_event, audit_leaf, audit_queue
from runtime.store.emergency_tables import emergency_use
from runtime.store.export_tables import export_request
from runtime.store.import_tables import import_batch, import_reject, import_row
from runtime.store.kept_tables import exchange_rate, kept_change, shadow_run
from runtime.store.merge_tables import merged_record, merged_reference, record_merge
from runtime.store.metadata import METADATA, id_column, table
from runtime.store.notice_tables import notice
from runtime.store.people_tables import person_group, person_post, role_grant
from runtime.store.promotion_tables import direct_change, release_source
from runtime.store.proxy_tables import wf_proxy
from runtime.store.reveal_tables import reveal_count
from runtime.store.search_tables import search_field, search_term
from runtime.store.types import Instant, Json, bytewise_text
from runtime.store.webhook_tables import webhook, webhook_delivery
from runtime.store.work_tables import (
    automation_run,
    connection,
    connector_answer,
    job,
    outbox,
    received_event,
    wf_event,
    wf_instance,
    wf_seat,
    wf_visit,
    wf_work,
    wf_work_person,
)

#: The tables of the trail, and those of jobs, calls and approvals, stand in modules of their own and are found here with all others.
__all__ = [
    "METADATA",
    "audit_checkpoint",
    "audit_event",
    "audit_leaf",
    "audit_queue",
    "automation_run",
    "connection",
    "connector_answer",
    "direct_change",
    "emergency_use",
    "exchange_rate",
    "export_request",
    "import_batch",
    "import_reject",
    "import_row",
    "job",
    "kept_change",
    "merged_record",
    "merged_reference",
    "notice",
    "outbox",
    "person_group",
    "person_post",
    "received_event",
    "record_merge",
    "release_source",
    "reveal_count",
    "role_grant",
    "search_field",
    "search_term",
    "shadow_run",
    "webhook",
    "webhook_delivery",
    "wf_event",
    "wf_instance",
    "wf_proxy",
    "wf_seat",
    "wf_visit",
    "wf_work",
    "wf_work_person",
]

# Settings and publishing -------------------------------------------------------------------------------------------

setting = table("setting", sa.Column("name", sa.String(64), primary_key=True), sa.Column("value", Json, nullable=False))

release = table(
    "release",
    sa.Column("app", sa.String(48), primary_key=True),
    sa.Column("release", sa.Integer, primary_key=True),
    sa.Column("version", sa.String(32), nullable=False),
    sa.Column("checksum", sa.String(64), nullable=False),
    sa.Column("files", Json, nullable=False),
    #: applying, active, pilot, superseded, failed
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("based_on", sa.Integer),
    sa.Column("author", sa.String(36)),
    sa.Column("approver", sa.String(36)),
    sa.Column("note", sa.Text),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("activated_at", Instant),
    #: Of a release for some units only: {"units": ids, "held": indexes that wait until it is live for all}
    sa.Column("pilot", Json),
    sa.Column("piloted_at", Instant),
    #: Where it came from: a promotion with what the other server says of it, or a direct change with its reason; NULL for the draft.
    sa.Column("origin", Json),
)
#: At most one active, one applying and one pilot release per app: the database, not a check before, decides.
sa.Index(
    "release_one_active",
    release.c.app,
    unique=True,
    sqlite_where=release.c.state == "active",
    postgresql_where=release.c.state == "active",
)
sa.Index(
    "release_one_applying",
    release.c.app,
    unique=True,
    sqlite_where=release.c.state == "applying",
    postgresql_where=release.c.state == "applying",
)
sa.Index(
    "release_one_pilot",
    release.c.app,
    unique=True,
    sqlite_where=release.c.state == "pilot",
    postgresql_where=release.c.state == "pilot",
)

publish_step = table(
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
physical_column = table(
    "physical_column",
    sa.Column("table_name", sa.String(63), primary_key=True),
    sa.Column("column_name", sa.String(63), primary_key=True),
    sa.Column("app", sa.String(48), nullable=False),
    sa.Column("entity_id", sa.String(48), nullable=False),
    sa.Column("storage", sa.Text, nullable=False),
    sa.Column("dropped_in", sa.Integer),
    sa.Column("dropped_at", Instant),
)

draft_file = table(
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

review = table(
    "review",
    id_column(),
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
    #: open, approved, returned, withdrawn, outdated; scheduled (approved, waits for its time), cancelled, not_started
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("decided_by", sa.String(36)),
    sa.Column("decided_at", Instant),
    sa.Column("decision_note", sa.Text),
    #: Ids of the units that it is to be live for; NULL for the whole bank.
    sa.Column("units", Json),
    #: When it is to be published; NULL for at once when it is approved.
    sa.Column("publish_at", Instant),
    #: Why it was not published at its time: `code`, `zh`, `en`.
    sa.Column("failure", Json),
    #: As `origin` of a release.
    sa.Column("origin", Json),
)

# Organisation and identity -----------------------------------------------------------------------------------------

org_branch = table(
    "org_branch",
    id_column(),
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

org_person = table(
    "org_person",
    id_column(),
    sa.Column("f_username", bytewise_text(64), nullable=False, unique=True),
    sa.Column("f_name", bytewise_text(120), nullable=False),
    sa.Column("f_branch", sa.String(36), sa.ForeignKey("org_branch.id")),
    sa.Column("locale", sa.String(8)),
    sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("demo", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("created_by", sa.String(36)),
    sa.Column("changed_at", Instant, nullable=False),
    sa.Column("changed_by", sa.String(36)),
    sa.Column("deleted_at", Instant),
)

#: 本人授权额度: what a person may approve alone, in the app's currency (minor unit 0.01).
person_limit = table(
    "person_limit",
    sa.Column("person_id", sa.String(36), sa.ForeignKey("org_person.id"), primary_key=True),
    sa.Column("app", sa.String(48), primary_key=True),
    sa.Column("amount", sa.Text, nullable=False),
)

credential = table(
    "credential",
    sa.Column("person_id", sa.String(36), sa.ForeignKey("org_person.id"), primary_key=True),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
    sa.Column("locked_until", Instant),
    sa.Column("changed_at", Instant, nullable=False),
)

session = table(
    "session",
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("person_id", sa.String(36), sa.ForeignKey("org_person.id"), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
)

api_token = table(
    "api_token",
    id_column(),
    sa.Column("person_id", sa.String(36), sa.ForeignKey("org_person.id"), nullable=False),
    sa.Column("label", sa.String(120), nullable=False),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("revoked_at", Instant),
)

# Requests and records ----------------------------------------------------------------------------------------------

idempotency = table(
    "idempotency",
    sa.Column("person_id", sa.String(36), primary_key=True),
    sa.Column("key", sa.String(128), primary_key=True),
    sa.Column("request_hash", sa.String(64), nullable=False),
    #: NULL while the first request is still running
    sa.Column("status", sa.Integer),
    sa.Column("headers", Json),
    sa.Column("body", sa.Text),
    #: set in the transaction of the effect itself, so that no crash can leave one unmarked
    sa.Column("took_effect", sa.Boolean, nullable=False, server_default=sa.false()),
    #: a digest of the roles and the unit under which the answer was given: under others it is not given again
    sa.Column("rights", sa.String(32), nullable=False, server_default=""),
    #: of the request that runs under this key: its audit events tell whether it took effect before a crash
    sa.Column("request_id", sa.String(64), nullable=False, server_default=""),
    sa.Column("created_at", Instant, nullable=False),
)

sa.Index("idempotency_created", idempotency.c.created_at)

number_sequence = table(
    "number_sequence",
    sa.Column("app", sa.String(48), primary_key=True),
    sa.Column("entity_id", sa.String(48), primary_key=True),
    sa.Column("period", sa.String(40), primary_key=True),
    sa.Column("value", sa.Integer, nullable=False),
)

attachment = table(
    "attachment",
    id_column(),
    sa.Column("app", sa.String(48), nullable=False),
    #: Ids of the entity and the field, which outlive their names.
    sa.Column("entity", sa.String(48), nullable=False),
    sa.Column("field", sa.String(48), nullable=False),
    #: NULL until a record is written that holds the file
    sa.Column("record_id", sa.String(36)),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.String(100), nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("created_by", sa.String(36), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
)
sa.Index("attachment_record", attachment.c.record_id)
sa.Index("attachment_sha256", attachment.c.sha256)

duplicate_case = table(
    "duplicate_case",
    id_column(),
    sa.Column("app", sa.String(48), nullable=False),
    sa.Column("entity", sa.String(48), nullable=False),
    #: The fields that agree, by commas.
    sa.Column("rule", sa.Text, nullable=False),
    #: The two records, the smaller key first.
    sa.Column("first_id", sa.String(36), nullable=False),
    sa.Column("second_id", sa.String(36), nullable=False),
    #: open, dismissed, merged, or gone: the two do not agree any more, or one is deleted
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("decided_by", sa.String(36)),
    sa.Column("decided_at", Instant),
    sa.Column("created_by", sa.String(36), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
)
sa.Index("duplicate_case_pair", duplicate_case.c.first_id, duplicate_case.c.second_id, duplicate_case.c.rule, unique=True)
sa.Index("duplicate_case_second", duplicate_case.c.second_id)
sa.Index("duplicate_case_open", duplicate_case.c.app, duplicate_case.c.entity, duplicate_case.c.state, duplicate_case.c.id)
