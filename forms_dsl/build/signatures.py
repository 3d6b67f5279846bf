"""The entities of required apps, as this app sees them."""

from __future__ import annotations

from forms_dsl.build.bench import EntitySignature, FieldSignature, Workbench
from forms_dsl.model import Entity, Field


def declare_available(bench: Workbench) -> None:
    """Make the entities of the required apps known."""
    for app in bench.others.values():
        for entity in app.entities.values():
            bench.entities[f"{app.name}.{entity.name}"] = _signature(app.name, entity)


def _signature(app: str, entity: Entity) -> EntitySignature:
    fields: dict[str, FieldSignature | None] = {name: _field(field) for name, field in entity.fields.items()}
    return EntitySignature(
        entity.name,
        f"{app}.{entity.name}",
        entity.label,
        fields,
        number=entity.number is not None,
        has_owner=entity.owner_user is not None,
        has_branch=entity.owner_branch is not None,
        deprecated=entity.deprecated,
    )


def _field(field: Field) -> FieldSignature:
    return FieldSignature(
        field.type, field.value_type, field.label, field.options, field.required, field.compute is not None, field.classification
    )
