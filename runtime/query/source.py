"""The tables of one statement: the record's own, and by path of references those that it leads to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from forms_dsl.model import Field
from runtime.compile.app import CompiledApp, CompiledEntity
from runtime.compile.tables import column_of
from runtime.query.plans import AccessPlan

Hops = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A table in FROM: the entity it holds and the app whose definition gave it."""

    compiled: CompiledApp
    entity: CompiledEntity
    table: sa.FromClause


@dataclass(slots=True)
class Source:
    """A statement's FROM under construction: each path of references is joined once, whoever asks for it."""

    root: Place
    #: What this person may read at the end of a path: its live definition stands for the one the app was checked against.
    targets: Mapping[Hops, AccessPlan] = field(default_factory=dict)
    _joined: dict[Hops, tuple[Place, sa.ColumnElement[bool]]] = field(default_factory=dict)

    def at(self, hops: Hops) -> Place:
        """The table at the end of a path of references, joined when it is not there yet."""
        if not hops:
            return self.root
        if hops not in self._joined:
            before = self.at(hops[:-1])
            link = column_at(before, hops[-1])
            place = self._target(before, hops)
            on = place.table.c.id == link
            if "deleted_at" in place.table.c:
                on = sa.and_(on, place.table.c.deleted_at.is_(None))
            self._joined[hops] = (place, on)
        return self._joined[hops][0]

    def from_clause(self) -> sa.FromClause:
        """The record's table with everything joined so far."""
        clause = self.root.table
        for place, on in self._joined.values():
            clause = clause.outerjoin(place.table, on)
        return clause

    def tables(self) -> list[sa.FromClause]:
        """The record's table and all that is joined so far."""
        return [self.root.table, *(place.table for place, _ in self._joined.values())]

    def hops_of(self, place: Place) -> Hops:
        """The path of references that leads to a place of this statement."""
        return next((hops for hops, (joined, _) in self._joined.items() if joined is place), ())

    def _target(self, before: Place, hops: Hops) -> Place:
        live = self.targets.get(hops)
        if live is not None:
            return Place(live.compiled, live.entity, live.entity.table.alias(f"j_{len(self._joined) + 1}"))
        return target_place(before, before.entity.entity.fields.get(hops[-1]))


def target_place(before: Place, reference: Field | None) -> Place:
    """The entity that a reference field of a place leads to; None stands for created_by and changed_by."""
    name = "org.person" if reference is None else reference.value_type.entity
    if name is None:
        raise ValueError(f"{reference and reference.name} is no reference")
    app = name.partition(".")[0]
    compiled = before.compiled if app == before.compiled.app.name else before.compiled.required[app]
    found = before.compiled.entity(name)
    return Place(compiled, found, found.table.alias())


def column_at(place: Place, name: str) -> sa.ColumnElement[Any]:
    """The column of a kept field or system field at a place."""
    found = column_of(place.entity.entity, place.entity.table, name)
    if found is None:
        raise ValueError(f"{name} has no column")
    return place.table.c[found.name]


def root_place(compiled: CompiledApp, entity: CompiledEntity) -> Place:
    """The place of a statement's own record."""
    return Place(compiled, entity, entity.table.alias("t"))
