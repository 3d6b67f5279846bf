"""Fields that move between entities: into a new one of which each record belongs to one record, or from such a one back into that."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from forms_dsl.model import Entity, Field
from forms_dsl.moved import MovedField, links_between, moved_fields
from runtime.compile.app import CompiledApp
from runtime.compile.names import column_name
from runtime.compile.tables import is_kept
from runtime.publish.backfill import constant_default
from runtime.publish.move_links import MoveLink
from runtime.publish.state import DatabaseState


@dataclass(frozen=True, slots=True)
class Group:
    """All fields that move from one entity to another one by one publication."""

    from_entity: Entity
    to_entity: Entity
    fields: tuple[MovedField, ...]
    #: Whether the entity that they go to is new.
    is_split: bool
    #: Whether the entity that they come from is gone.
    is_fold: bool
    base: Entity
    detail: Entity
    #: The references along which they could go; more or less than one is a fault.
    links: tuple[Field, ...]

    @property
    def is_possible(self) -> bool:
        """Whether the entities are such that fields can go."""
        return self.is_split is not self.is_fold and len(self.links) == 1


@dataclass(frozen=True, slots=True)
class Move:
    """A group that can go: with its tables and columns."""

    group: Group
    base: sa.Table
    detail: sa.Table
    link: MoveLink
    #: Columns that each new record of the detail gets, with their values in SQL.
    constants: Mapping[str, str]
    #: Whether the database keeps both places the same already.
    is_linked: bool

    @property
    def columns(self) -> Iterator[tuple[str, str]]:
        """The tables and columns that the values go to."""
        for base, detail in self.link.pairs:
            yield (self.detail.name, detail) if self.group.is_split else (self.base.name, base)


def groups_of(old: CompiledApp | None, new: CompiledApp) -> Iterator[Group]:
    """What moves, by entities, whether it can or not."""
    before = old.app if old is not None else None
    by_entities: dict[tuple[str, str], list[MovedField]] = defaultdict(list)
    for one in moved_fields(before, new.app):
        by_entities[one.from_entity.id, one.to_entity.id].append(one)
    if before is None:
        return
    earlier, later = _by_id(before.entities), _by_id(new.app.entities)
    for (source, target), fields in by_entities.items():
        is_split, is_fold = target not in earlier, source not in later
        if is_split and not is_fold:
            base, detail = later[source], later[target]
        else:
            base, detail = earlier.get(target, later[target]), earlier[source]
        links = tuple(links_between(detail, base))
        yield Group(fields[0].from_entity, fields[0].to_entity, tuple(fields), is_split, is_fold, base, detail, links)


def planned_moves(old: CompiledApp | None, new: CompiledApp, state: DatabaseState) -> tuple[Move, ...]:
    """The groups that can go; whether each of their fields may is for the rules."""
    return tuple(_move(group, old, new, state) for group in groups_of(old, new) if group.is_possible and old is not None)


def _move(group: Group, old: CompiledApp | None, new: CompiledApp, state: DatabaseState) -> Move:
    tables = {compiled.entity.id: compiled.table for app in (old, new) if app is not None for compiled in app.entities.values()}
    kept = [one for one in group.fields if is_kept(one.before) and is_kept(one.after)]
    columns = ((column_name(one.before), column_name(one.after)) for one in kept)
    pairs = tuple(sorted(pair if group.is_split else (pair[1], pair[0]) for pair in columns))
    base, detail = tables[group.base.id], tables[group.detail.id]
    link = MoveLink(base.name, detail.name, column_name(group.links[0]), pairs)
    return Move(group, base, detail, link, _constants(group.detail, detail, link, state), link in state.moves)


def _constants(detail: Entity, table: sa.Table, link: MoveLink, state: DatabaseState) -> dict[str, str]:
    taken = {link.link, *(column for _, column in link.pairs)}
    found = {}
    for field in detail.fields.values():
        if not is_kept(field) or column_name(field) in taken:
            continue
        default = constant_default(field, table.c[column_name(field)], state.dialect)
        if default is not None:
            found[column_name(field)] = default
    return found


def _by_id(entities: Mapping[str, Entity]) -> dict[str, Entity]:
    return {entity.id: entity for entity in entities.values()}
