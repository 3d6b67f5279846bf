"""Checks and writes staged batches, piece by piece: what a piece did and how far it got stand in one transaction.

The check writes every row by the very same commands and takes each piece back again, so that it says what will happen. Whoever
is killed in between loses one piece at most; the next worker goes on behind the last one that was committed.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy.engine import Connection

from runtime.audit.trail import record_event
from runtime.commands.import_lookup import Lookups
from runtime.commands.import_outcomes import PREVIEWED, previewed, rows_done
from runtime.commands.import_plan import plan_import
from runtime.commands.import_recognise import Recognised, open_rows
from runtime.commands.import_records import BrokenMapping, take_rows
from runtime.commands.import_result import StepResult, keep_rejects
from runtime.commands.import_source import Rows, SourceRow, invalid_source
from runtime.commands.import_values import UNREADABLE_ROW, MappedRow, RowFault, StepReader
from runtime.commands.import_write import ChunkWriter
from runtime.commands.run_automation import Site
from runtime.commands.undo_import import undo_batch
from runtime.context import Context
from runtime.failures import Conflict, Failure, NotAllowed
from runtime.identity.principal import resolve_principal
from runtime.jobs.queue import Job, Lost, is_conflict
from runtime.process.transfer_notices import tell_releasers
from runtime.records.importing import import_rights, narrowed, require_import, terms_of
from runtime.store.away import DatabaseAway
from runtime.store.blobs import open_blob
from runtime.store.business_day import business_date
from runtime.store.import_batches import Batch, BatchState, add_rows, batch_by_id, forget_rejects, move, rejects_of

_LOG = logging.getLogger("qiqiao.imports")
#: Phase → the state of a batch that is in it, and the one that it has when it cannot go on.
_STATES: dict[str, tuple[BatchState, BatchState]] = {
    "check": ("staged", "failed"),
    "write": ("writing", "stopped"),
    "undo": ("undoing", "written"),
}

#: Rows of one transaction: on SQLite nobody else writes while it runs.
PIECE = 2_000

Keep = Callable[[], None]


def run_import_job(site: Site, job: Job, keep: Keep) -> None:
    """Carry a batch on; one that was decided otherwise meanwhile is left alone."""
    place = {name: str(job.payload[name]) for name in ("app", "entity", "batch", "phase")}
    run_phase(site, place["app"], place["entity"], place["batch"], place["phase"], keep)


def run_phase(site: Site, app: str, entity: str, id: str, phase: str, keep: Keep = lambda: None) -> None:
    """Check, write or undo a batch; what stands in the way of all of it is kept with it, to be read there."""
    with site.database.read() as connection:
        batch = batch_by_id(connection, app, entity, id)
    usual, broken = _STATES[phase]
    if batch is None or batch.state != usual:
        return
    try:
        person = batch.undone_by if phase == "undo" else batch.started_by
        context = _context(site, batch, person or batch.started_by)
        if phase == "undo":
            undo_batch(site, context, batch, keep)
        else:
            _go_through(site, context, batch, keep, writes=phase == "write")
    except (DatabaseAway, Lost):
        raise
    except Exception as failure:
        if is_conflict(failure):
            raise
        _stop(site, batch, usual, broken, failure)


@dataclass(slots=True)
class Run:
    """One way through a file."""

    batch: Batch
    context: Context
    reader: StepReader
    lookups: Lookups
    writer: ChunkWriter
    result: StepResult
    reached: int
    preview: list[dict[str, object]]


def _context(site: Site, batch: Batch, person: str) -> Context:
    """The person as he is now: roles taken away since count no more."""
    now = site.clock()
    site.releases.refresh(site.database)
    with site.database.read() as connection:
        principal = resolve_principal(connection, person, now, demo=site.settings.demo)
        if principal is None:
            raise NotAllowed({"zh": "导入人已停用。", "en": "Who imports may not act any more."})
        day = business_date(connection, site.settings, now)
    releases = site.releases.for_unit(principal.unit_path)
    # The request of every event of a batch is the batch: so the trail tells its records.
    return Context(principal, releases, now, day, batch.id, channel="import", demo=site.settings.demo)


def _go_through(site: Site, context: Context, batch: Batch, keep: Keep, *, writes: bool) -> None:
    with ExitStack() as opened:
        try:
            file = opened.enter_context(open_blob(site.settings.data_folder, batch.file_hash))
        except (OSError, ValueError) as failure:
            raise invalid_source("留存的文件无法读取或已被改动。", "The kept file cannot be read, or was changed.") from failure
        rows = open_rows(Path(file.name), recognised(batch), batch.file)
        batch = _on_terms(site, context, batch, rows, keep, writes=writes)
        run = open_run(context, batch, rows)
        with site.database.read() as connection:
            rejected = {reject.row for reject in rejects_of(connection, batch.id)} if batch.reached else set()
        for piece in _pieces(run, rows.rows(), rejected, keep):
            keep()
            _piece(site, run, piece, writes=writes)
        _end(site, run, writes=writes)


def _on_terms(site: Site, context: Context, batch: Batch, rows: Rows, keep: Keep, *, writes: bool) -> Batch:
    """The batch with the roles by which it goes in; Conflict where the person's roles let it in no more, or not so."""
    compiled, found, rights = require_import(context, batch.app, batch.entity)
    if writes:
        held = [right for right in import_rights(context, compiled, found) if right.role in batch.roles]
        terms = terms_of(held, _whole(batch.reading["rows"]), with_release=True)
        if not set(terms.released_by) <= set(batch.released_by):
            message = {"zh": "导入条件已变更，请重新上传。", "en": "The terms of the import have changed; stage the file again."}
            raise Conflict(message)
        return replace(batch, roles=terms.roles)
    if "rows" in batch.reading:
        return batch
    count = rows.count(keep)
    terms = terms_of(rights, count, with_release=batch.reading["release"] is True)
    reading = {**batch.reading, "rows": count}
    with site.database.write() as connection:
        values = {"reading": reading, "roles": list(terms.roles), "released_by": list(terms.released_by)}
        if not move(connection, batch.id, {"staged"}, "staged", values):
            raise Lost(batch.id)
    return replace(batch, reading=reading, roles=terms.roles, released_by=terms.released_by)


