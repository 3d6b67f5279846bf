"""A record as it was read, in the values of expressions: flat under dotted paths, exact numbers, real dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal

from forms_dsl.expr.tree import ValueType
from forms_dsl.model import Entity
from forms_dsl.names import SYSTEM_FIELDS
from runtime.compile.app import CompiledApp


def facts_of(compiled: CompiledApp, entity: Entity, found: Mapping[str, object], paths: Iterable[str]) -> dict[str, object]:
    """The values at these paths of a record as `get_record` gives it."""
    return {path: _value(compiled, entity, tuple(path.split(".")), found.get(path)) for path in paths}


def value_of(type: ValueType, wire: object) -> object:
    """A value as it is kept or was answered, in the form that expressions know; it was checked when it was written."""
    if wire is None:
        return None
    match type.name:
        case "number":
            return Decimal(str(wire))
        case "boolean":
            return wire is True or wire == "true"
        case "date":
            return dt.date.fromisoformat(str(wire))
        case "datetime":
            return dt.datetime.fromisoformat(str(wire)).astimezone(dt.UTC)
        case "multi_choice" | "list" if isinstance(wire, list):
            return tuple(str(part) for part in wire)
        case _:
            return str(wire)


def _value(compiled: CompiledApp, entity: Entity, path: tuple[str, ...], wire: object) -> object:
    declared = entity.fields.get(path[0]) or SYSTEM_FIELDS[path[0]]
    if len(path) > 1:
        return _value(compiled, compiled.entity(declared.value_type.entity or "").entity, path[1:], wire)
    if declared.type == "rows" and isinstance(wire, list):
        inner = entity.rows[declared.options.of or ""].fields
        return [{name: value_of(inner[name].value_type, value) for name, value in row.items() if name in inner} for row in wire]
    return value_of(declared.value_type, wire)
