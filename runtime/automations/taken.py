"""The record that an automation has in hand, with everything that its actions read of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from forms_dsl.expr.tree import Expression
from forms_dsl.field_paths import field_at
from forms_dsl.model import Entity, Field
from runtime.compile.names import PLACEHOLDER
from runtime.context import Context
from runtime.jobs.automations import Run
from runtime.query.values import from_column
from runtime.records.facts import facts_of
from runtime.records.read import get_record
from runtime.records.request import GetRequest


@dataclass(frozen=True, slots=True)
class Taken:
    """The record in hand: its version, and its values as far as the actions read them."""

    run: Run
    record_id: str
    version: int
    wire: Mapping[str, object]
    values: Mapping[str, object]

    @property
    def entity(self) -> Entity:
        """The record's entity."""
        return self.run.compiled.entities[self.run.automation.entity].entity

    def unit(self) -> str | None:
        """The unit that the record belongs to."""
        return self._text(self.entity.owner_branch)

    def owner(self) -> str | None:
        """The person that the record belongs to."""
        return self._text(self.entity.owner_user)

    def _text(self, name: str | None) -> str | None:
        value = self.values.get(name or "")
        return value if isinstance(value, str) else None


def kept_taken(run: Run, record_id: str, kept: Mapping[str, object]) -> Taken:
    """A record that is gone, as it was when it was deleted; what its job keeps sealed is opened."""
    entity = run.compiled.entities[run.automation.entity].entity
    wire = {path: _opened(field_at(run.compiled.app, entity.name, path), value) for path, value in kept.items()}
    return Taken(run, record_id, 0, wire, facts_of(run.compiled, entity, wire, tuple(wire)))


def _opened(field: Field | None, value: object) -> object:
    return from_column(field, value) if field is not None and field.encrypted else value


def read_taken(connection: Connection, context: Context, run: Run, record_id: str) -> Taken:
    """The record with everything that some action of the automation reads."""
    app, name = run.compiled.app.name, run.automation.entity
    entity = run.compiled.entities[name].entity
    paths = tuple(sorted(_paths(run, entity)))
    found = get_record(connection, context, app, name, record_id, GetRequest(select=paths))
    return Taken(run, record_id, found.version, found.values, facts_of(run.compiled, entity, found.values, paths))


def _paths(run: Run, entity: Entity) -> set[str]:
    """Every path of the record that some action reads."""
    paths = {name for name in (entity.owner_branch, entity.owner_user) if name}
    for action in run.automation.do:
        for value in (*action.values.values(), *action.save.values()):
            if isinstance(value, Expression):
                paths |= {".".join(path) for path in value.reads}
        if action.to is not None and action.to.kind == "field" and action.to.name:
            paths.add(action.to.name)
        for text in (action.text or {}).values():
            paths |= {found[1] for found in PLACEHOLDER.finditer(text)} - {"user.name", "now"}
    return paths