def recognised(batch: Batch) -> Recognised:
    """How the file of a batch is read."""
    return Recognised(*(batch.reading[name] for name in ("kind", "encoding", "delimiter", "bom")))  # type: ignore[arg-type]


def open_run(context: Context, batch: Batch, rows: Rows) -> Run:
    """Everything that the rows of a batch need on their way into records, by the roles of the batch."""
    writing = narrowed(context, batch.app, batch.entity, batch.roles)
    compiled, found, _ = require_import(writing, batch.app, batch.entity)
    plan = plan_import(writing, compiled, found, rows.columns, batch.file, _assigned(batch))
    writer = ChunkWriter(writing, compiled, batch.entity, (plan.key,) if plan.key else ())
    result = StepResult(
        batch.id, batch.entity, batch.file, batch.rows, batch.created, batch.updated, batch.unchanged, batch.rejected
    )
    preview = [dict(row) for row in batch.preview]
    return Run(batch, writing, plan.reader, Lookups(compiled, writing), writer, result, batch.reached, preview)


def _pieces(run: Run, rows: Iterator[SourceRow], rejected: set[int], keep: Keep) -> Iterator[list[MappedRow]]:
    """The rows behind the last piece; the keys of those before are known again, so that one that stands twice is seen."""
    mapped: Iterator[MappedRow] = (mapped_row(run.reader, row) for row in rows)
    for row in mapped:
        if row.number > run.reached:
            mapped = itertools.chain([row], mapped)
            break
        if row.number not in rejected:
            run.writer.remember(row)
        keep()
    while piece := list(itertools.islice(mapped, PIECE)):
        yield piece


