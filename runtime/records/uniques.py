"""Values that only one record may have: looked up to name every fault at once, decided by the database's indexes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from forms_dsl.model import Entity
from forms_dsl.names import SYSTEM_FIELDS
from runtime.compile.app import CompiledApp, CompiledEntity
from runtime.compile.tables import column_of, unique_name
from runtime.context import Context
from runtime.failures import Fault
from runtime.query.late import context_facts
from runtime.query.run import dialect_of
from runtime.query.scope import FullScope, Statement
from runtime.query.source import Source, root_place
from runtime.query.values import to_column
from runtime.records.codes import NOT_UNIQUE
from runtime.records.draft import Draft, Writer
from runtime.records.sealed import kept_as
from runtime.store.locks import lock_until_the_end

Fields = tuple[str, ...]


def unique_sets(entity: Entity) -> Iterator[Fields]:
    """The sets of fields of which no two living records may agree."""
    for field in entity.fields.values():
        if field.unique:
            yield (field.name,)
    yield from entity.unique


def check_uniques(
    connection: Connection, context: Context, compiled: CompiledApp, entity: CompiledEntity, writer: Writer, draft: Draft
) -> None:
    """Report every set of fields in which another living record agrees with the draft."""
    for fields in unique_sets(entity.entity):
        if _may_collide(draft, fields) and _is_taken(connection, context, compiled, entity, draft, fields):
            draft.faults.extend(taken_faults(writer, fields))


def check_unindexed(
    connection: Connection, context: Context, compiled: CompiledApp, entity: CompiledEntity, writer: Writer, draft: Draft
) -> None:
    """The same for sets that no index guards (a day computed from an instant, a value that two keys seal, a rule that is new
    in a pilot): one writer at a time per set of values.
    """
    for fields in unique_sets(entity.entity):
        if is_guarded(entity, fields) or not _may_collide(draft, fields):
            continue
        one_writer(connection, entity, fields, draft)
        if _is_taken(connection, context, compiled, entity, draft, fields):
            draft.faults.extend(taken_faults(writer, fields))


def is_guarded(entity: CompiledEntity, fields: Fields) -> bool:
    """Whether an index tells every two sets of equal values."""
    missing = entity.table.info.get("missing")
    if missing and unique_name(entity.entity, entity.table, fields) in missing:
        return False
    return all(_is_indexed(entity, name) for name in fields)


def _is_indexed(entity: CompiledEntity, name: str) -> bool:
    """Whether the database's own index tells every two equal values."""
    field = entity.entity.fields.get(name)
    return column_of(entity.entity, entity.table, name) is not None and not (field is not None and field.encrypted)


def one_writer(connection: Connection, entity: CompiledEntity, fields: Fields, draft: Draft) -> None:
    """Until the transaction ends nobody else looks for these values of these fields; on SQLite writers are alone anyway."""
    lock_until_the_end(connection, repr((entity.table.name, fields, [str(draft.record.get(name)) for name in fields])))


def collision(entity: CompiledEntity, writer: Writer, broken: IntegrityError) -> tuple[Fault, ...]:
    """The faults that a unique index found, for what two writers did at the same time; none for another fault."""
    named = getattr(getattr(broken.orig, "diag", None), "constraint_name", None)
    text = str(broken.orig)
    for fields in unique_sets(entity.entity):
        columns = [column_of(entity.entity, entity.table, name) for name in fields]
        index = unique_name(entity.entity, entity.table, fields)
        listed = ", ".join(f"{entity.table.name}.{column.name}" for column in columns if column is not None)
        if named == index or (named is None and (text.endswith(f": {listed}") or index in text)):
            return taken_faults(writer, fields)
    return ()


def _may_collide(draft: Draft, fields: Fields) -> bool:
    if any(draft.record.get(name) is None for name in fields):
        return False
    before: Mapping[str, object] = draft.before or {}
    return draft.is_new or any(draft.record.get(name) != before.get(name) for name in fields)


def _is_taken(
    connection: Connection, context: Context, compiled: CompiledApp, entity: CompiledEntity, draft: Draft, fields: Sequence[str]
) -> bool:
    statement = Statement(dialect_of(connection), Source(root_place(compiled, entity)))
    table, scope = statement.source.root.table, FullScope(statement)
    conditions = [table.c.deleted_at.is_(None), table.c.id != draft.id]
    for name in fields:
        field = entity.entity.fields.get(name) or SYSTEM_FIELDS[name]
        element, plain = scope.column((name,)), replace(field, encrypted=False)
        conditions.append(
            element.in_([sa.literal(to_column(plain, form), element.type) for form in kept_as(field, draft.record[name])])
        )
    found = sa.select(sa.literal(1)).select_from(statement.source.from_clause()).where(*conditions).limit(1)
    values: dict[str, object] = {}
    for app, late in statement.lates.values():
        values.update(late.values(context_facts(context, app)))
    return connection.execute(found, values).first() is not None


def taken_faults(writer: Writer, fields: Sequence[str]) -> tuple[Fault, ...]:
    """The faults of values that another record has, at those of the fields that the writer may know of."""
    message = {"zh": "已有其他记录使用此值。", "en": "Another record already has this value."}
    if len(fields) > 1:
        message = {"zh": "已有其他记录使用这一组值。", "en": "Another record already has these values together."}
    pointers = [f"/{name}" if name in writer.known else "" for name in fields]
    return tuple(Fault(NOT_UNIQUE.id, message, pointer=pointer) for pointer in dict.fromkeys(pointers))
