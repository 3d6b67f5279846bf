"""Takes a file in for an import: kept as evidence under its hash, its columns understood, its check queued. Nothing is written yet."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.engine import Connection

from runtime.audit.trail import record_event
from runtime.commands.import_plan import plan_import
from runtime.commands.import_recognise import open_rows, recognise
from runtime.commands.import_source import invalid_source
from runtime.commands.keep_file import safe_name
from runtime.commands.scan_file import Scan
from runtime.context import Context
from runtime.jobs.queue import add_job
from runtime.records.importing import narrowed, require_import
from runtime.store.blobs import Arriving, guard_blobs
from runtime.store.database import Database
from runtime.store.identifiers import new_id
from runtime.store.import_batches import Batch, add_batch

#: Bytes of a file that comes in at once.
MOST_BYTES = 512 * 1024 * 1024
#: The job that checks, writes or undoes a batch.
KIND = "import"


@dataclass(frozen=True, slots=True)
class Staging:
    """What is brought where; with `release` another person is asked even where a role of the person's wants none."""

    app: str
    entity: str
    name: str
    note: str | None = None
    encoding: str | None = None
    release: bool = False
    #: Column → the field that it is, or nothing for a column that is left out; what is called like its field need not be named.
    assigned: Mapping[str, str] = field(default_factory=dict)


def assigned_by(words: Sequence[str]) -> dict[str, str]:
    """Which column is which field, as it is said by COLUMN=FIELD; COLUMN= leaves a column out. Raises Invalid."""
    assigned = {}
    for said in words:
        column, separator, name = said.rpartition("=")
        if not separator or not column.strip():
            raise invalid_source(f"“{said}”不是 列=字段。", f"{said!r} is not COLUMN=FIELD.")
        assigned[column.strip()] = name.strip()
    return assigned


def check_size(size: int) -> None:
    """Refuse what is too large; asked while bytes arrive, so that no more of them are taken."""
    if size > MOST_BYTES:
        most = MOST_BYTES // (1024 * 1024)
        raise invalid_source(f"文件超过 {most} MB，请拆分。", f"The file is larger than {most} MB; split it.")


def stage_import(database: Database, context: Context, staging: Staging, arriving: Arriving, scan: Scan) -> Batch:
    """Keep what has arrived; raises Invalid when it cannot be read or a column is no field, NotAllowed without the right."""
    compiled, found, rights = require_import(context, staging.app, staging.entity)
    if not arriving.size:
        raise invalid_source("文件是空的。", "The file is empty.")
    check_size(arriving.size)
    digest = arriving.settle()
    if not scan(arriving.path):
        body = {"size": arriving.size, "sha256": digest}
        with database.write() as connection:
            record_event(connection, context, "file.refused", app=staging.app, entity=staging.entity, body=body)
        raise invalid_source("病毒扫描没有放行此文件。", "The virus scan did not let this file pass.")
    how, name = recognise(arriving.path, staging.encoding), safe_name(staging.name)
    rows = open_rows(arriving.path, how, name)
    writing = narrowed(context, staging.app, staging.entity, (right.role for right in rights))
    plan = plan_import(writing, compiled, found, rows.columns, name, staging.assigned)
    reading = dataclasses.asdict(how) | {
        "size": arriving.size,
        "release": staging.release,
        "assigned": dict(staging.assigned),
        "columns": [{"column": column, "field": declared.name} for column, declared in plan.fields.items()],
        "key": plan.key,
    }
    batch = Batch(
        new_id(context.now),
        staging.app,
        staging.entity,
        name,
        digest,
        context.principal.id,
        context.now,
        reading,
        note=staging.note,
    )
    with database.write() as connection:
        guard_blobs(connection)
        arriving.keep()
        add_batch(connection, batch)
        queue_phase(connection, context, batch, "check")
        body = {"file": name, "batch": batch.id, "sha256": digest, "size": arriving.size, "columns": list(plan.fields)}
        record_event(connection, context, "import.staged", app=batch.app, entity=batch.entity, body=body)
    return batch


def queue_phase(connection: Connection, context: Context, batch: Batch, phase: str) -> None:
    """Let a worker check, write or undo a batch."""
    payload = {"app": batch.app, "entity": batch.entity, "batch": batch.id, "phase": phase}
    add_job(connection, KIND, f"{KIND}:{batch.id}:{new_id(context.now)}", payload, context.now, now=context.now)
