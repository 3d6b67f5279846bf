"""The platform's table of notices: what a person is told beside the to-do list."""

from __future__ import annotations

import sqlalchemy as sa

from runtime.store.metadata import id_column, table
from runtime.store.types import Instant

notice = table(
    "notice",
    id_column(),
    sa.Column("person_id", sa.String(36), nullable=False),
    #: overdue, reminded, urged, escalated, held, finished, proxy, emergency; webhook_stopped, whose record_id is the webhook's;
    #: published, not_published, whose record_id is the review's; export_waits, import_waits, whose record_id is that of the transfer
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("app", sa.String(48), nullable=False),
    sa.Column("release", sa.Integer, nullable=False),
    sa.Column("workflow_id", sa.String(48)),
    sa.Column("entity", sa.String(48), nullable=False),
    sa.Column("record_id", sa.String(36), nullable=False),
    sa.Column("step", sa.String(64)),
    #: the work item that it is about, where there is one for this person
    sa.Column("work_id", sa.String(36)),
    #: a code that says more: why it is held, how it ended
    sa.Column("detail", sa.String(64)),
    #: whose act it was; NULL for the platform's own
    sa.Column("actor", sa.String(36)),
    sa.Column("at", Instant, nullable=False),
    sa.Column("read_at", Instant),
)
sa.Index("notice_person", notice.c.person_id, notice.c.at)
