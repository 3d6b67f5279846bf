"""The tables of webhooks: who is told of changes, how far each came, and the last attempts to tell."""

from __future__ import annotations

import sqlalchemy as sa

from runtime.store.metadata import id_column, table
from runtime.store.types import Instant, Json

webhook = table(
    "webhook",
    id_column(),
    sa.Column("app", sa.String(48), nullable=False),
    sa.Column("label", sa.String(120), nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    #: Names of the entities whose changes are told.
    sa.Column("entities", Json, nullable=False),
    #: records: each change of a record; tasks: who has what to do about it
    sa.Column("tells", sa.String(16), nullable=False, server_default="records"),
    #: The person as whom the records are read.
    sa.Column("principal", sa.String(36), nullable=False),
    #: active, stopped
    sa.Column("state", sa.String(16), nullable=False),
    #: by_hand, failing, gone, principal, rights
    sa.Column("stop_reason", sa.String(16)),
    sa.Column("stopped_at", Instant),
    #: Sealed by the key ring; the one before is still signed with until its time is over.
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("previous_secret", sa.Text),
    sa.Column("previous_until", Instant),
    #: The next place of the sealed trail to look at: everything before it is told or not this principal's to know.
    sa.Column("place", sa.BigInteger, nullable=False),
    #: Failed attempts in a row, and since when.
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
    sa.Column("failing_since", Instant),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("lease_until", Instant),
    sa.Column("fence", sa.Integer, nullable=False, server_default="0"),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("created_by", sa.String(36), nullable=False),
)
sa.Index("webhook_due", webhook.c.state, webhook.c.due_at)

webhook_delivery = table(
    "webhook_delivery",
    id_column(),
    sa.Column("webhook_id", sa.String(36), nullable=False),
    #: The event of the trail and its place there; NULL for a ping.
    sa.Column("event_id", sa.String(36)),
    sa.Column("place", sa.BigInteger),
    sa.Column("type", sa.String(120), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("delivered", sa.Boolean, nullable=False),
    sa.Column("status", sa.Integer),
    #: Why there is no answer.
    sa.Column("fault", sa.String(32)),
    sa.Column("milliseconds", sa.Integer, nullable=False),
    #: The beginning of what the receiver answered, as one line without secrets or long numbers.
    sa.Column("answer", sa.Text),
)
sa.Index("webhook_delivery_of", webhook_delivery.c.webhook_id, webhook_delivery.c.id)
