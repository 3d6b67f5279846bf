"""The field at the end of a path through a whole app and the apps that it requires."""

from __future__ import annotations

from forms_dsl.model import App, Entity, Field
from forms_dsl.names import SYSTEM_FIELDS


def entity_of(app: App, name: str) -> Entity | None:
    """An entity by its name, with the app's name before it where it is another one's."""
    owner, dot, short = name.rpartition(".")
    holder = app if not dot or owner == app.name else app.requires.get(owner)
    return holder.entities.get(short) if holder is not None else None


def field_at(app: App, entity: str, path: str) -> Field | None:
    """The field, through references and into child rows; None when the path leads nowhere."""
    here = entity_of(app, entity)
    fields = here.fields if here is not None else {}
    words = path.split(".")
    for number, word in enumerate(words):
        field = fields.get(word) or SYSTEM_FIELDS.get(word)
        if field is None or number == len(words) - 1:
            return field
        if field.type == "rows" and here is not None:
            rows = here.rows.get(field.options.of or "")
            fields = rows.fields if rows is not None else {}
            continue
        here = entity_of(app, field.options.to or "")
        fields = here.fields if here is not None else {}
    return None
