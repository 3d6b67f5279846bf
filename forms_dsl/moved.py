"""Fields that stand in another entity than before: what each of them was, by `moved_from`, and on the way back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from forms_dsl.model import App, Entity, Field

#: A field by the id of its entity and its own.
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class MovedField:
    """A field before, in the entity where it stood, and after, in another one."""

    from_entity: Entity
    before: Field
    to_entity: Entity
    after: Field

    @property
    def source(self) -> str:
        """Where it stood, in names."""
        return f"{self.from_entity.name}.{self.before.name}"

    @property
    def target(self) -> str:
        """Where it stands now, in names."""
        return f"{self.to_entity.name}.{self.after.name}"


def moved_fields(old: App | None, new: App) -> tuple[MovedField, ...]:
    """The fields of `new` that stood in another entity of `old`; a field whose source is still there has not moved."""
    if old is None:
        return ()
    before, after = fields_by_place(old), fields_by_place(new)
    forth = (
        MovedField(*before[field.moved_from], entity, field)
        for place, (entity, field) in after.items()
        if _goes(field, place, before, after) and field.moved_from is not None
    )
    back = (
        MovedField(entity, field, *after[field.moved_from])
        for place, (entity, field) in before.items()
        if _goes(field, place, after, before) and field.moved_from is not None
    )
    # A field that came and goes back may say so at both places.
    return tuple({(one.source, one.target): one for one in (*forth, *back)}.values())


def _goes(
    field: Field, place: Place, there: Mapping[Place, tuple[Entity, Field]], here: Mapping[Place, tuple[Entity, Field]]
) -> bool:
    """Whether a field that says where it came from stands here only, and what it came from there only."""
    source = field.moved_from
    return source is not None and place not in there and source in there and source not in here and source[0] != place[0]


def fields_by_place(app: App) -> dict[Place, tuple[Entity, Field]]:
    """The fields of an app's entities by the ids of both; fields of child rows are none of them."""
    return {(entity.id, field.id): (entity, field) for entity in app.entities.values() for field in entity.fields.values()}


def links_between(detail: Entity, base: Entity) -> Iterator[Field]:
    """The references of an entity by which each of its records belongs to one record of another, which has no second one."""
    for field in detail.fields.values():
        if field.type == "reference" and field.options.to == f"{base.app}.{base.name}" and field.unique and field.required:
            yield field
