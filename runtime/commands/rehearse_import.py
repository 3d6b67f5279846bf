"""What a second person would see of the first rows of an import: they are written once more, looked at with his eyes, and taken back."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from pathlib import Path

from runtime.commands.import_outcomes import PREVIEWED
from runtime.commands.import_recognise import open_rows
from runtime.commands.import_records import take_rows
from runtime.commands.run_import import mapped_row, open_run, recognised
from runtime.context import Context
from runtime.failures import Failure
from runtime.identity.principal import resolve_principal
from runtime.records.sight import clear_fields
from runtime.store.blobs import open_blob
from runtime.store.database import Database
from runtime.store.import_batches import Batch

_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Seen:
    """The fields of one record that a person sees in clear, as it stands and as it would stand."""

    before: frozenset[str] = _NOTHING
    after: frozenset[str] = _NOTHING


def rehearse(database: Database, context: Context, batch: Batch, folder: Path) -> dict[int, Seen]:
    """What this person would see of the record of each of the first rows, by row; nothing where they could not be written."""
    with database.write() as connection:
        importer = resolve_principal(connection, batch.started_by, context.now, demo=context.demo)
        if importer is None:
            return {}
        writing = replace(context, principal=importer, request_id=batch.id, channel="import")
        try:
            with open_blob(folder, batch.file_hash) as file:
                rows = open_rows(Path(file.name), recognised(batch), batch.file)
                run = open_run(writing, batch, rows)
                piece = [mapped_row(run.reader, row) for row in itertools.islice(rows.rows(), PREVIEWED)]
        except (Failure, OSError, ValueError):
            return {}  # the batch itself says so when it is written
        stands = [str(row["id"]) for row in batch.preview if row.get("id") is not None]
        before = clear_fields(connection, context, batch.app, batch.entity, stands)
        savepoint = connection.begin_nested()
        try:
            take_rows(connection, run.lookups, run.writer, piece, run.result)
            done = {row.number: row.outcome.record_id for row in piece if row.outcome is not None}
            after = clear_fields(connection, context, batch.app, batch.entity, list(done.values()))
        finally:
            savepoint.rollback()
    return {row: Seen(before.get(id, _NOTHING), after.get(id, _NOTHING)) for row, id in done.items()}
