"""Takes away files that no record took within a day, and bytes that no file or import has any more; looked for once an hour."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.jobs.queue import add_job
from runtime.store.blobs import arriving_folder, blob_folders, guard_blobs
from runtime.store.database import Database
from runtime.store.tables import attachment, import_batch, job
from runtime.store.types import format_instant

_LOG = logging.getLogger("qiqiao.files")
KIND = "sweep_files"
#: As long as a form may stay open between the sending of a file and the saving of its record.
PATIENCE = dt.timedelta(hours=24)


def plan_sweep(database: Database, now: dt.datetime) -> None:
    """Queue the sweep of this hour, once among all workers."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    key = f"{KIND}:{format_instant(hour)}"
    # Looked up first, so that the usual look, which finds it queued, writes nothing.
    with database.read() as connection:
        if connection.execute(sa.select(job.c.id).where(job.c.key == key)).first() is not None:
            return
    with database.write() as connection:
        add_job(connection, KIND, key, {}, hour, now=now)


def sweep_files(connection: Connection, folder: Path, now: dt.datetime) -> None:
    """Remove what is older than a day and belongs to no record."""
    guard_blobs(connection, alone=True)
    before = now - PATIENCE
    forgotten = sa.delete(attachment).where(attachment.c.record_id.is_(None), attachment.c.created_at < before)
    gone = connection.execute(forgotten).rowcount
    for place in (*_unclaimed(connection, folder, before), *_old(arriving_folder(folder), before)):
        place.unlink(missing_ok=True)
    if gone:
        _LOG.info("%s files that no record took within a day were removed", gone)


def _unclaimed(connection: Connection, folder: Path, before: dt.datetime) -> Iterator[Path]:
    """Old bytes that no file has: of files that went, or of a transaction that did not come to its end."""
    for place in blob_folders(folder):
        old = list(_old(place, before))
        if old:
            first, last = place.name, place.name + "g"  # behind every hash that begins so
            held = (column for column in (attachment.c.sha256, import_batch.c.file_hash))
            known = {name for column in held for name in connection.scalars(sa.select(column).where(column.between(first, last)))}
            yield from (each for each in old if each.name not in known)


def _old(folder: Path, before: dt.datetime) -> Iterator[Path]:
    limit = before.timestamp()
    for each in folder.iterdir() if folder.is_dir() else ():
        try:
            if each.stat().st_mtime < limit:
                yield each
        except FileNotFoundError:
            continue  # it came to its place, or another worker swept it
