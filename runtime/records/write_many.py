"""Making many records of one entity at once, by the same rules as one: what an import needs to be fast.

References, unique values and inserts take one statement for all; each record still has all its faults named, and those
without faults go in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from runtime.compile.app import CompiledEntity
from runtime.compile.tables import column_of
from runtime.context import Context
from runtime.failures import Failure, Invalid, NotAllowed
from runtime.query.change import WritePlan, insert_records
from runtime.query.load import granted_on
from runtime.query.plans import AccessPlan
from runtime.query.values import from_column, to_column
from runtime.records.access import access_plan
from runtime.records.attachments import attachment_fields
from runtime.records.codes import NOT_UNIQUE
from runtime.records.draft import Draft, Writer, read_body
from runtime.records.numbers import draw_numbers_of_all
from runtime.records.opening import NOT_HERE, grants_hold, needs_rows, writer_for
from runtime.records.settle import Demands, settle
from runtime.records.trail import RecordWrite, record_changes
from runtime.records.triggers import announce
from runtime.records.uniques import Fields, is_guarded, taken_faults, unique_sets
from runtime.records.write import Written, insert_record, system_values
from runtime.store.among import AT_ONCE, among
from runtime.store.identifiers import new_ids
from runtime.store.waiting import send_waiting


def insert_many(
    connection: Connection,
    context: Context,
    app: str,
    entity: str,
    bodies: Sequence[Mapping[str, object]],
    parsed: Sequence[dict[str, object]] = (),
    *,
    absent: Fields = (),
    tried: bool = False,
) -> list[Written | Failure]:
    """Make a record of each body; in its place stands what was written, or why nothing was.

    `parsed` are the same bodies as their fields have read them, where somebody has; `absent` are fields in which no record of
    the table has the values of a body, as somebody has just asked. What is only `tried` is undone by the caller:
    of entities that are written together then nothing is put down that could not refuse a record.
    """
    access = access_plan(context, app, entity, "create")
    if not is_plain(access.entity):
        return [_insert_one(connection, context, app, entity, body) for body in bodies]
    compiled, found = access.compiled, access.entity
    writer = writer_for(context, access, platform=False)
    system = system_values(context, compiled)
    drafts = [Draft(id, None, 1, record={**system, "id": id}) for id in new_ids(context.now, len(bodies))]
    enterable: dict[frozenset[str], bool] = {}
    named: dict[str, frozenset[str]] = {}
    for place, (draft, body) in enumerate(zip(drafts, bodies, strict=True)):
        named[draft.id] = names = frozenset(body)
        if names not in enterable:
            enterable[names] = bool(parsed) and all(_may_enter(found, writer, name) for name in names)
        if enterable[names]:
            draft.sent = parsed[place]
        else:
            read_body(draft, found, writer, body)
        draft.record |= draft.sent
    settle(connection, context, compiled, found, writer, drafts, Demands())
    while sound := _free_of_faults(connection, found, writer, drafts, absent):
        try:
            if _insert_granted(connection, context, access, sound, named, tried=tried):
                break
        except IntegrityError:
            # Somebody made one of them at this very moment: one by one, so that only that one is refused.
            return [_insert_one(connection, context, app, entity, body) for body in bodies]
        # What has just been refused leaves its unique values to the others.
        for draft in drafts:
            draft.faults[:] = [fault for fault in draft.faults if fault.code != NOT_UNIQUE.id]
    if not tried:
        writes = (RecordWrite(draft.id, 1, {}, draft.record) for draft in sound)
        record_changes(connection, context, found, "record.created", writes)
        for draft in sound if found.triggers.after else ():
            announce(connection, context, compiled, found, "create", 1, {}, draft.record)
    return [_refusal(draft) if draft.faults else Written(draft.id, 1, {}, draft.record) for draft in drafts]


def is_plain(entity: CompiledEntity) -> bool:
    """Whether an entity has no child rows, files, encrypted fields or rules on duplicates, and an index for each set of unique values."""
    if entity.entity.duplicates or any(field.encrypted for field in entity.entity.fields.values()):
        return False  # equal values may be sealed with several keys
    if entity.entity.rows or attachment_fields(entity.entity):
        return False
    return all(is_guarded(entity, fields) for fields in unique_sets(entity.entity))


def _insert_granted(
    connection: Connection,
    context: Context,
    access: AccessPlan,
    drafts: Sequence[Draft],
    named: Mapping[str, frozenset[str]],
    *,
    tried: bool,
) -> bool:
    """Insert the drafts, all of which this person may make as they stand; false when some were refused and none is in."""
    savepoint = connection.begin_nested()
    try:
        # Numbers are drawn inside: what is rolled back leaves no gap.
        drawn = draw_numbers_of_all(connection, context, access.compiled, access.entity, drafts)
        if tried and not needs_rows(access):
            savepoint.commit()
            return True
        insert_records(connection, [_plan(context, access, draft) for draft in drafts], worded=not tried)
        send_waiting(connection)  # a refusal at the end of the savepoint would come too late to undo it
        refused = [] if not needs_rows(access) else _refused(connection, context, access, drafts, named)
    except IntegrityError:
        savepoint.rollback()
        raise
    if not refused:
        savepoint.commit()
        return True
    savepoint.rollback()
    for draft, name in drawn:
        draft.record[name] = None
    for draft in refused:
        draft.say(NotAllowed.code, "", NOT_HERE["create"])
    return False


def _refused(
    connection: Connection,
    context: Context,
    access: AccessPlan,
    drafts: Sequence[Draft],
    named: Mapping[str, frozenset[str]],
) -> list[Draft]:
    """The drafts that no grant gives as they stand in the table."""
    flags = granted_on(connection, context, access, [draft.id for draft in drafts])
    # Of thousands of records there are a few cases.
    known: dict[tuple[tuple[bool, ...], frozenset[str]], bool] = {}
    refused = []
    for draft in drafts:
        case = flags.get(draft.id, ()), named[draft.id]
        if case not in known:
            known[case] = grants_hold(access, *case)
        if not known[case]:
            refused.append(draft)
    return refused


def _may_enter(found: CompiledEntity, writer: Writer, name: str) -> bool:
    field = found.entity.fields.get(name)
    return field is not None and name in writer.known and field.type != "rows" and writer.may_enter(field, name)


def _plan(context: Context, access: AccessPlan, draft: Draft) -> WritePlan:
    kept = {name: draft.record.get(name) for name in access.entity.entity.fields}
    number = draft.record.get("number")
    return WritePlan(access, draft.id, context.principal.id, context.now, kept, {}, None if number is None else str(number))


def _insert_one(connection: Connection, context: Context, app: str, entity: str, body: Mapping[str, object]) -> Written | Failure:
    try:
        with connection.begin_nested():
            return insert_record(connection, context, app, entity, body)
    except Failure as failure:
        return failure


def _free_of_faults(
    connection: Connection, entity: CompiledEntity, writer: Writer, drafts: Sequence[Draft], absent: Fields
) -> list[Draft]:
    """The drafts that may go in, with unique values that nobody has before them."""
    _check_uniques(connection, entity, writer, drafts, absent)
    return [draft for draft in drafts if not draft.faults]


def _check_uniques(
    connection: Connection, entity: CompiledEntity, writer: Writer, drafts: Sequence[Draft], absent: Fields
) -> None:
    """Report the drafts that agree in a set of fields with a living record, or with an earlier draft that goes in."""
    # A number is drawn from a counter.
    sets = [fields for fields in unique_sets(entity.entity) if fields != ("number",)]
    taken = {}
    for fields in sets:
        wanted = dict.fromkeys(value for draft in drafts if None not in (value := _values(draft, fields)))
        taken[fields] = set(_taken(connection, entity, fields, list(wanted))) if fields != absent else set()
    for draft in drafts:
        for fields in sets:
            if _values(draft, fields) in taken[fields]:
                draft.faults.extend(taken_faults(writer, fields))
        if not draft.faults:
            for fields in sets:
                if None not in (value := _values(draft, fields)):
                    taken[fields].add(value)


def _values(draft: Draft, fields: Fields) -> tuple[object, ...]:
    return tuple(draft.record.get(name) for name in fields)


def _taken(
    connection: Connection, entity: CompiledEntity, fields: Fields, wanted: Sequence[tuple[object, ...]]
) -> Iterator[tuple[object, ...]]:
    declared = [entity.entity.fields[name] for name in fields]
    columns = [column for name in fields if (column := column_of(entity.entity, entity.table, name)) is not None]
    for start in range(0, len(wanted), AT_ONCE):
        kept = [
            tuple(to_column(field, part) for field, part in zip(declared, value, strict=True))
            for value in wanted[start : start + AT_ONCE]
        ]
        there = (
            among(connection.dialect, columns[0], [value[0] for value in kept])
            if len(columns) == 1
            else sa.tuple_(*columns).in_(kept)
        )
        for row in connection.execute(sa.select(*columns).where(there, entity.table.c.deleted_at.is_(None))):
            yield tuple(from_column(field, part) for field, part in zip(declared, row, strict=True))


def _refusal(draft: Draft) -> Failure:
    if draft.has_fault("") and draft.faults[0].code == NotAllowed.code:
        return NotAllowed(NOT_HERE["create"])
    return Invalid({"zh": "有内容需要改正。", "en": "Some values need to be mended."}, faults=tuple(draft.faults))
