"""The compiled app: one immutable value with everything a request needs, swapped whole on publish."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from forms_dsl.model import App, Entity


@dataclass(frozen=True, slots=True)
class CompiledEntity:
    """One entity with its physical table and the tables of its row types."""

    entity: Entity
    table: sa.Table = field(repr=False)
    row_tables: Mapping[str, sa.Table] = field(default_factory=dict, repr=False)


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
