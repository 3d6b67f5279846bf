"""Tables of what a bank keeps beside its definitions and changes at run time: exchange rates, parameters, maintained rows."""

from __future__ import annotations

import sqlalchemy as sa

from runtime.store.metadata import id_column, table
from runtime.store.types import Day, Instant, Json

#: What one unit of a currency is worth in another, from a day on; the rate is canonical text, exact in both databases.
exchange_rate = table(
    "exchange_rate",
    sa.Column("base", sa.String(3), primary_key=True),
    sa.Column("currency", sa.String(3), primary_key=True),
    sa.Column("valid_from", Day, primary_key=True),
    sa.Column("rate", sa.Text, nullable=False),
    sa.Column("source", sa.String(120)),
    sa.Column("set_by", sa.String(36), nullable=False),
    sa.Column("set_at", Instant, nullable=False),
)

#: A change of a parameter or of the rows of a maintained table: proposed by one person, released by another.
kept_change = table(
    "kept_change",
    id_column(),
    sa.Column("app", sa.String(48), nullable=False),
    #: parameter, decision
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("name", sa.String(48), nullable=False),
    sa.Column("body", Json, nullable=False),
    sa.Column("note", sa.Text),
    sa.Column("proposed_by", sa.String(36), nullable=False),
    sa.Column("proposed_at", Instant, nullable=False),
    #: open, released, returned, withdrawn
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("decided_by", sa.String(36)),
    sa.Column("decided_at", Instant),
    sa.Column("decision_note", sa.Text),
)
sa.Index("kept_change_of", kept_change.c.app, kept_change.c.kind, kept_change.c.name)
#: At most one open change of a thing: the database, not a check before, decides.
sa.Index(
    "kept_change_one_open",
    kept_change.c.app,
    kept_change.c.kind,
    kept_change.c.name,
    unique=True,
    sqlite_where=kept_change.c.state == "open",
    postgresql_where=kept_change.c.state == "open",
)

#: What a shadow gave beside its live decision, in the transaction of the step that ran both.
shadow_run = table(
    "shadow_run",
    id_column(),
    sa.Column("app", sa.String(48), nullable=False),
    sa.Column("shadow", sa.String(48), nullable=False),
    sa.Column("live", sa.String(48), nullable=False),
    sa.Column("entity", sa.String(48), nullable=False),
    sa.Column("record_id", sa.String(36), nullable=False),
    sa.Column("live_output", Json),
    sa.Column("shadow_output", Json),
    sa.Column("differs", sa.Boolean, nullable=False),
    sa.Column("ran_at", Instant, nullable=False),
)
sa.Index("shadow_run_of", shadow_run.c.app, shadow_run.c.shadow, shadow_run.c.ran_at)
