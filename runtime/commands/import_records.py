"""Imports files into records: row by row through the same door as every writer, found again by a business key.

A row goes in whole or not at all; rows go in by chunks of one transaction each, so an import that was killed is simply
started again: what is there already is found by its key and counted as unchanged.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import Connection

from forms_dsl.diagnostics import Diagnostic
from forms_dsl.source import Document
from runtime.audit.trail import record_event
from runtime.commands.import_joins import Join, open_joins
from runtime.commands.import_lookup import Lookups
from runtime.commands.import_mapping import MappingShape, Reading, StepShape
from runtime.commands.import_result import Reject, StepResult, keep_rejects, write_rejects
from runtime.commands.import_source import SourceFile, open_source
from runtime.commands.import_values import UNREADABLE_ROW, MappedRow, RowFault, StepReader, compile_step
from runtime.commands.import_whole import refers_to_itself, runs
from runtime.commands.import_write import ChunkWriter
from runtime.context import Context
from runtime.store.database import Database
from runtime.store.identifiers import new_id
from runtime.store.tables import import_batch

#: Rows of one transaction: on SQLite nobody else writes while it runs.
CHUNK = 500

Progress = Callable[[StepResult], None]


class BrokenMapping(Exception):
    """The mapping file has errors; nothing was imported."""

    def __init__(self, diagnostics: Sequence[Diagnostic], document: Document | None) -> None:
        super().__init__(f"{len(diagnostics)} findings")
        self.diagnostics = tuple(diagnostics)
        self.document = document


@dataclass(frozen=True, slots=True)
class Request:
    """What to import: a mapping, where its files are, and where lists of rejects go."""

    reading: Reading
    source: Path
    rejects: Path
    #: Only the step of this entity, from this file instead of the one the mapping names.
    only: tuple[str, Path] | None = None


@dataclass(frozen=True, slots=True)
class _Step:
    shape: StepShape
    source: SourceFile
    joins: tuple[Join, ...]
    reader: StepReader


def import_file(
    database: Database, context: Context, request: Request, progress: Progress = lambda _result: None
) -> list[StepResult]:
    """Import every file of a mapping in its order; raises BrokenMapping or Invalid before the first row is written."""
    reading = request.reading
    if reading.mapping is None or reading.document is None:
        raise BrokenMapping(reading.diagnostics, reading.document)
    steps = _open_steps(reading.mapping, reading.document, request, context)
    compiled = context.releases[reading.mapping.app]
    lookups = Lookups(compiled, context)
    results = []
    for step in steps:
        writer = ChunkWriter(context, compiled, step.shape.entity, tuple(step.shape.key))
        results.append(_run(database, context, request, step, lookups, writer, progress))
    return results


def _open_steps(mapping: MappingShape, document: Document, request: Request, context: Context) -> list[_Step]:
    """Every step ready to run, so that what is wrong with a later file is said before the first row is written."""
    steps, findings = [], list[Diagnostic]()
    for number, shape in enumerate(mapping.steps):
        if request.only is not None and shape.entity != request.only[0]:
            continue
        path = request.only[1] if request.only is not None else request.source / shape.file
        source = open_source(path, mapping.delimiter, mapping.encoding)
        joins, columns = open_joins(source, shape.join, request.source)
        reader, found = compile_step(mapping, number, document, columns, context)
        findings.extend(found)
        if reader is not None:
            steps.append(_Step(shape, source, joins, reader))
    if findings:
        raise BrokenMapping(findings, document)
    return steps


def _run(
    database: Database,
    context: Context,
    request: Request,
    step: _Step,
    lookups: Lookups,
    writer: ChunkWriter,
    progress: Progress,
) -> StepResult:
    result = StepResult(new_id(context.now), step.shape.entity, step.source.path.name)
    with database.write() as connection:
        _begin(connection, context, writer, step, result)
    rows = _rows(step, result)
    while chunk := list(itertools.islice(rows, CHUNK)):
        with database.write() as connection:
            rejects = _take(connection, step, lookups, writer, chunk, result)
        # Only after the commit, so that the file never lists a row of a chunk that was rolled back.
        write_rejects(request.rejects, result, rejects)
        progress(result)
    with database.write() as connection:
        _end(connection, context, writer, result)
    return result


def _rows(step: _Step, result: StepResult) -> Iterator[MappedRow]:
    """The rows that the step takes, mapped; a row that cannot be read or joined comes with its fault."""
    for row in step.source.rows():
        result.rows += 1
        cells = dict(row.cells)
        fault = row.fault or next((found for join in step.joins if (found := join.add(cells)) is not None), None)
        if fault is not None:
            yield MappedRow(row.number, faults=[RowFault(None, None, fault, UNREADABLE_ROW.id)])
        elif step.reader.condition(cells):
            yield step.reader.read(row.number, cells)
        else:
            result.left_out += 1


def _take(
    connection: Connection, step: _Step, lookups: Lookups, writer: ChunkWriter, chunk: Sequence[MappedRow], result: StepResult
) -> list[Reject]:
    take_rows(connection, lookups, writer, chunk, result)
    kept = keep_rejects(connection, result, writer.entity.entity, [row for row in chunk if row.faults])
    _count(connection, result)
    return kept


def take_rows(
    connection: Connection,
    lookups: Lookups,
    writer: ChunkWriter,
    chunk: Sequence[MappedRow],
    result: StepResult,
    *,
    tried: bool = False,
) -> None:
    """Write a piece of a file; each row has its outcome then, or its faults. What is only `tried` is undone by the caller."""
    own = refers_to_itself(writer.called, chunk)
    for rows in runs(writer.called, writer.key, chunk) if own else [chunk]:
        lookups.resolve(connection, rows, writer.entity.entity.fields, writer.promised if tried else None)
        # Where rows refer to each other, those that are tried stand in the table until all of them were looked at.
        writer.write(connection, rows, result, tried=tried, put_down=own)
    result.rejected += sum(bool(row.faults) for row in chunk)


def _begin(connection: Connection, context: Context, writer: ChunkWriter, step: _Step, result: StepResult) -> None:
    connection.execute(
        import_batch.insert().values(
            id=result.batch_id,
            app=writer.compiled.app.name,
            entity=result.entity,
            file=result.file,
            file_hash=step.source.digest(),
            started_by=context.principal.id,
            started_at=context.now,
        )
    )


def _count(connection: Connection, result: StepResult) -> None:
    connection.execute(import_batch.update().where(import_batch.c.id == result.batch_id).values(**result.counts()))


def _end(connection: Connection, context: Context, writer: ChunkWriter, result: StepResult) -> None:
    connection.execute(
        import_batch.update().where(import_batch.c.id == result.batch_id).values(**result.counts(), ended_at=context.now)
    )
    body = {"file": result.file, "batch": result.batch_id, "left_out": result.left_out, **result.counts()}
    record_event(connection, context, "imported", app=writer.compiled.app.name, entity=result.entity, body=body)
