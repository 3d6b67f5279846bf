"""What a merge remembers of the values that it changed: as they are sent over REST, encrypted ones sealed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.templates import to_json
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.model import Entity, Field
from runtime.compile.tables import is_kept
from runtime.query.values import from_column, to_column

#: Types whose values nobody enters, so that none are read from a text.
_NUMBERED = frozenset({"sequence", "status"})


def remember(entity: Entity, field: Field, value: object) -> object:
    """A value to be kept; rows by the ids of their fields."""
    if value is None:
        return None
    if field.type == "rows" and isinstance(value, list):
        inner = _kept_of(entity, field)
        return [{"id": row["id"], **{f.id: remember(entity, f, row.get(f.name)) for f in inner}} for row in value]
    return to_column(field, value) if field.encrypted else to_json(value)


def recall(entity: Entity, field: Field, kept: Any) -> object:
    """The value of the language for what was kept; raises ValueRefused where the field does not take it any more."""
    if field.type == "rows":
        return [_row(entity, field, row) for row in kept or ()]
    if kept is None:
        return None
    if field.encrypted:
        return from_column(field, kept)
    return kept if field.type in _NUMBERED else FIELD_TYPES[field.type].parse(kept, field.options)


def _row(entity: Entity, field: Field, row: Mapping[str, Any]) -> dict[str, object]:
    return {"id": row["id"], **{f.name: recall(entity, f, row.get(f.id)) for f in _kept_of(entity, field)}}


def _kept_of(entity: Entity, field: Field) -> list[Field]:
    """The cells of rows that are kept and not worked out."""
    return [f for f in entity.rows[field.options.of or ""].fields.values() if is_kept(f) and f.compute is None]
