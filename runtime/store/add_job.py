"""Writing a job into a business transaction: what is to be done after its commit, once for a key."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy.engine import Connection

from runtime.store.identifiers import new_id
from runtime.store.tables import job
from runtime.store.upsert import insert_if_absent


def add_job(
    connection: Connection,
    kind: str,
    key: str,
    payload: Mapping[str, object],
    due_at: dt.datetime,
    *,
    now: dt.datetime | None = None,
) -> bool:
    """Write a job into the caller's transaction; false when its key is there already."""
    values = {
        "id": new_id(now or due_at),
        "kind": kind,
        "key": key,
        "payload": dict(payload),
        "due_at": due_at,
        "state": "waiting",
        "attempts": 0,
        "fence": 0,
        "created_at": now or due_at,
    }
    return connection.execute(insert_if_absent(connection, job, values)).rowcount == 1
