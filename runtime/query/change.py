"""Inserting and changing records and their rows: one statement each, on records that the transaction has locked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.model import Field
from runtime.compile.app import CompiledEntity
from runtime.compile.names import column_name
from runtime.compile.tables import is_kept
from runtime.query.plans import AccessPlan
from runtime.query.searching import change_words, keep_words
from runtime.query.values import to_column
from runtime.store.among import AT_ONCE, among
from runtime.store.copying import put_rows
from runtime.store.prepared import Prepared, prepare
from runtime.store.waiting import Meaning, change_later

#: Names of the values of a change beside those of its columns.
_ID, _BASED_ON, _NOW, _PERSON = "record_id", "based_on", "change_moment", "change_person"


Presence = Literal["kept", "deleted", "restored"]


@dataclass(frozen=True, slots=True)
class WritePlan:
    """What is to stand in the table of an entity, under the access plan that allows it."""

    access: AccessPlan
    record_id: str
    person: str
    now: dt.datetime
    #: Values of the language by field name; for a change only those that changed.
    values: Mapping[str, object]
    #: Child rows by field of rows, whole; each with its key.
    rows: Mapping[str, Sequence[Mapping[str, object]]]
    number: str | None = None
    #: What stood before in place of `values`; empty for a new record.
    before: Mapping[str, object] = field(default_factory=dict)
    #: The version that is changed; None for a new record.
    version: int | None = None
    #: What becomes of the record itself: it stays as it is, is taken away, or comes back.
    presence: Presence = "kept"


def insert_records(
    connection: Connection, plans: Sequence[WritePlan], meaning: Meaning | None = None, *, worded: bool = True
) -> None:
    """Insert new records of one entity with their rows and, unless told otherwise, the words by which they are found.

    A refusal of the table may come with the next statement; of a single record as `meaning` says it.
    """
    if not plans:
        return
    entity, plan = plans[0].access.entity, plans[0]
    if len(plans) == 1:
        row = {
            "id": plan.record_id,
            "version": 1,
            "created_at": plan.now,
            "created_by": plan.person,
            "changed_at": plan.now,
            "changed_by": plan.person,
            **_columns(entity, plan.values),
        }
        row |= {"number": plan.number} if entity.entity.number is not None else {}
        change_later(connection, _insertion(connection, plan.access, tuple(row)), row, meaning)
    else:
        _put_records(connection, entity, plans)
    _insert_rows(connection, entity, plans)
    if worded:
        texts = {plan.record_id: {**plan.values, "number": plan.number} for plan in plans}
        keep_words(connection, entity.worded, texts, new=True)


def _put_records(connection: Connection, entity: CompiledEntity, plans: Sequence[WritePlan]) -> None:
    """Insert many records, made by one person at one moment and with the same fields."""
    first = plans[0]
    alike = {"version": 1, **dict.fromkeys(("created_at", "changed_at"), first.now)}
    alike |= dict.fromkeys(("created_by", "changed_by"), first.person)
    kept = [field for name in first.values if is_kept(field := entity.entity.fields[name])]
    numbered = entity.entity.number is not None
    # What a column takes as it is need not be asked for in each record.
    whole = {field.name for field in kept if field.encrypted or field.value_type.name in {"number", "multi_choice"}}
    columns = ["id", *(["number"] if numbered else []), *(column_name(field) for field in kept)]
    places = [(field.name, field if field.name in whole else None) for field in kept]
    rows = (
        [
            plan.record_id,
            *([plan.number] if numbered else ()),
            *(plan.values[name] if field is None else to_column(field, plan.values[name]) for name, field in places),
        ]
        for plan in plans
    )
    put_rows(connection, entity.table, columns, rows, alike)


def update_record_row(connection: Connection, plan: WritePlan, meaning: Meaning | None = None) -> None:
    """Change a record that is locked at the plan's version; a refusal of the table may come with the next statement, as `meaning` says it."""
    entity = plan.access.entity
    _change_columns(connection, plan, meaning)
    for name in plan.rows:
        rows = _row_table(entity, name)
        connection.execute(sa.delete(rows).where(rows.c.parent_id == plan.record_id))
    _insert_rows(connection, entity, [plan])
    change_words(connection, entity.worded, [(plan.record_id, plan.before, plan.values)])


