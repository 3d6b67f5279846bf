"""The table of roles that people took in an emergency, each with its review."""

from __future__ import annotations

import sqlalchemy as sa

from runtime.store.metadata import id_column, table
from runtime.store.types import Instant

emergency_use = table(
    "emergency_use",
    id_column(),
    sa.Column("person_id", sa.String(36), nullable=False),
    sa.Column("app", sa.String(48), nullable=False),
    sa.Column("role", sa.String(48), nullable=False),
    #: the grant that it is: when it ends, and who ended it before
    sa.Column("grant_id", sa.String(36), sa.ForeignKey("role_grant.id"), nullable=False),
    #: the role whose people review it, as it was when the other was taken
    sa.Column("reviewed_by_role", sa.String(48), nullable=False),
    sa.Column("reason", sa.String(200), nullable=False),
    sa.Column("taken_at", Instant, nullable=False),
    sa.Column("until", Instant, nullable=False),
    #: open, justified, unjustified
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("reviewed_by", sa.String(36)),
    sa.Column("reviewed_at", Instant),
    sa.Column("opinion", sa.String(500)),
)
sa.Index("emergency_use_person", emergency_use.c.person_id, emergency_use.c.taken_at)
sa.Index("emergency_use_state", emergency_use.c.state, emergency_use.c.taken_at)
