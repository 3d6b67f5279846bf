"""The sweep of files is queued once an hour, whoever looks, and run like every job."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import sqlalchemy as sa

from runtime.jobs.queue import run_due
from runtime.jobs.sweep import KIND, plan_sweep, sweep_files
from runtime.store.database import Database
from runtime.store.tables import attachment, job

NOW = dt.datetime(2026, 11, 24, 3, 25, tzinfo=dt.UTC)


def test_one_sweep_an_hour(database: Database, tmp_path: Path) -> None:
    """Two looks in an hour queue one; it is due at once and takes what is older than a day."""
    values = {"app": "a", "entity": "b", "field": "c", "name": "d", "kind": "text/plain", "size": 1, "sha256": "0" * 64}
    with database.write() as connection:
        for id, age in (("old", 25), ("new", 23)):
            at = NOW - dt.timedelta(hours=age)
            connection.execute(sa.insert(attachment).values(id=id, created_by="x", created_at=at, **values))
    for minutes in (0, 30):
        plan_sweep(database, NOW + dt.timedelta(minutes=minutes))
    handlers = {KIND: lambda connection, _job, now: sweep_files(connection, tmp_path, now)}

    assert 1 == run_due(database, handlers, lambda: NOW)
    plan_sweep(database, NOW + dt.timedelta(minutes=40))
    with database.read() as connection:
        assert ["new"] == list(connection.scalars(sa.select(attachment.c.id)))
        assert ["done", "waiting"] == list(connection.scalars(sa.select(job.c.state).order_by(job.c.due_at)))
