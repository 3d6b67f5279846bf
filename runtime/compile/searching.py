"""Which fields of an entity a search looks in, and which of them are kept as words so that a search is quick."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b

from forms_dsl.model import App, Entity, Field
from forms_dsl.names import SYSTEM_FIELDS
from forms_dsl.storage import TextStorage
from runtime.compile.names import PLACEHOLDER
from runtime.compile.tables import is_kept, storage_of

#: A longer text is looked through as it stands: its words would take more room than the text itself.
_LONGEST = 200


def search_paths(app: App, entity: Entity) -> tuple[str, ...]:
    """The paths of the texts that a search of an entity looks in, whoever searches: of its lists' search boxes and its title."""
    named = [path for view in app.lists.values() if view.entity == entity.name for path in view.search]
    if not named:
        named = [name for name, field in entity.fields.items() if field.type == "text"]
    title = [found[1] for found in PLACEHOLDER.finditer(entity.title or "")]
    named += [name for name in title if name in entity.fields and entity.fields[name].value_type.name == "text"]
    if entity.number is not None:
        named.append("number")
    return tuple(dict.fromkeys(named))


def searched_fields(app: App, entity: Entity) -> Mapping[str, int]:
    """The fields whose words are kept, each with the number under which they are."""
    if app.name == "org":
        return {}
    declared = {name: entity.fields.get(name) or SYSTEM_FIELDS.get(name) for name in search_paths(app, entity)}
    return {name: _number(entity, field) for name, field in declared.items() if field is not None and _has_words(field)}


def worded_fields(entity: Entity, numbers: frozenset[int]) -> Mapping[str, int]:
    """The fields that have these numbers and a text whose words can be kept."""
    declared = {name: field for name, field in entity.fields.items() if _is_text(field)}
    if entity.number is not None:
        declared["number"] = SYSTEM_FIELDS["number"]
    return {name: number for name, field in declared.items() if (number := _number(entity, field)) in numbers}


def _has_words(field: Field) -> bool:
    if field is SYSTEM_FIELDS["number"]:
        return True
    storage = storage_of(field)
    return _is_text(field) and isinstance(storage, TextStorage) and storage.length is not None and storage.length <= _LONGEST


def _is_text(field: Field) -> bool:
    return not field.encrypted and field.compute is None and field.value_type.name == "text" and is_kept(field)


def _number(entity: Entity, field: Field) -> int:
    """The same for every release that keeps the ids."""
    key = f"{entity.app}.{entity.id}.{getattr(field, 'id', '') or field.name}"
    return int.from_bytes(blake2b(key.encode(), digest_size=7).digest(), "big")
