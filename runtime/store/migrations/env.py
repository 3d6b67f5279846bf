"""Alembic's entry: runs the platform's migrations on the connection that `upgrade` hands over."""

from __future__ import annotations

from alembic import context

from runtime.store.migrations.rendering import render_item
from runtime.store.tables import METADATA

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, render_item=render_item, compare_server_default=False)
# No transaction of its own: the caller's holds every step, so a broken upgrade leaves the old tables.
context.run_migrations()
