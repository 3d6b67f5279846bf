"""From an app to its tables: typed columns, foreign keys and indexes, as publishing is to make them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, assert_never

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TEXT
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import operators
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.types import TypeEngine

from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.model import App, Entity, Field, RowType
from forms_dsl.storage import (
    BooleanStorage,
    DateStorage,
    DecimalStorage,
    FileStorage,
    IntegerStorage,
    JsonStorage,
    ReferenceStorage,
    RowsStorage,
    Storage,
    TextStorage,
    TimestampStorage,
)
from runtime.compile.names import column_name, constraint_name, entity_table_name, row_table_name
from runtime.store import tables as platform
from runtime.store.types import Day, Instant, Json, ScaledDecimal

#: Text of any length, compared by code point in both databases: the length is the validator's business,
#: so that a longer `max` changes no table.
FREE_TEXT = sa.Text().with_variant(TEXT(collation="C"), "postgresql")

#: The organisation directory lives in the platform's own tables.
_DIRECTORY: Mapping[str, sa.Table] = {"branch": platform.org_branch, "person": platform.org_person}

#: Longer values do not fit into an index page of PostgreSQL, so such a text is never indexed for sorting.
_LONGEST_INDEXED = 500


def storage_of(field: Field) -> Storage:
    """How the values of a field are kept."""
    return FIELD_TYPES[field.type].storage(field.options)


def is_kept(field: Field) -> bool:
    """Whether the field has a column: child rows and fields computed on reading have none."""
    return not isinstance(storage_of(field), RowsStorage) and (field.compute is None or field.stored)


def column_type(storage: Storage) -> TypeEngine[Any]:
    """The column type of a storage."""
    match storage:
        case TextStorage():
            return FREE_TEXT
        case IntegerStorage():
            return sa.BigInteger()
        case DecimalStorage(scale):
            return ScaledDecimal(scale)
        case BooleanStorage():
            return sa.Boolean()
        case DateStorage():
            return Day()
        case TimestampStorage():
            return Instant()
        case JsonStorage() | FileStorage():
            return Json()
        case ReferenceStorage():
            return sa.String(36)
        case RowsStorage():
            raise ValueError("child rows are a table, not a column")
        case _:
            assert_never(storage)


def build_tables(app: App, metadata: sa.MetaData, known: Mapping[str, sa.Table]) -> dict[str, sa.Table]:
    """The record tables of an app by entity name; `known` holds the tables of the apps it requires by "app.entity"."""
    if app.name == "org":
        return {name: _DIRECTORY[name] for name in app.entities}
    names = {f"{app.name}.{entity.name}": entity_table_name(entity) for entity in app.entities.values()}
    made = {}
    for entity in app.entities.values():
        table = sa.Table(entity_table_name(entity), metadata, *_system_columns(entity))
        for field in entity.fields.values():
            if is_kept(field):
                table.append_column(_column(field, table.name, names, known))
        made[entity.name] = table
        for name, columns, unique in _indexes(app, entity, table):
            living = table.c.deleted_at.is_(None) if unique else None
            sa.Index(name, *columns, unique=unique, sqlite_where=living, postgresql_where=living)
    return made


def build_row_tables(
    app: App, entity: Entity, parent: sa.Table, metadata: sa.MetaData, known: Mapping[str, sa.Table]
) -> dict[str, sa.Table]:
    """The tables of an entity's row types by row type name."""
    names = {f"{app.name}.{other.name}": entity_table_name(other) for other in app.entities.values()}
    made = {}
    for row_type in entity.rows.values():
        table = sa.Table(row_table_name(entity, row_type), metadata, *_row_columns(entity, row_type, parent))
        for field in row_type.fields.values():
            if is_kept(field):
                table.append_column(_column(field, table.name, names, known))
        sa.Index(constraint_name("ix", table.name, ("parent_id", "position")), table.c.parent_id, table.c.position)
        made[row_type.name] = table
    return made


def _system_columns(entity: Entity) -> Iterator[sa.Column[Any]]:
    yield sa.Column("id", sa.String(36), primary_key=True)
    yield sa.Column("version", sa.Integer, nullable=False, server_default="1")
    if entity.number is not None:
        # Not NOT NULL: an entity may get or lose its number when it already has records; the writer insists on it.
        yield sa.Column("number", FREE_TEXT)
    yield sa.Column("created_at", Instant, nullable=False)
    yield sa.Column("created_by", sa.String(36), nullable=False)
    yield sa.Column("changed_at", Instant, nullable=False)
    yield sa.Column("changed_by", sa.String(36), nullable=False)
    yield sa.Column("deleted_at", Instant)


def _row_columns(entity: Entity, row_type: RowType, parent: sa.Table) -> Iterator[sa.Column[Any]]:
    table = row_table_name(entity, row_type)
    yield sa.Column("id", sa.String(36), primary_key=True)
    link = sa.ForeignKey(parent.c.id, name=constraint_name("fk", table, ("parent_id",)))
    yield sa.Column("parent_id", sa.String(36), link, nullable=False)
    yield sa.Column("position", sa.Integer, nullable=False)


def _column(field: Field, table: str, names: Mapping[str, str], known: Mapping[str, sa.Table]) -> sa.Column[Any]:
    storage = storage_of(field)
    if not isinstance(storage, ReferenceStorage):
        return sa.Column(column_name(field), column_type(storage))
    own = names.get(storage.entity)
    target = f"{own}.id" if own else known[storage.entity].c.id
    link = sa.ForeignKey(target, name=constraint_name("fk", table, (column_name(field),)))
    return sa.Column(column_name(field), column_type(storage), link)


