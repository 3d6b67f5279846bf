"""Takes back what a batch wrote, the last row first: new records go, changed fields are put back, each in the trail.

Nobody's later work is overwritten: a record that was changed since stays, a field that holds something else now stays, and
both are listed with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy.engine import Connection

from forms_dsl.model import Label
from runtime.audit.trail import record_event
from runtime.commands.import_outcomes import kept, told
from runtime.commands.run_automation import Site
from runtime.context import SYSTEM, Context
from runtime.failures import Failure
from runtime.jobs.queue import Lost
from runtime.query.load import granted_on, load_records
from runtime.records.access import access_plan, find_entity, possible_plan
from runtime.records.change_many import Change, change_many
from runtime.records.delete_many import delete_many
from runtime.records.opening import open_record
from runtime.records.write import delete_record, update_record
from runtime.store.import_batches import Batch, RowDone, held_batch, leave_row, move, rows_before

#: Rows that one transaction takes back.
_PIECE = 1_000
_NOT_YOURS: Label = {"zh": "这条记录已不在您的数据范围内。", "en": "The record is not among your rows any more."}
_CHANGED: Label = {"zh": "导入后又有人修改了这些字段。", "en": "Somebody has changed these fields since."}


def undo_batch(site: Site, context: Context, batch: Batch, keep: Callable[[], None]) -> None:
    """Take back all that a batch wrote, piece by piece; each piece and how far it got stand in one transaction."""
    while _piece(site, replace(context, now=site.clock()), batch.id):
        keep()


def _piece(site: Site, context: Context, id: str) -> bool:
    with site.database.write() as connection:
        batch = held_batch(connection, id)
        if batch.state != "undoing":
            raise Lost(id)
        rows = rows_before(connection, id, batch.undone_from, _PIECE)
        left, taken = 0, _delete_together(connection, context, batch, rows) | _put_back_together(connection, context, batch, rows)
        for row in rows:
            if row.record_id in taken:
                continue
            why = _take_back(connection, context, batch, row)
            if why is not None:
                leave_row(connection, id, row.row, why)
                left += 1
        undone, left_alone = batch.undone + len(rows) - left, batch.left_alone + left
        if rows:
            values = {"undone_from": rows[-1].row, "undone": undone, "left_alone": left_alone}
            return move(connection, id, {"undoing"}, "undoing", values)
        move(connection, id, {"undoing"}, "undone", {"error": None})
        body = {"batch": id, "file": batch.file, "undone": undone, "left": left_alone}
        record_event(connection, context, "import.undone", app=batch.app, entity=batch.entity, body=body)
        return False


def _take_back(connection: Connection, context: Context, batch: Batch, row: RowDone) -> Mapping[str, object] | None:
    """Take back one row; why it was left, where it was, wholly or in part."""
    try:
        with connection.begin_nested():
            if row.before is None or row.after is None:
                return _delete(connection, context, batch, row)
            return _put_back(connection, context, batch, row, row.before, row.after)
    except Failure as failure:
        return {"reason": dict(failure.message), "code": failure.code, "fields": []}


def _delete_together(connection: Connection, context: Context, batch: Batch, rows: Sequence[RowDone]) -> frozenset[str]:
    """Delete the new records of which nothing needs a look of its own; the others are taken back one by one."""
    making = possible_plan(context, batch.app, batch.entity, "create")
    if making is None:
        return frozenset()
    made = {row.record_id: row.version for row in rows if row.before is None}
    flags = granted_on(connection, context, making, list(made))
    mine = {id: version for id, version in made.items() if any(flags.get(id, ()))}
    return delete_many(connection, _in_place_of(context), batch.app, batch.entity, mine)


def _put_back_together(connection: Connection, context: Context, batch: Batch, rows: Sequence[RowDone]) -> frozenset[str]:
    """Put back the changed records of which nothing needs a look of its own; the others are taken back one by one."""
    changing = possible_plan(context, batch.app, batch.entity, "update")
    if changing is None:
        return frozenset()
    fields = changing.entity.entity.fields
    stands = load_records(connection, context, changing, [row.record_id for row in rows if row.before is not None])
    changes = []
    for row in rows:
        loaded = stands.get(row.record_id)
        if loaded is None or row.before is None or row.after is None or not row.after.keys() <= fields.keys():
            continue
        if all(
            told(fields[n], after) == told(fields[n], kept(fields[n], loaded.values.get(n))) for n, after in row.after.items()
        ):
            body = {name: told(fields[name], row.before[name]) for name in row.after}
            changes.append(Change(row.record_id, loaded.version, body))
    return frozenset(change_many(connection, context, batch.app, batch.entity, changes))


def _in_place_of(context: Context) -> Context:
    """The platform, on behalf of who takes the batch back."""
    return replace(context, principal=SYSTEM, on_behalf_of=context.principal.id)


def _delete(connection: Connection, context: Context, batch: Batch, row: RowDone) -> Mapping[str, object] | None:
    """Delete a record that nobody touched since: by the platform in the person's place, who could make it anew as it stands."""
    making = access_plan(context, batch.app, batch.entity, "create")
    if not any(granted_on(connection, context, making, [row.record_id]).get(row.record_id, ())):
        return {"reason": dict(_NOT_YOURS), "code": "Q404", "fields": []}
    delete_record(connection, _in_place_of(context), batch.app, batch.entity, row.record_id, row.version)
    return None


def _put_back(
    connection: Connection,
    context: Context,
    batch: Batch,
    row: RowDone,
    before: Mapping[str, object],
    after: Mapping[str, object],
) -> Mapping[str, object] | None:
    """Put back the fields that still hold what the row wrote, under the person's own rights."""
    _, found = find_entity(context, batch.app, batch.entity)
    fields = {name: found.entity.fields[name] for name in after if name in found.entity.fields}
    _, loaded = open_record(connection, context, batch.app, batch.entity, "update", row.record_id, None)
    untouched = {
        name: told(field, before[name])
        for name, field in fields.items()
        if told(field, after[name]) == told(field, kept(field, loaded.values.get(name)))
    }
    others = [name for name in after if name not in untouched]
    if untouched:
        update_record(connection, context, batch.app, batch.entity, row.record_id, untouched, loaded.version)
    return {"reason": dict(_CHANGED), "code": "Q412", "fields": others} if others else None
