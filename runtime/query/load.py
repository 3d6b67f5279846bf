"""Records as the language has them: locked for a change, with the grants that hold on each, or looked up for what they say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect

from forms_dsl.model import Field
from forms_dsl.names import SYSTEM_FIELDS
from runtime.compile.app import CompiledApp, CompiledEntity
from runtime.compile.names import column_name
from runtime.compile.tables import is_kept
from runtime.context import Context
from runtime.query.plans import AccessPlan
from runtime.query.rights import CASE_PERSON, CASE_RECORD, denial_conditions, grant_condition, row_conditions
from runtime.query.run import Runnable, compile_select, dialect_name, dialect_of, ids_value, question, run
from runtime.query.scope import FullScope, Statement
from runtime.query.select import RECORD_ID, RECORD_IDS, one_of
from runtime.query.source import Hops, Source, root_place
from runtime.query.values import from_column, reader_of
from runtime.store.asking import Asking, answer
from runtime.store.waiting import demand_later, demanding

#: The days that the language reads of a record beside its instants.
_DAYS = {"created_on": "created_at", "changed_on": "changed_at"}
#: The number of PostgreSQL's type numeric, which its column type wants to be told.
_NUMERIC = 1700


@dataclass(frozen=True, slots=True)
class Loaded:
    """A living record: its values by field name, its rows, and which grants of the plan hold on it."""

    id: str
    version: int
    values: dict[str, object]
    #: For each grant of the plan, in its order, whether it gives this record; all false where a denial holds.
    granted: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """A record that another one refers to: whether this person may read it, and its values by path."""

    visible: bool
    values: Mapping[Hops, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A statement with the fields behind its key columns, made once."""

    runnable: Runnable
    fields: tuple[tuple[Hops, Field], ...]
    #: What turns what the driver gives into a value of the language, for each of the fields; None where that is the value.
    readers: tuple[Callable[[Any], object] | None, ...] = ()

    def values(self, cells: Sequence[Any]) -> Iterator[tuple[Hops, object]]:
        """The values of the fields of one row."""
        for (path, _), read, cell in zip(self.fields, self.readers, cells, strict=False):
            yield path, cell if cell is None or read is None else read(cell)


def load_records(
    connection: Connection,
    context: Context,
    access: AccessPlan,
    ids: Sequence[str],
    *,
    case_record: str | None = None,
    deleted: bool = False,
) -> dict[str, Loaded]:
    """Living (or deleted) records by id, locked until the transaction ends, with the grants of the plan that hold on each."""
    prepared = access.compiled.cache.get_or_make(
        ("load", access.fingerprint, dialect_of(connection), deleted, len(ids) == 1),
        lambda: _load(access, connection, deleted=deleted, one=len(ids) == 1),
    )
    more = {CASE_RECORD: case_record, CASE_PERSON: context.principal.id}
    zone = ZoneInfo(access.compiled.app.timezone)
    loaded = {}
    for row in _run(connection, context, prepared, ids, more):
        id, version, rest = row[0], row[1], row[2:]
        values: dict[str, object] = {path[0]: value for path, value in prepared.values(rest)}
        values |= {day: _day_of(values.get(instant), zone) for day, instant in _DAYS.items()}
        granted = tuple(map(bool, rest[len(prepared.fields) :]))
        loaded[id] = Loaded(id, version, values, granted)
    _load_rows(connection, access.entity, loaded)
    return loaded


def granted_on(
    connection: Connection, context: Context, access: AccessPlan, ids: Sequence[str], *, case_record: str | None = None
) -> dict[str, tuple[bool, ...]]:
    """The grants of the plan that hold on records as they now stand in this transaction."""
    return answer(connection, asking_granted(connection.dialect, context, access, ids, case_record=case_record))


def asking_granted(
    dialect: Dialect, context: Context, access: AccessPlan, ids: Sequence[str], *, case_record: str | None = None
) -> Asking[dict[str, tuple[bool, ...]]]:
    """The grants of the plan that hold on records, as `granted_on`."""
    if not ids:
        return {}
    name = dialect_name(dialect)
    runnable = access.compiled.cache.get_or_make(("granted", access.fingerprint, name), lambda: _grants_only(access, dialect))
    given = {CASE_RECORD: case_record, CASE_PERSON: context.principal.id, RECORD_IDS: ids_value(name, ids)}
    rows = yield question(context, runnable, given)
    return {row[0]: tuple(map(bool, row[1:])) for row in rows}


