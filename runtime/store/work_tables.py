"""The platform's tables of work under way: jobs, calls to other systems, approvals and their to-do list."""

from __future__ import annotations

import sqlalchemy as sa

from runtime.store.metadata import id_column, table
from runtime.store.types import Day, Instant, Json

# Jobs, outbox, connections -----------------------------------------------------------------------------------------

outbox = table(
    "outbox",
    id_column(),
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

job = table(
    "job",
    id_column(),
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
automation_run = table(
    "automation_run",
    sa.Column("app", sa.String(48), primary_key=True),
    sa.Column("automation_id", sa.String(48), primary_key=True),
    sa.Column("record_id", sa.String(36), primary_key=True),
    sa.Column("taken_on", Day, nullable=False),
    sa.Column("taken_at", Instant, nullable=False),
)

connection = table(
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
connector_answer = table(
    "connector_answer",
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("answer", Json, nullable=False),
    sa.Column("as_of", Instant, nullable=False),
)

# Approvals ---------------------------------------------------------------------------------------------------------

wf_instance = table(
    "wf_instance",
    id_column(),
    sa.Column("app", sa.String(48), nullable=False),
    sa.Column("release", sa.Integer, nullable=False),
    sa.Column("workflow_id", sa.String(48), nullable=False),
    sa.Column("entity", sa.String(48), nullable=False),
    sa.Column("record_id", sa.String(36), nullable=False),
    sa.Column("starter", sa.String(36), nullable=False),
    sa.Column("starter_unit", sa.String(36)),
    #: of a sub-flow: the instance that began it
    sa.Column("parent_id", sa.String(36)),
    #: running, held, approved, rejected, stopped
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    #: a key that each write makes anew: who knows the state that it left need not read the events again
    sa.Column("last_write", sa.String(32)),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
    #: the completed approval that it takes back
    sa.Column("reverses", sa.String(36)),
)
sa.Index("wf_instance_starter", wf_instance.c.starter, wf_instance.c.started_at)
#: A record's key is made once for all entities, and outlives the name of its own.
sa.Index("wf_instance_record", wf_instance.c.record_id, wf_instance.c.started_at)
sa.Index(
    "wf_instance_one_running",
    wf_instance.c.app,
    wf_instance.c.workflow_id,
    wf_instance.c.record_id,
    unique=True,
    sqlite_where=wf_instance.c.state.in_(["running", "held"]),
    postgresql_where=wf_instance.c.state.in_(["running", "held"]),
)

sa.Index(
    "wf_instance_one_reversal",
    wf_instance.c.reverses,
    unique=True,
    sqlite_where=wf_instance.c.state.in_(["running", "held", "approved"]),
    postgresql_where=wf_instance.c.state.in_(["running", "held", "approved"]),
)

wf_event = table(
    "wf_event",
    sa.Column("instance_id", sa.String(36), sa.ForeignKey("wf_instance.id"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("actor", sa.String(36)),
    sa.Column("body", Json, nullable=False),
)
#: For the reports of what happened in a period.
sa.Index("wf_event_kind", wf_event.c.kind, wf_event.c.at)

wf_visit = table(
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
sa.Index("wf_visit_due", wf_visit.c.state, wf_visit.c.due_at)

wf_seat = table(
    "wf_seat",
    id_column(),
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
wf_work = table(
    "wf_work",
    id_column(),
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
    #: whether somebody may do it for those to whom it is offered (代理)
    sa.Column("by_proxy", sa.Boolean, nullable=False, server_default=sa.false()),
)
sa.Index("wf_work_done", wf_work.c.done_by, wf_work.c.done_at)
sa.Index("wf_work_open", wf_work.c.state, wf_work.c.due_at)
sa.Index("wf_work_record", wf_work.c.record_id)
sa.Index("wf_work_instance", wf_work.c.instance_id)

#: What other systems reported; an event is kept here for a wait that is not open yet.
received_event = table(
    "received_event",
    id_column(),
    sa.Column("app", sa.String(48), nullable=False),
    #: binding.event
    sa.Column("event", sa.String(100), nullable=False),
    #: tells repeats of one event apart from others
    sa.Column("key", sa.String(200), nullable=False, unique=True),
    sa.Column("body", Json, nullable=False),
    sa.Column("received_at", Instant, nullable=False),
    #: received, taken, kept, late, expired
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("until", Instant),
    sa.Column("taken_at", Instant),
    #: how many approvals went on by it
    sa.Column("approvals", sa.Integer, nullable=False),
)
sa.Index("received_event_kept", received_event.c.app, received_event.c.event, received_event.c.state, received_event.c.until)

#: Who is offered an open work item; the rows go when it is closed, the events keep who was asked.
wf_work_person = table(
    "wf_work_person",
    sa.Column("work_id", sa.String(36), sa.ForeignKey("wf_work.id"), primary_key=True),
    sa.Column("person_id", sa.String(36), primary_key=True),
    #: its place in the list: whether it is a copy that nobody has to read (any more), the times of the work item and its unit (`runtime.store.offers`)
    sa.Column("copied", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("due_by", Instant, nullable=False, server_default="9999-12-31T00:00:00.000Z"),
    sa.Column("created_at", Instant, nullable=False, server_default="1970-01-01T00:00:00.000Z"),
    sa.Column("unit", sa.String(36)),
)
#: A page of somebody's list of one unit, and how much each unit has in it, are one range of this.
sa.Index(
    "wf_work_person_unit",
    wf_work_person.c.person_id,
    wf_work_person.c.copied,
    wf_work_person.c.unit,
    wf_work_person.c.due_by,
    wf_work_person.c.created_at,
    wf_work_person.c.work_id,
)
#: A page of somebody's list is one range of this, whatever else there is.
sa.Index(
    "wf_work_person_list",
    wf_work_person.c.person_id,
    wf_work_person.c.copied,
    wf_work_person.c.due_by,
    wf_work_person.c.created_at,
    wf_work_person.c.work_id,
)