def update_record_rows(connection: Connection, plans: Sequence[WritePlan], *, worded: bool = True) -> None:
    """Change records of one entity without child rows that are locked at their versions, and unless told otherwise their words."""
    for plan in plans:
        _change_columns(connection, plan, None)
    if worded and plans:
        change_words(connection, plans[0].access.entity.worded, ((plan.record_id, plan.before, plan.values) for plan in plans))


def _change_columns(connection: Connection, plan: WritePlan, meaning: Meaning | None) -> None:
    columns = _columns(plan.access.entity, plan.values)
    prepared = _changing(connection, plan.access, tuple(columns), plan.presence)
    given = {_ID: plan.record_id, _BASED_ON: plan.version, _NOW: plan.now, _PERSON: plan.person}
    change_later(connection, prepared, given | {f"set_{name}": value for name, value in columns.items()}, meaning)


def delete_record_rows(connection: Connection, access: AccessPlan, ids: Sequence[str], person: str, now: dt.datetime) -> None:
    """Mark living records as taken away, which the caller has locked and looked at."""
    table = access.entity.table
    values = {"version": table.c.version + 1, "changed_at": now, "changed_by": person, "deleted_at": now}
    for start in range(0, len(ids), AT_ONCE):
        there = among(connection.dialect, table.c.id, ids[start : start + AT_ONCE])
        connection.execute(sa.update(table).where(there, table.c.deleted_at.is_(None)).values(values))


def _insertion(connection: Connection, access: AccessPlan, columns: tuple[str, ...]) -> Prepared:
    table, dialect = access.entity.table, connection.dialect

    def make() -> Prepared:
        return prepare(sa.insert(table).values({name: sa.bindparam(name, type_=table.c[name].type) for name in columns}), dialect)

    return access.compiled.cache.get_or_make(("insert", table.name, columns, dialect.name), make)


def _changing(connection: Connection, access: AccessPlan, columns: tuple[str, ...], presence: Presence) -> Prepared:
    table, dialect = access.entity.table, connection.dialect

    def make() -> Prepared:
        now = sa.bindparam(_NOW, type_=table.c.changed_at.type)
        values: dict[str, sa.ColumnElement[Any]] = {
            **{name: sa.bindparam(f"set_{name}", type_=table.c[name].type) for name in columns},
            "version": table.c.version + sa.literal_column("1"),
            "changed_at": now,
            "changed_by": sa.bindparam(_PERSON, type_=sa.String()),
            **({"deleted_at": now} if presence == "deleted" else {}),
            **({"deleted_at": sa.null()} if presence == "restored" else {}),
        }
        based_on = table.c.version == sa.bindparam(_BASED_ON, type_=sa.Integer())
        mine = table.c.id == sa.bindparam(_ID, type_=sa.String())
        there = table.c.deleted_at.is_not(None) if presence == "restored" else table.c.deleted_at.is_(None)
        return prepare(sa.update(table).where(mine, based_on, there).values(values), dialect)

    return access.compiled.cache.get_or_make(("update", table.name, columns, presence, dialect.name), make)


def _insert_rows(connection: Connection, entity: CompiledEntity, plans: Sequence[WritePlan]) -> None:
    for declared in entity.entity.fields.values():
        if declared.type != "rows":
            continue
        fields = [f for f in entity.entity.rows[declared.options.of or ""].fields.values() if is_kept(f)]
        rows = [
            {"id": row["id"], "parent_id": plan.record_id, "position": position, **_row_columns(fields, row)}
            for plan in plans
            for position, row in enumerate(plan.rows.get(declared.name, ()))
        ]
        if rows:
            connection.execute(sa.insert(_row_table(entity, declared.name)), rows)


def _row_table(entity: CompiledEntity, rows_field: str) -> sa.Table:
    return entity.row_tables[entity.entity.fields[rows_field].options.of or ""]


def _columns(entity: CompiledEntity, values: Mapping[str, object]) -> dict[str, object]:
    known = entity.columns
    return {known[name][0]: to_column(known[name][1], value) for name, value in values.items() if name in known}


def _row_columns(fields: Sequence[Field], row: Mapping[str, object]) -> dict[str, object]:
    return {column_name(field): to_column(field, row.get(field.name)) for field in fields}