def demand_granted(
    connection: Connection,
    context: Context,
    access: AccessPlan,
    record_id: str,
    needed: frozenset[frozenset[int]],
    refusal: Callable[[], Exception],
    *,
    case_record: str | None = None,
) -> None:
    """Demand, with the next statement, that of each of these sets of grants one holds on a record as it then stands.

    The grants go by their places in the plan. What `refusal` makes is raised where one set has none.
    """
    dialect = connection.dialect
    key = ("demanded", access.fingerprint, needed, dialect.name)
    runnable = access.compiled.cache.get_or_make(key, lambda: _demanded(access, needed, dialect))
    given = {CASE_RECORD: case_record, CASE_PERSON: context.principal.id, RECORD_ID: record_id}
    asked = question(context, runnable, given)
    demand_later(connection, asked.prepared, asked.values, refusal)


def look_up(
    connection: Connection,
    context: Context,
    access: AccessPlan | None,
    target: tuple[CompiledApp, CompiledEntity],
    ids: Sequence[str],
    paths: Sequence[Hops],
) -> dict[str, Seen]:
    """Living records by id with the values at these paths, and whether the plan lets this person read them.

    None of them is deleted before the transaction ends.
    """
    compiled, entity = target
    key = ("look_up", entity.entity.name, access and access.fingerprint, tuple(paths), dialect_of(connection), len(ids) == 1)
    prepared = compiled.cache.get_or_make(key, lambda: _look_up(access, compiled, entity, paths, connection, one=len(ids) == 1))
    found = {}
    for row in _run(connection, context, prepared, ids, {CASE_PERSON: context.principal.id}):
        found[row[0]] = Seen(bool(row[1]), dict(prepared.values(row[2:])))
    return found


def _day_of(instant: object, zone: ZoneInfo) -> dt.date | None:
    return instant.astimezone(zone).date() if isinstance(instant, dt.datetime) else None


def _load(access: AccessPlan, connection: Connection, *, deleted: bool, one: bool) -> _Prepared:
    statement = Statement(dialect_of(connection), Source(root_place(access.compiled, access.entity)))
    table = statement.source.root.table
    fields: list[tuple[Hops, Field]] = []
    columns: list[sa.ColumnElement[Any]] = []
    for name in ("number", "created_at", "created_by", "changed_at", "changed_by"):
        if name in table.c:
            fields.append(((name,), SYSTEM_FIELDS[name]))
            columns.append(table.c[name])
    for declared in access.entity.entity.fields.values():
        if is_kept(declared):
            fields.append(((declared.name,), declared))
            columns.append(table.c[column_name(declared)])
    columns += _grant_columns(statement, access)
    select = sa.select(table.c.id, table.c.version, *columns).select_from(statement.source.from_clause())
    there = table.c.deleted_at.is_not(None) if deleted else table.c.deleted_at.is_(None)
    select = select.where(_asked(statement, table, one=one), there)
    return _made(connection, select.with_for_update(of=table), statement, tuple(fields), columns)


def _grants_only(access: AccessPlan, dialect: Dialect) -> Runnable:
    statement = Statement(dialect_name(dialect), Source(root_place(access.compiled, access.entity)))
    table = statement.source.root.table
    columns = _grant_columns(statement, access)
    select = sa.select(table.c.id, *columns).select_from(statement.source.from_clause())
    return compile_select(select.where(one_of(statement.dialect, table.c.id)), statement, dialect)


def _demanded(access: AccessPlan, needed: frozenset[frozenset[int]], dialect: Dialect) -> Runnable:
    statement = Statement(dialect_name(dialect), Source(root_place(access.compiled, access.entity)))
    conditions = [grant_condition(statement, access, grant) for grant in access.grants]
    holds = [(sa.true() if each else sa.false()) if isinstance(each, bool) else each for each in conditions]
    some = [sa.or_(sa.false(), *(holds[place] for place in sorted(grants))) for grants in needed]
    parts = [*denial_conditions(statement, access), *some]
    table = statement.source.root.table
    mine = table.c.id == sa.bindparam(RECORD_ID, type_=sa.String())
    found = sa.exists(sa.select(table.c.id).select_from(statement.source.from_clause()).where(mine, *parts))
    return compile_select(demanding(found, dialect), statement, dialect)


