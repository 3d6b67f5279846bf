"""A worker may be killed at any moment: the next one goes on behind the last piece, and each row is there once."""

from __future__ import annotations

import datetime as dt
import random
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace

import sqlalchemy as sa

from runtime.audit.notary import open_notary
from runtime.audit.verify import verify_trail
from runtime.commands.run_import import run_import_job
from runtime.commands.stage_import import KIND
from runtime.jobs.queue import run_due
from runtime.jobs.sweep import sweep_files
from runtime.store.blobs import blob_folders
from runtime.store.tables import audit_event, import_batch, import_reject, import_row
from tests.imports.batches import HEAD, PATH, Floor
from tests.publish.desk import NOW

ROWS = 1_600


def figure(floor: Floor, what: sa.ColumnElement[int], *conditions: sa.ColumnElement[bool]) -> int:
    with floor.bank.database.read() as connection:
        return int(connection.scalar(sa.select(what).where(*conditions)) or 0)


def killed(floor: Floor, seconds: int, is_time: Callable[[], bool]) -> None:
    """Start a worker and kill it as soon as it is time, at any place of its work."""
    worker = subprocess.Popen(
        [sys.executable, "-m", "tests.imports.import_driver", floor.bank.database.url, str(floor.folder), str(seconds)]
    )
    while worker.poll() is None and not is_time():
        time.sleep(0.01)
    time.sleep(random.random() / 10)  # noqa: S311 - any place will do
    worker.kill()
    worker.wait()


def finish(floor: Floor, seconds: int) -> None:
    """A last worker, which is not killed."""
    site = replace(floor.site, clock=lambda: NOW + dt.timedelta(seconds=seconds))
    run_due(site.database, {}, site.clock, long={KIND: lambda job, keep: run_import_job(site, job, keep)})


def test_killed_workers_write_each_row_once(floor: Floor) -> None:
    """Checking, writing and undoing are each killed on their way and carried on; the trail holds every act once and verifies."""
    person = floor.bank.caller("wu", "bulk")
    rows = [f"A{number},subject {number},high,1\n" for number in range(ROWS)]
    rows[ROWS // 2] = "A1,twice,high,1\n"
    id = floor.stage(person, HEAD + "".join(rows)).json()["id"]

    moment = 0
    for phase in ("check", "write", "undo"):
        if phase != "check":
            assert 200 == person.post(f"{PATH}/{id}/{phase}", json={}).status_code
        counter = import_batch.c.undone if phase == "undo" else import_batch.c.reached
        before, moment = figure(floor, counter), moment + 60
        killed(floor, moment, lambda counter=counter, before=before: figure(floor, counter) > before)  # type: ignore[misc]
        moment += 60
        finish(floor, moment)
        if phase == "write":
            check_written(floor, id)

    batch = floor.one(person, id)
    assert ("undone", ROWS - 1, 0) == (batch["state"], batch["undone"], batch["left"])
    assert [] == floor.rows()
    assert ROWS - 1 == figure(floor, sa.func.count(), audit_event.c.kind == "record.deleted")
    floor.seal()
    with floor.bank.database.read() as connection:
        assert not verify_trail(connection, open_notary(floor.folder)).wrong


def check_written(floor: Floor, id: str) -> None:
    """Every row once: as a record, as an event, as what can be undone; the one that stands twice is told once."""
    counted = (figure(floor, import_batch.c.rows), figure(floor, import_batch.c.created), figure(floor, import_batch.c.rejected))
    assert (ROWS, ROWS - 1, 1) == counted
    assert ROWS - 1 == len({row["f_code"] for row in floor.rows()}) == len(floor.rows())
    assert ROWS - 1 == figure(floor, sa.func.count(), audit_event.c.kind == "record.created")
    assert ROWS - 1 == figure(floor, sa.func.count(), import_row.c.batch_id == id)
    assert 1 == figure(floor, sa.func.count(), import_reject.c.batch_id == id)
    assert 1 == figure(floor, sa.func.count(), audit_event.c.kind == "imported")


def test_the_file_stays_as_evidence(floor: Floor) -> None:
    """The bytes of a batch are not swept with those that nobody needs; a batch whose file was changed is not written."""
    person = floor.bank.caller("wu", "importer")
    batch = floor.checked(person, HEAD + "A1,x,high,1\n")
    with floor.bank.database.write() as connection:
        sweep_files(connection, floor.folder, NOW + dt.timedelta(days=3650))
    [kept] = [file for place in blob_folders(floor.folder) for file in place.iterdir()]

    assert batch["file"]["sha256"] == kept.name
    kept.write_bytes(kept.read_bytes().replace(b"x", b"y"))
    stopped = floor.act(person, batch["id"], "write")
    assert ("stopped", "The kept file cannot be read, or was changed.") == (stopped["state"], stopped["error"]["en"])
    assert [] == floor.rows()
