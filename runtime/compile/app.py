"""The compiled app: one immutable value with everything a request needs, swapped whole on publish."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import sqlalchemy as sa

from forms_dsl.model import App, Entity, Field
from forms_dsl.storage import FileStorage
from runtime.compile.access import RoleAccess, compile_access
from runtime.compile.cache import ShapeCache
from runtime.compile.kept import Kept
from runtime.compile.kept_columns import with_columns
from runtime.compile.names import column_name
from runtime.compile.searching import searched_fields, worded_fields
from runtime.compile.tables import build_row_tables, build_tables, is_kept, storage_of, tables_of
from runtime.compile.triggers import Triggers, compile_triggers, trigger_expressions
from runtime.compile.validators import EntityValidator, compile_validator
from runtime.store.kept_columns import KeptColumns


@dataclass(frozen=True, slots=True)
class CompiledEntity:
    """One entity with its physical table and the tables of its row types."""

    entity: Entity
    table: sa.Table = field(repr=False)
    validator: EntityValidator = field(repr=False)
    row_tables: Mapping[str, sa.Table] = field(default_factory=dict, repr=False)
    #: The rules of the roles that name this entity, by role.
    access: Mapping[str, RoleAccess] = field(default_factory=dict, repr=False)
    #: The automations that its writes set off.
    triggers: Triggers = field(default_factory=Triggers, repr=False)
    #: The fields under whose words its records are found, each with its number.
    searched: Mapping[str, int] = field(default_factory=dict, repr=False)
    #: Those whose words its writes keep: also what another live release of the app searches.
    worded: Mapping[str, int] = field(default_factory=dict, repr=False)
    #: The fields that have a column, by name, each with the column's name.
    columns: Mapping[str, tuple[str, Field]] = field(init=False, repr=False)
    #: The fields in which two states of a record may differ: what is computed on reading has no state.
    compared: tuple[Field, ...] = field(init=False, repr=False)
    #: Whether a record or a row of it may hold files.
    holds_files: bool = field(init=False, repr=False)

    def __post_init__(self) -> None:
        fields = tuple(self.entity.fields.values())
        inner = (f for rows in self.entity.rows.values() for f in rows.fields.values())
        columns = {f.name: (column_name(f), f) for f in fields if is_kept(f)}
        object.__setattr__(self, "columns", columns)
        object.__setattr__(self, "compared", tuple(f for f in fields if f.type == "rows" or f.name in columns))
        object.__setattr__(self, "holds_files", any(isinstance(storage_of(f), FileStorage) for f in (*fields, *inner)))


@dataclass(frozen=True, slots=True)
class CompiledApp:
    """A published app: the checked model, its release number and its tables."""

    app: App
    release: int
    checksum: str
    metadata: sa.MetaData = field(repr=False)
    entities: Mapping[str, CompiledEntity] = field(default_factory=dict)
    #: Role → all roles it stands for, itself included.
    role_closure: Mapping[str, frozenset[str]] = field(default_factory=dict)
    #: The apps that this one refers to, compiled from the definitions it was checked against.
    required: Mapping[str, CompiledApp] = field(default_factory=dict, repr=False)
    #: What the bank keeps at run time beside the definition.
    kept: Kept = field(default_factory=Kept, repr=False)
    #: What requests of this release have worked out so far.
    cache: ShapeCache = field(default_factory=ShapeCache, repr=False, compare=False)

    def entity(self, name: str) -> CompiledEntity:
        """The entity that a definition of this app calls `name`: its own, or "app.entity" of a required app."""
        app, _, rest = name.rpartition(".")
        return self.entities[rest] if app in {"", self.app.name} else self.required[app].entities[rest]


def compile_app(app: App, release: int, kept: KeptColumns = MappingProxyType({})) -> CompiledApp:
    """The compiled form of a checked app over the columns that its fields have been kept in."""
    app = with_columns(app, kept)
    required = {name: compile_app(other, 0, kept) for name, other in app.requires.items()}
    known = {
        f"{name}.{entity.entity.name}": entity.table for name, other in required.items() for entity in other.entities.values()
    }
    metadata = sa.MetaData()
    tables = build_tables(app, metadata, known)
    entities = {
        name: CompiledEntity(
            entity,
            tables[name],
            compile_validator(entity, tuple(trigger_expressions(app, entity))),
            build_row_tables(app, entity, tables[name], metadata, known),
            compile_access(app, entity),
            compile_triggers(app, entity),
            searched := searched_fields(app, entity),
            searched,
        )
        for name, entity in app.entities.items()
    }
    closure = {role.name: frozenset({role.name, *role.includes}) for role in app.roles.values()}
    return CompiledApp(app, release, app.checksum, metadata, entities, closure, required)


def without_indexes(compiled: CompiledApp, names: Collection[str]) -> CompiledApp:
    """The app over tables that do not have these indexes yet: what they would guard is looked for at each write."""
    for entity in compiled.entities.values():
        for index in [index for index in entity.table.indexes if index.name in names]:
            entity.table.indexes.discard(index)
            entity.table.info["missing"] = entity.table.info.get("missing", frozenset()) | {index.name}
    return compiled


def searched_numbers(*releases: CompiledApp) -> frozenset[int]:
    """The numbers of all fields that one of these releases searches."""
    return frozenset(n for compiled in releases for entity in compiled.entities.values() for n in entity.searched.values())


def keeping_words(compiled: CompiledApp, numbers: frozenset[int]) -> CompiledApp:
    """The release, keeping the words of what any live release of its app searches; made once for the same numbers."""
    if numbers == searched_numbers(compiled):
        return compiled

    def make() -> CompiledApp:
        entities = {
            name: replace(entity, worded=worded_fields(entity.entity, numbers)) for name, entity in compiled.entities.items()
        }
        # A cache of its own: plans hold the entities that they were made with.
        return replace(compiled, entities=entities, cache=ShapeCache())

    return compiled.cache.get_or_make(("keeping words", numbers, id(compiled.kept)), make)


def wanted_tables(compiled: CompiledApp) -> tuple[sa.Table, ...]:
    """The tables that publishing this app has to make, with their indexes; none for the organisation directory."""
    return tables_of(compiled.metadata)
