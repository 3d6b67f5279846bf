"""Which of its columns keeps each field of an app: the one whose values its type reads, or the next one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from forms_dsl.model import App, Entity, Field
from runtime.compile.names import entity_table_name, row_table_name
from runtime.compile.storages import reads_as, storage_text
from runtime.compile.tables import is_kept, storage_of
from runtime.store.kept_columns import KeptColumns


def with_columns(app: App, kept: KeptColumns) -> App:
    """The app with the number of its column at every field that is not kept in its first one."""
    entities = {name: _entity(entity, kept) for name, entity in app.entities.items()}
    return app if all(entities[name] is entity for name, entity in app.entities.items()) else replace(app, entities=entities)


def _entity(entity: Entity, kept: KeptColumns) -> Entity:
    fields = _fields(entity.fields, entity_table_name(entity), kept)
    rows = {}
    for name, row_type in entity.rows.items():
        inner = _fields(row_type.fields, row_table_name(entity, row_type), kept)
        rows[name] = row_type if inner is row_type.fields else replace(row_type, fields=inner)
    if fields is entity.fields and all(rows[name] is row_type for name, row_type in entity.rows.items()):
        return entity
    return replace(entity, fields=fields, rows=rows)


def _fields(fields: Mapping[str, Field], table: str, kept: KeptColumns) -> Mapping[str, Field]:
    numbers = {name: _number(field, table, kept) for name, field in fields.items()}
    if all(number == fields[name].kept_as for name, number in numbers.items()):
        return fields
    return {name: replace(field, kept_as=numbers[name]) for name, field in fields.items()}


def _number(field: Field, table: str, kept: KeptColumns) -> int:
    columns = kept.get((table, field.id), ())
    if not columns or not is_kept(field):
        return 1
    storage = storage_text(storage_of(field))
    fitting = (column.number for column in columns if reads_as(column.storage, storage))
    return next(fitting, columns[-1].number + 1)
