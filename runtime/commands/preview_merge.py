"""Shows what a merge would do before it is done: the records side by side, whose value is kept, what moves, what forbids it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from sqlalchemy.engine import Connection

from runtime.commands.merge_records import MergeWish, Prepared, apply_merge, prepare_merge
from runtime.context import Context
from runtime.failures import Failure, Fault
from runtime.records.mergeable import clarity
from runtime.records.merging import ALL, holds_many, merged_fields
from runtime.records.read import get_record
from runtime.records.referring import Reference
from runtime.records.request import GetRequest
from runtime.records.titles import titles_of
from runtime.store.database import Database


def preview_merge(database: Database, context: Context, app: str, entity: str, wish: MergeWish) -> dict[str, object]:
    """What a merge would do, as far as this person may know; it is tried and taken back, so that what refuses it is told.

    Raises NotFound, NotAllowed, Changed, or Invalid for a wish that names no records to merge.
    """
    with database.write() as connection:
        prepared = prepare_merge(connection, context, app, entity, wish)
        refusals = prepared.refusals or tuple(_tried(connection, context, app, entity, prepared))
        ids = [wish.survivor[0], *(id for id, _ in wish.others)]
        titles = titles_of(connection, context, app, entity, ids)
        return {
            "survivor": ids[0],
            "records": [_record(connection, context, app, entity, id, titles) for id in ids],
            "fields": list(_fields(prepared)),
            **_moves(connection, context, prepared.references),
            "refusals": [refusal for failure in refusals for refusal in _said(context, failure)],
        }


def _tried(connection: Connection, context: Context, app: str, entity: str, prepared: Prepared) -> Iterator[Failure]:
    savepoint = connection.begin_nested()
    try:
        apply_merge(connection, context, app, entity, prepared, "preview")
    except Failure as failure:
        yield failure
    finally:
        savepoint.rollback()


def _record(
    connection: Connection, context: Context, app: str, entity: str, id: str, titles: dict[str, str]
) -> dict[str, object]:
    found = get_record(connection, context, app, entity, id, GetRequest(titles=True))
    return {"id": id, "version": found.version, "title": titles.get(id, id), "record": dict(found.values)}


def _fields(prepared: Prepared) -> Iterator[dict[str, object]]:
    """The fields that this person knows of on one of the records, with whose value is kept and whose could be."""
    opened = (prepared.survivor, *prepared.others)
    sources = {each.field: each.source for each in prepared.taken}
    survivor = prepared.survivor.loaded.id
    for name, field in merged_fields(prepared.survivor.access.entity.entity).items():
        if all(clarity(each.reading, name) == 0 for each in opened):
            continue
        givers = [standing.id for standing in prepared.standings if name in standing.gives]
        all_of = [ALL] if holds_many(field) and len(givers) == len(prepared.others) else []
        yield {"name": name, "source": sources.get(name, survivor), "choices": [survivor, *givers, *all_of]}


def _moves(connection: Connection, context: Context, references: Sequence[Reference]) -> dict[str, object]:
    """How many records that this person may read would refer to the survivor, by entity; whether others do is said, not which."""
    ids: dict[tuple[str, str], set[str]] = {}
    for each in references:
        ids.setdefault((each.app, each.entity), set()).add(each.record_id)
    seen: Counter[tuple[str, str]] = Counter()
    hidden = False
    for (app, entity), some in sorted(ids.items()):
        readable = titles_of(connection, context, app, entity, sorted(some))
        seen[(app, entity)] = len(readable)
        hidden = hidden or len(readable) < len(some)
    moves = [
        {"app": app, "entity": entity, "label": context.releases[app].entities[entity].entity.label, "records": count}
        for (app, entity), count in seen.items()
        if count
    ]
    return {"moves": moves, "hidden": hidden}


def _said(context: Context, failure: Failure) -> Iterator[dict[str, object]]:
    faults = failure.faults or (Fault(failure.code, failure.message),)
    for fault in faults:
        message = fault.message.get(context.locale) or fault.message.get("en")
        yield {"code": fault.code, "message": message, "pointer": fault.pointer}
