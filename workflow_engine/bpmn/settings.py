"""What an import knows beside the model: the app's roles, fields and languages, and what it was told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from forms_dsl.model import App


@dataclass(frozen=True, slots=True)
class Known:
    """Roles by every word that may mean them, the entity with the types of its fields, the languages of texts."""

    roles: Mapping[str, str] = field(default_factory=dict)
    entity: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    languages: tuple[str, ...] = ()
    decisions: frozenset[str] = frozenset()
    workflows: frozenset[str] = frozenset()


def known_of(app: App | None, languages: tuple[str, ...], entity: str | None) -> Known:
    """What an app has of that; the entity is the only one where none was named."""
    if app is None:
        return Known(entity=entity, languages=languages)
    roles = {folded(word): name for name, role in app.roles.items() for word in (name, *role.label.values())}
    chosen = entity or (next(iter(app.entities)) if len(app.entities) == 1 else None)
    there = app.entities.get(chosen) if chosen else None
    types = {name: each.type for name, each in there.fields.items()} if there else {}
    return Known(roles, chosen, types, languages, frozenset(app.decisions), frozenset(app.workflows))


def folded(words: str) -> str:
    """Words without case and marks between them, as two products may write one role."""
    return "".join(letter for letter in words.lower() if letter.isalnum())
