"""What rows of a batch did, or would do: as it is kept for an undo, and as it is shown before anything is written."""

from __future__ import annotations

from collections.abc import Sequence

from forms_dsl.model import Entity, Field
from runtime.commands.import_values import MappedRow, plain
from runtime.query.values import from_column, to_column
from runtime.store.import_batches import RowDone

#: So many rows of a file are shown before it is written.
PREVIEWED = 20


def rows_done(entity: Entity, rows: Sequence[MappedRow]) -> list[RowDone]:
    """What can be undone of these rows: new records, and what stood in the fields that were changed."""
    done = []
    for row in rows:
        outcome = row.outcome
        if outcome is None or outcome.act == "unchanged":
            continue
        changed = [n for n in row.values if outcome.act == "changed" and outcome.before.get(n) != outcome.after.get(n)]
        if outcome.act == "changed" and not changed:
            continue
        before = {n: kept(entity.fields[n], outcome.before.get(n)) for n in changed} if changed else None
        after = {n: kept(entity.fields[n], outcome.after.get(n)) for n in changed} if changed else None
        done.append(RowDone(row.number, outcome.record_id, outcome.version, before, after))
    return done


def kept(field: Field, value: object) -> object:
    """A value as a batch keeps it: an encrypted one sealed, every other as a file would say it."""
    return to_column(field, value) if field.encrypted and value is not None else plain(value)


def told(field: Field, value: object) -> object:
    """What a batch kept, as a file would say it."""
    return from_column(field, value) if field.encrypted and value is not None else value


def previewed(entity: Entity, rows: Sequence[MappedRow]) -> list[dict[str, object]]:
    """Rows as they would be written; an encrypted value not at all."""
    return [_previewed(entity, row) for row in rows]


def _previewed(entity: Entity, row: MappedRow) -> dict[str, object]:
    outcome = row.outcome
    if outcome is None:
        return {"row": row.number, "act": "rejected", "values": {}, "before": {}, "codes": [fault.code for fault in row.faults]}
    names = [name for name, field in entity.fields.items() if field.type not in {"rows", "file"} and not field.encrypted]
    # An unchanged row has nothing but what the file says.
    source = row.values if outcome.act == "unchanged" else outcome.after
    after = {name: plain(source.get(name)) for name in names if source.get(name) is not None or name in row.values}
    stood = names if outcome.act == "changed" else ()
    before = {name: plain(outcome.before.get(name)) for name in stood if name in row.values}
    return {
        "row": row.number,
        "act": outcome.act,
        "id": outcome.record_id if outcome.act != "created" else None,
        "values": after,
        "before": before,
    }