def mapped_row(reader: StepReader, row: SourceRow) -> MappedRow:
    """A row with its values by field, or with why it cannot be read."""
    if row.fault is not None:
        return MappedRow(row.number, faults=[RowFault(None, None, row.fault, UNREADABLE_ROW.id)])
    return reader.read(row.number, row.cells)


def _piece(site: Site, run: Run, piece: list[MappedRow], *, writes: bool) -> None:
    """One piece in one transaction, with how far it brings the batch."""
    state: BatchState = "writing" if writes else "staged"
    last, entity = piece[-1].number, run.writer.entity.entity
    run.writer.context = run.lookups.context = replace(run.context, now=site.clock())
    with site.database.write() as connection:
        # First of all, so that two workers never do the same piece: the second one waits here, and finds it done.
        if not move(connection, run.batch.id, {state}, state, {"reached": last}, at=run.reached):
            raise Lost(run.batch.id)
        run.result.rows += len(piece)
        if writes:
            take_rows(connection, run.lookups, run.writer, piece, run.result)
            add_rows(connection, run.batch.id, rows_done(entity, piece))
        else:
            _try_rows(connection, run, piece)
            run.preview += previewed(entity, piece[: PREVIEWED - len(run.preview)])
        forget_rejects(connection, run.batch.id, run.reached, last)
        keep_rejects(connection, run.result, entity, [row for row in piece if row.faults])
        values: dict[str, object] = dict(run.result.counts())
        move(connection, run.batch.id, {state}, state, values if writes else values | {"preview": run.preview})
    run.reached = last


def _try_rows(connection: Connection, run: Run, piece: list[MappedRow]) -> None:
    """Do everything by which writing may be refused, and take it back."""
    savepoint = connection.begin_nested()
    try:
        take_rows(connection, run.lookups, run.writer, piece, run.result, tried=True)
    finally:
        savepoint.rollback()


def _end(site: Site, run: Run, *, writes: bool) -> None:
    batch, counts = run.batch, run.result.counts()
    context = replace(run.context, now=site.clock())
    with site.database.write() as connection:
        if writes:
            moved = move(connection, batch.id, {"writing"}, "written", {"ended_at": context.now, "error": None}, at=run.reached)
        else:
            moved = move(connection, batch.id, {"staged"}, "checked", {"checked": counts}, at=run.reached)
        if not moved:
            raise Lost(batch.id)
        kind = "imported" if writes else "import.checked"
        body = {"file": batch.file, "batch": batch.id, "sha256": batch.file_hash, **counts}
        record_event(connection, context, kind, app=batch.app, entity=batch.entity, body=body)
        if not writes and batch.released_by:
            compiled = context.releases[batch.app]
            tell_releasers(
                connection, context, compiled, ("import_waits", batch.entity, batch.id), batch.released_by, by=batch.started_by
            )


def _stop(site: Site, batch: Batch, usual: BatchState, broken: BatchState, failure: Exception) -> None:
    """Keep why a batch cannot go on."""
    if isinstance(failure, Failure):
        reason = dict(failure.message)
    elif isinstance(failure, BrokenMapping):
        reason = {"zh": failure.diagnostics[0].message_in("zh"), "en": failure.diagnostics[0].message_in("en")}
    else:
        reason = {
            "zh": "系统发生意外故障，请告知管理员后重试。",
            "en": "Something unexpected happened; tell the administrator, then try again.",
        }
    _LOG.log(logging.WARNING if isinstance(failure, Failure) else logging.ERROR, "import %s stopped", batch.id, exc_info=failure)
    with site.database.write() as connection:
        move(connection, batch.id, {usual}, broken, {"error": reason})


def _assigned(batch: Batch) -> Mapping[str, str]:
    """The columns that their person has assigned to fields."""
    said = batch.reading.get("assigned")
    return {str(column): str(name) for column, name in said.items()} if isinstance(said, Mapping) else {}


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