def _indexes(app: App, entity: Entity, table: sa.Table) -> Iterator[tuple[str, tuple[sa.ColumnElement[Any], ...], bool]]:
    """Name, columns and uniqueness of each index; one that is the beginning of another is left out."""
    for fields in _unique_sets(entity):
        columns = [column_of(entity, table, name) for name in fields]
        if all(column is not None for column in columns):
            yield unique_name(entity, table, fields), tuple(c for c in columns if c is not None), True
    wanted = list(dict.fromkeys(_wanted_orders(app, entity, table)))
    for order in wanted:
        if not any(other != order and other[: len(order)] == order for other in wanted):
            yield constraint_name("ix", table.name, order), tuple(_sorted(table, part) for part in order), False


def unique_name(entity: Entity, table: sa.Table, fields: tuple[str, ...]) -> str:
    """The name of the index over these fields; a field that is kept in another column than its first has another index."""
    moved = (column_name(entity.fields[name]) for name in fields if name in entity.fields and entity.fields[name].kept_as > 1)
    return constraint_name("ux", table.name, ("unique", *fields, *moved))


def _unique_sets(entity: Entity) -> Iterator[tuple[str, ...]]:
    if entity.number is not None:
        yield ("number",)
    for field in entity.fields.values():
        if field.unique:
            yield (field.name,)
    yield from entity.unique


def _columns(entity: Entity, table: sa.Table, fields: tuple[str, ...]) -> tuple[sa.Column[Any], ...]:
    """The columns of some fields; none at all when one of them has no column."""
    columns = tuple(c for c in (column_of(entity, table, name) for name in fields) if c is not None)
    return columns if len(columns) == len(fields) else ()


def _wanted_orders(app: App, entity: Entity, table: sa.Table) -> Iterator[tuple[str, ...]]:
    """Column names of the useful indexes, `-` before a descending one."""
    for fields in entity.index:
        columns = [column_of(entity, table, name) for name in fields]
        if all(column is not None for column in columns):
            yield tuple(c.name for c in columns if c is not None)
    for rule in entity.duplicates:
        looked = _columns(entity, table, rule.fields)
        if looked and all(name not in entity.fields or _fits_index(entity.fields[name]) for name in rule.fields):
            yield tuple(column.name for column in looked)
    owner = column_of(entity, table, entity.owner_branch) if entity.owner_branch else None
    if owner is not None:
        yield (owner.name, "id")
    for view in app.lists.values():
        if view.entity == entity.name:
            group = (view.group_by,) if view.group_by is not None else ()
            for sort in ((*group, *view.sort), *((*group, *saved.sort) for saved in view.views)):
                order = _sort_order(entity, table, sort)
                if order:
                    yield order
                    if owner is not None:
                        yield (owner.name, *order)
    for field in entity.fields.values():
        # Also what nobody filters by is asked when a record that it leads to is to be deleted.
        if is_kept(field) and (isinstance(storage_of(field), ReferenceStorage) or field.options.targets):
            yield (column_name(field),)


def _sort_order(entity: Entity, table: sa.Table, sort: tuple[str, ...]) -> tuple[str, ...]:
    """The columns of a list's order, with the key that breaks ties; empty when it does not stand in this very table."""
    order: list[str] = []
    for part in sort:
        field = entity.fields.get(part.removeprefix("-"))
        column = column_of(entity, table, part.removeprefix("-"))
        if column is None or (field is not None and not _fits_index(field)):
            return ()
        order.append(("-" if part.startswith("-") else "") + column.name)
    return (*order, "-id" if order[-1].startswith("-") else "id") if order else ()


def _fits_index(field: Field) -> bool:
    storage = storage_of(field)
    return not isinstance(storage, TextStorage) or (storage.length is not None and storage.length <= _LONGEST_INDEXED)


class DescendingLast(UnaryExpression[Any]):
    """A part of an index in falling order with missing values last, as lists show them."""

    inherit_cache = True

    def __init__(self, column: sa.ColumnElement[Any]) -> None:
        super().__init__(column, modifier=operators.desc_op)


@compiles(DescendingLast)
def _write_descending(element: DescendingLast, compiler: SQLCompiler, **arguments: Any) -> str:
    # SQLite counts missing values as the smallest, so that they are last here anyway, and knows no NULLS LAST in an index.
    return f"{compiler.process(element.element, **arguments)} DESC"


@compiles(DescendingLast, "postgresql")
def _write_descending_last(element: DescendingLast, compiler: SQLCompiler, **arguments: Any) -> str:
    return f"{compiler.process(element.element, **arguments)} DESC NULLS LAST"


def _sorted(table: sa.Table, part: str) -> sa.ColumnElement[Any]:
    column = table.c[part.removeprefix("-")]
    return DescendingLast(column) if part.startswith("-") else column


def column_of(entity: Entity, table: sa.Table, name: str) -> sa.Column[Any] | None:
    """The column of a field or system field by its name in the language, or None when it has none."""
    field = entity.fields.get(name)
    if field is None:
        return table.c.get(name)
    return table.c.get(column_name(field)) if is_kept(field) else None


def tables_of(metadata: sa.MetaData) -> tuple[sa.Table, ...]:
    """The tables of a compiled app, each parent before its rows."""
    return tuple(metadata.tables.values())