def _grant_columns(statement: Statement, access: AccessPlan) -> list[sa.ColumnElement[Any]]:
    denied = denial_conditions(statement, access)
    columns: list[sa.ColumnElement[Any]] = []
    for number, grant in enumerate(access.grants):
        holds = grant_condition(statement, access, grant)
        parts = [*denied, *([] if isinstance(holds, bool) else [holds])]
        columns.append(
            sa.case((sa.and_(sa.true(), *parts), sa.literal_column("1")), else_=sa.literal_column("0")).label(f"grant_{number}")
        )
    return columns


def _look_up(
    access: AccessPlan | None,
    compiled: CompiledApp,
    entity: CompiledEntity,
    paths: Sequence[Hops],
    connection: Connection,
    *,
    one: bool,
) -> _Prepared:
    statement = Statement(dialect_of(connection), Source(root_place(compiled, entity)))
    table = statement.source.root.table
    scope = FullScope(statement)
    columns = [scope.column(path).label(f"path_{number}") for number, path in enumerate(paths)]
    fields = tuple((path, _field_at(statement, path)) for path in paths)
    parts = [sa.false()] if access is None else row_conditions(statement, access)
    visible = sa.case((sa.and_(sa.true(), *parts), sa.literal_column("1")), else_=sa.literal_column("0"))
    select = sa.select(table.c.id, visible.label("visible"), *columns).select_from(statement.source.from_clause())
    select = select.where(_asked(statement, table, one=one))
    if "deleted_at" in table.c:
        select = select.where(table.c.deleted_at.is_(None))
    # As the foreign key does it, but before it is asked whether the record is there: whoever deletes it waits, or is waited for.
    return _made(connection, select.with_for_update(read=True, key_share=True, of=table), statement, fields, columns)


def _asked(statement: Statement, table: sa.FromClause, *, one: bool) -> sa.ColumnElement[bool]:
    """The records that are asked for; where it is one PostgreSQL keeps the plan, which for an array it makes anew each time."""
    return table.c.id == sa.bindparam(RECORD_ID, type_=sa.String()) if one else one_of(statement.dialect, table.c.id)


def _made(
    connection: Connection,
    select: sa.Select[Any],
    statement: Statement,
    fields: tuple[tuple[Hops, Field], ...],
    columns: Sequence[sa.ColumnElement[Any]],
) -> _Prepared:
    dialect = connection.dialect
    results = tuple(c.type.dialect_impl(dialect).result_processor(dialect, _NUMERIC) for c in columns[: len(fields)])
    readers = tuple(_read_by(result, reader_of(field)) for result, (_, field) in zip(results, fields, strict=True))
    return _Prepared(compile_select(select, statement, dialect), fields, readers)


def _read_by(result: Callable[[Any], Any] | None, read: Callable[[object], object] | None) -> Callable[[Any], object] | None:
    """First what the type of the column makes of what the driver gives, then the value of the language."""
    if result is None or read is None:
        return result or read

    def both(cell: Any) -> object:
        found = result(cell)
        return None if found is None else read(found)

    return both


def _field_at(statement: Statement, path: Hops) -> Field:
    entity = statement.source.at(path[:-1]).entity.entity
    return entity.fields.get(path[-1]) or SYSTEM_FIELDS[path[-1]]


def _run(
    connection: Connection, context: Context, prepared: _Prepared, ids: Sequence[str], more: Mapping[str, object]
) -> Sequence[Sequence[Any]]:
    if not ids:
        return ()
    asked = {RECORD_ID: ids[0]} if len(ids) == 1 else {RECORD_IDS: ids_value(dialect_of(connection), ids)}
    return run(connection, context, prepared.runnable, {**more, **asked})


def _load_rows(connection: Connection, entity: CompiledEntity, loaded: Mapping[str, Loaded]) -> None:
    """Add the child rows of each field of rows, in their order, each with its key."""
    for declared in entity.entity.fields.values():
        if declared.type != "rows" or declared.options.of is None:
            continue
        fields = {f.name: f for f in entity.entity.rows[declared.options.of].fields.values() if is_kept(f)}
        table = entity.row_tables[declared.options.of]
        for record in loaded.values():
            record.values[declared.name] = []
        if not loaded:
            continue
        columns = [table.c[column_name(f)] for f in fields.values()]
        select = sa.select(table.c.id, table.c.parent_id, *columns).where(table.c.parent_id.in_(list(loaded)))
        for id, parent, *cells in connection.execute(select.order_by(table.c.parent_id, table.c.position)):
            row: dict[str, object] = {"id": id}
            row |= {name: from_column(f, cell) for (name, f), cell in zip(fields.items(), cells, strict=True)}
            rows = loaded[parent].values[declared.name]
            if isinstance(rows, list):
                rows.append(row)
