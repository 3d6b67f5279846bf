"""The labels that an entity's expressions are said with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forms_dsl.expr.words import WordLabels
from forms_dsl.model import App, Entity, Field, Label
from forms_dsl.names import SYSTEM_FIELDS

#: Paths in filters are rarely longer; a longer one is said by its names.
_HOPS = 2


def labels_of(app: App, entity: Entity) -> WordLabels:
    """The labels of everything an expression over the entity may name, in all languages of the app."""
    fields: dict[str, Label] = {f"param.{name}": parameter.label for name, parameter in app.parameters.items()}
    choices: dict[str, Mapping[str, Label]] = {}
    for path, label, field in _named(app, entity, (), _HOPS):
        fields[path] = label
        if field.options.choices:
            choices[path] = {choice.code: choice.label for choice in field.options.choices}
    for name, related in entity.related.items():
        if related.label is not None:
            fields[name] = related.label
    return WordLabels(fields, choices)


def _named(app: App, entity: Entity, way: tuple[Field, ...], hops: int) -> Iterator[tuple[str, Label, Field]]:
    for field in (*SYSTEM_FIELDS.values(), *entity.fields.values()):
        here = (*way, field)
        yield ".".join(f.name for f in here), _joined(here), field
        target = _entity(app, field.value_type.entity) if hops and field.value_type.name == "reference" else None
        if target is not None:
            yield from _named(app, target, here, hops - 1)
    if not way:
        for field in entity.fields.values():
            row_type = entity.rows.get(field.options.of or "")
            for inner in row_type.fields.values() if row_type is not None else ():
                yield f"{field.name}.{inner.name}", inner.label, inner


def _joined(way: tuple[Field, ...]) -> Label:
    languages = {language for field in way for language in field.label}
    return {language: " · ".join(field.label.get(language, field.name) for field in way) for language in languages}


def _entity(app: App, name: str | None) -> Entity | None:
    """The entity "app.entity" of this app or of one that it requires."""
    owner, _, short = (name or "").rpartition(".")
    home = app if owner == app.name else app.requires.get(owner)
    return None if home is None else home.entities.get(short)
