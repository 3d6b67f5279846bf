"""The tables of promotions: the servers that releases are taken from, and the direct changes where only promotions are the rule."""

from __future__ import annotations

import sqlalchemy as sa

from runtime.store.metadata import id_column, table
from runtime.store.types import Instant, Json

release_source = table(
    "release_source",
    sa.Column("name", sa.String(40), primary_key=True),
    #: development, test, production: what a statement of that server must say of itself.
    sa.Column("kind", sa.String(16), nullable=False),
    #: The public key in base64 by which its statements are believed.
    sa.Column("key", sa.String(64), nullable=False),
    sa.Column("key_id", sa.String(32), nullable=False, unique=True),
    #: Where it is asked; NULL where its releases come as files only.
    sa.Column("url", sa.Text),
    #: The reference of the token that is shown there, never the token.
    sa.Column("token", sa.String(120)),
    sa.Column("allowed_hosts", Json, nullable=False),
    sa.Column("set_by", sa.String(36), nullable=False),
    sa.Column("set_at", Instant, nullable=False),
)

direct_change = table(
    "direct_change",
    id_column(),
    sa.Column("app", sa.String(48), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("opened_by", sa.String(36), nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("until", Instant, nullable=False),
)
sa.Index("direct_change_of", direct_change.c.app, direct_change.c.until)
