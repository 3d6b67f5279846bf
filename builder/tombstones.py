"""Tombstones and purges as the builder shows them."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.engine import Connection

from builder.people import people
from builder.shapes import Json
from runtime.context import Context
from runtime.failures import NotFound
from runtime.publish.history import list_releases
from runtime.publish.purge import PURGER, purges_of
from runtime.publish.tombstones import Tombstone, tombstones
from runtime.store.types import format_instant


def listing(connection: Connection, context: Context, app: str, held: dt.timedelta) -> Json:
    """What an app's releases left behind and what became of it; raises NotFound for an unknown app."""
    if not list_releases(connection, app):
        raise NotFound({"zh": f"没有应用 {app}。", "en": f"There is no app {app}."})
    purges = purges_of(connection, app)
    persons = people(connection, [id for row in purges for id in (row.asked_by, row.decided_by)])
    mine, may = context.principal.id, PURGER in context.principal.platform_roles
    return {
        "items": [_tombstone_json(one, context, held) for one in tombstones(connection, app)],
        "purges": [
            {
                "id": row.id,
                "things": row.things,
                "note": row.note,
                "state": row.state,
                "asked_by": persons.get(row.asked_by),
                "asked_at": format_instant(row.asked_at),
                "decided_by": persons.get(row.decided_by) if row.decided_by else None,
                "decided_at": format_instant(row.decided_at) if row.decided_at else None,
                "can": [*(["approve"] if row.asked_by != mine else []), "withdraw"] if may and row.state == "open" else [],
            }
            for row in purges
        ],
    }


def _tombstone_json(one: Tombstone, context: Context, held: dt.timedelta) -> Json:
    until = one.since + held if one.since is not None else None
    return {
        "id": one.id,
        "thing": one.thing,
        "label": dict(one.label),
        "kind": "table" if one.column is None else "column",
        "retyped": one.is_retyped,
        "release": one.release,
        "since": format_instant(one.since) if one.since is not None else None,
        "until": format_instant(until) if until is not None else None,
        "due": until is not None and until <= context.now,
        "rows": one.rows,
        "bytes": one.bytes,
    }
