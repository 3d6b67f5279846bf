"""Old and new side by side: entities, row types and fields that are the same by id, whatever they are called now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from forms_dsl.model import Entity, Field, Label
from runtime.compile.app import CompiledApp


@dataclass(frozen=True, slots=True)
class FieldPair:
    """A field of the new app and what it was before (None when it is new), with the table that keeps it."""

    entity: Entity
    label: Label
    table: sa.Table
    old: Field | None
    new: Field
    is_rows: bool


@dataclass(frozen=True, slots=True)
class EntityPair:
    """An entity of the new app and what it was before."""

    old: Entity | None
    new: Entity
    table: sa.Table


def entity_pairs(old: CompiledApp | None, new: CompiledApp) -> Iterator[EntityPair]:
    """The entities of the new app, each with the old one of the same id."""
    before = {compiled.entity.id: compiled.entity for compiled in old.entities.values()} if old is not None else {}
    for compiled in new.entities.values():
        yield EntityPair(before.get(compiled.entity.id), compiled.entity, compiled.table)


def field_pairs(old: CompiledApp | None, new: CompiledApp) -> Iterator[FieldPair]:
    """The fields of the new app, those of row types included, each with the old one of the same id."""
    before = {compiled.entity.id: compiled.entity for compiled in old.entities.values()} if old is not None else {}
    for compiled in new.entities.values():
        entity = compiled.entity
        earlier = before.get(entity.id)
        known = by_id(earlier.fields) if earlier is not None else {}
        for field in entity.fields.values():
            yield FieldPair(entity, entity.label, compiled.table, known.get(field.id), field, False)
        rows = {row.id: row for row in earlier.rows.values()} if earlier is not None else {}
        for name, row_type in entity.rows.items():
            known = by_id(rows[row_type.id].fields) if row_type.id in rows else {}
            for field in row_type.fields.values():
                yield FieldPair(entity, row_type.label, compiled.row_tables[name], known.get(field.id), field, True)


def renamed_entities(old: CompiledApp | None, new: CompiledApp) -> dict[str, str]:
    """The "app.entity" of entities that have another name now, from the old one to the new one."""
    app = new.app.name
    return {
        f"{app}.{pair.old.name}": f"{app}.{pair.new.name}"
        for pair in entity_pairs(old, new)
        if pair.old is not None and pair.old.name != pair.new.name
    }


def by_id(fields: Mapping[str, Field]) -> dict[str, Field]:
    """Fields by their id."""
    return {field.id: field for field in fields.values()}
