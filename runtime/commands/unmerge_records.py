"""Undoes a merge: the merged records come back, and what the merge changed goes back where nobody touched it since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from forms_dsl.fieldtypes.protocol import ValueRefused
from forms_dsl.model import Entity, Field
from runtime.audit.trail import record_event
from runtime.commands.merge_records import read_reason
from runtime.compile.app import CompiledEntity
from runtime.context import Context
from runtime.failures import Conflict, NotFound
from runtime.records.access import NOT_THERE, find_entity
from runtime.records.attachments import as_if_sent, attachment_fields
from runtime.records.codes import IN_APPROVAL, NOT_MERGED
from runtime.records.duplicates import unmerge_pairs
from runtime.records.merge_memory import recall
from runtime.records.mergeable import Opened, clarity, open_mergeable
from runtime.records.merging import ALL, Standing, is_untouched, value_from, with_files
from runtime.records.moving import Move, by_platform, move_references
from runtime.records.referring import Reference, is_in_approval
from runtime.records.restore import restore_record
from runtime.records.write import set_values
from runtime.store.database import Database
from runtime.store.locks import lock_until_the_end
from runtime.store.merges import Merge, MovedReference, merge_by_id, references_moved, settle_merge


@dataclass(frozen=True, slots=True)
class UnmergeWish:
    """Which merge into which record is to be undone, the version that the record was read in, and why."""

    survivor: str
    merge: str
    version: int
    reason: str


def unmerge_records(database: Database, context: Context, app: str, entity: str, wish: UnmergeWish) -> dict[str, object]:
    """Undo a merge; returns which records came back, and what stayed since it was changed meanwhile.

    Raises NotFound, NotAllowed, Changed, Conflict, or Invalid where a record cannot come back as it was.
    """
    reason = read_reason(wish.reason)
    with database.write() as connection:
        _, found = find_entity(context, app, entity)
        lock_until_the_end(connection, f"merge {found.table.name}")
        survivor = open_mergeable(connection, context, app, entity, wish.survivor, wish.version)
        merge = merge_by_id(connection, wish.merge)
        if merge is None or (merge.app, merge.entity, merge.survivor_id) != (app, found.entity.id, wish.survivor):
            raise NotFound(NOT_THERE)
        if merge.state != "merged":
            raise Conflict({"zh": "这次合并已撤销。", "en": "This merge was undone already."}, code=NOT_MERGED.id)
        if is_in_approval(connection, found, wish.survivor):
            message = {
                "zh": "这条记录正在审批中，审批结束后才能撤销合并。",
                "en": "The record is in an approval; undo the merge when it has ended.",
            }
            raise Conflict(message, code=IN_APPROVAL.id)
        others = [open_mergeable(connection, context, app, entity, id, None, deleted=True) for id in merge.merged]
        return _undo(connection, context, found, merge, survivor, others, reason)


def _undo(
    connection: Connection,
    context: Context,
    found: CompiledEntity,
    merge: Merge,
    survivor: Opened,
    others: list[Opened],
    reason: str,
) -> dict[str, object]:
    app, entity, ids = merge.app, found.entity.name, [merge.survivor_id, *merge.merged]
    back, stayed = _values_back(found.entity, merge, survivor, others)
    version = survivor.loaded.version
    if back:
        files = _files_back(found.entity, back, survivor.loaded.values)
        with as_if_sent(connection, context, files):
            version = set_values(connection, context, survivor.access, survivor.loaded, back, judged=False).version
    unmerge_pairs(connection, found, ids)
    for other in others:
        platform = by_platform(context)
        restore_record(
            connection, platform, app, entity, other.loaded.id, other.loaded.version, unmerged_from=frozenset(ids)
        )  # fmt: skip
    moved = references_moved(connection, merge.id)
    moves = [move for each in moved if (move := _move_back(context, each, merge.survivor_id)) is not None]
    done = move_references(connection, context, f"{app}.{entity}", moves)
    left = {"fields": [field.id for field in stayed], "references": len(moved) - len(done)}
    settle_merge(connection, merge.id, reason=reason, by=context.principal.id, at=context.now, stayed=left)
    body = {"merge": merge.id, "restored": list(merge.merged), "stayed": left, "reason": reason}
    record_event(
        connection, context, "record.unmerged", app=app, entity=entity, record_id=ids[0], record_version=version, body=body
    )
    known = [field.name for field in stayed if clarity(survivor.reading, field.name) > 0]
    return {
        "id": merge.id,
        "survivor": ids[0],
        "version": version,
        "restored": list(merge.merged),
        "stayed": {"fields": known, "references": len(moved) - len(done)},
    }


def _values_back(entity: Entity, merge: Merge, survivor: Opened, others: list[Opened]) -> tuple[dict[str, object], list[Field]]:
    """The values that the survivor had before, and the fields that stay since they say something else than the merge left."""
    by_id = {field.id: field for field in entity.fields.values()}
    standings = {other.loaded.id: Standing(other.loaded.id, other.loaded.values) for other in others}
    back: dict[str, object] = {}
    stayed: list[Field] = []
    for id, change in merge.changes["fields"].items():
        field = by_id.get(id)
        if field is None:
            continue  # the definition has no such field any more
        try:
            before = recall(entity, field, change["before"])
        except ValueRefused:
            stayed.append(field)
            continue
        was = Standing(merge.survivor_id, {field.name: before})
        givers = (
            [was, *(standings[other] for other in sorted(standings))] if change["from"] == ALL else [standings[change["from"]]]
        )
        [(_, left)] = with_files(entity, {field.name: value_from(entity, field, was, givers)}, merge.changes["files"])
        if is_untouched(entity, field, survivor.loaded.values.get(field.name), left):
            back[field.name] = before
        else:
            stayed.append(field)
    return back, stayed


def _files_back(entity: Entity, back: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    """The files that stand again in the survivor: they are its own, but not of what it holds now."""
    return list(_files(entity, back) - _files(entity, now))


def _files(entity: Entity, values: Mapping[str, object]) -> set[str]:
    return {id for holder in attachment_fields(entity) for _, ids in holder.cells(values) for id in ids}


def _move_back(context: Context, moved: MovedReference, survivor: str) -> Move | None:
    """The way back of a reference; None where its app has no such field any more."""
    for name, rows, field in _fields_of(context, moved):
        if field.id == moved.field:
            reference = Reference(moved.app, name, rows, field, moved.record_id, moved.row_id, survivor)
            return Move(reference, moved.from_id)
    return None


def _fields_of(context: Context, moved: MovedReference) -> Iterator[tuple[str, str | None, Field]]:
    live: Any = context.releases.get(moved.app)
    for holder in live.entities.values() if live else ():
        if holder.entity.id != moved.entity:
            continue
        for field in holder.entity.fields.values():
            if not moved.row_id:
                yield holder.entity.name, None, field
            elif field.type == "rows" and field.options.of:
                for inner in holder.entity.rows[field.options.of].fields.values():
                    yield holder.entity.name, field.name, inner
