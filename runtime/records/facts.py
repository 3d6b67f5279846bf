"""A record as it was read, in the values of expressions: flat under dotted paths, exact numbers, real dates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.model import Entity, Field
from forms_dsl.names import SYSTEM_FIELDS
from runtime.compile.app import CompiledApp


def facts_of(compiled: CompiledApp, entity: Entity, found: Mapping[str, object], paths: Iterable[str]) -> dict[str, object]:
    """The values at these paths of a record as `get_record` gives it."""
    return {path: _value(compiled, entity, tuple(path.split(".")), found.get(path)) for path in paths}


def _value(compiled: CompiledApp, entity: Entity, path: tuple[str, ...], wire: object) -> object:
    declared = entity.fields.get(path[0]) or SYSTEM_FIELDS[path[0]]
    if len(path) > 1:
        return _value(compiled, compiled.entity(declared.value_type.entity or "").entity, path[1:], wire)
    if wire is None:
        return None
    if declared.type == "rows" and isinstance(wire, list):
        inner = entity.rows[declared.options.of or ""].fields
        return [{name: _parsed(inner[name], value) for name, value in row.items() if name in inner} for row in wire]
    return _parsed(declared, wire)


def _parsed(declared: Field, wire: object) -> object:
    return None if wire is None else FIELD_TYPES[declared.type].parse(wire, declared.options)
