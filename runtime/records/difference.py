"""Which fields of a record differ between two states, as the tables keep them."""

from __future__ import annotations

from collections.abc import Mapping

from forms_dsl.model import Entity, Field
from runtime.compile.tables import is_kept


def changed_fields(entity: Entity, before: Mapping[str, object], after: Mapping[str, object]) -> tuple[str, ...]:
    """The names of the fields whose kept value differs; what is computed on reading has none."""
    return tuple(
        name
        for name, field in entity.fields.items()
        if (field.type == "rows" or is_kept(field))
        and kept_value(entity, field, before.get(name)) != kept_value(entity, field, after.get(name))
    )


def kept_value(entity: Entity, field: Field, value: object) -> object:
    """A value without what only its computation added: rows hold the cells that their table keeps."""
    if field.type != "rows" or field.options.of is None:
        return value
    names = [name for name, inner in entity.rows[field.options.of].fields.items() if is_kept(inner)]
    rows = value if isinstance(value, list) else []
    return [{"id": row.get("id"), **{name: row.get(name) for name in names}} for row in rows]
