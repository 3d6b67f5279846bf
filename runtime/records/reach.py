"""From names as a person writes them to fields that this person may know: anything else is not there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from forms_dsl.expr.scope import FILTER, Place, Scope, system_field_types
from forms_dsl.expr.tree import ValueType
from forms_dsl.fieldtypes.any_reference import parts_of
from forms_dsl.model import Field
from forms_dsl.names import SYSTEM_FIELDS
from runtime.compile.app import CompiledApp, CompiledEntity
from runtime.context import Context
from runtime.query.plans import AccessPlan, Showing
from runtime.records.access import possible_plan

#: As many references in a row as the expression language allows.
_FARTHEST = 3


@dataclass(frozen=True, slots=True)
class Reached:
    """A field at the end of a path, with the references that lead to it and how it is shown to this person."""

    hops: tuple[str, ...]
    field: Field
    shows: Showing
    #: The access plan of the entity that has the field, and those of the entities on the way, by path.
    targets: Mapping[tuple[str, ...], AccessPlan]


def reach(context: Context, access: AccessPlan, path: str) -> Reached | None:
    """The field that a dotted path means for this person, or None when it is not there or not his to know."""
    *hops, name = path.split(".")
    if len(hops) > _FARTHEST:
        return None
    targets: dict[tuple[str, ...], AccessPlan] = {}
    plan = access
    for position, hop in enumerate(hops):
        field = field_of(plan.entity, hop)
        if field is None or field.value_type.name != "reference" or shown(plan, field) in {"nothing", "masked"}:
            return None
        following = target_plan(context, field)
        if following is None:
            return None
        plan = targets[tuple(hops[: position + 1])] = following
    field = field_of(plan.entity, name)
    if field is None:
        return None
    shows = shown(plan, field)
    return None if shows == "nothing" else Reached(tuple(hops), field, shows, targets)


#: Types of field whose values lead to records.
LEADING = frozenset({"reference", "any_reference"})


def leads_to(field: Field, value: object) -> tuple[str, str]:
    """The "app.entity" and the id of the record that a value of a leading field names."""
    if field.type == "any_reference":
        return parts_of(str(value))
    return field.value_type.entity or "", str(value)


def target_plan(context: Context, field: Field) -> AccessPlan | None:
    """What this person may read of the entity that a reference field leads to, or None."""
    app, _, entity = (field.value_type.entity or "").partition(".")
    compiled = context.releases.get(app)
    if compiled is None or entity not in compiled.entities:
        return None
    return possible_plan(context, app, entity, "read")


def field_of(entity: CompiledEntity, name: str) -> Field | None:
    """A field or system field of an entity by name."""
    field = entity.entity.fields.get(name)
    if field is not None:
        return field
    system = SYSTEM_FIELDS.get(name)
    return None if system is None or not has_system_field(entity, name) else system


def has_system_field(entity: CompiledEntity, name: str) -> bool:
    """Whether records of the entity have this system field."""
    return name in SYSTEM_FIELDS and (name != "number" or entity.entity.number is not None)


def shown(access: AccessPlan, field: Field) -> Showing:
    """How a field is shown under a plan; system fields are always clear."""
    return "clear" if SYSTEM_FIELDS.get(field.name) is field else access.shows(field.name)


def reader_scope(context: Context, access: AccessPlan, place: Place = FILTER) -> Scope:
    """The names that this person may use in an expression over an entity: exactly those that he may know."""
    compiled = access.compiled
    return Scope(
        place,
        visible_types(access),
        _readable_entities(context, compiled),
        param={parameter.name: parameter.value_type for parameter in compiled.app.parameters.values()},
        roles=frozenset(compiled.app.roles),
    )


def visible_types(access: AccessPlan) -> dict[str, ValueType]:
    """The types of the fields that are shown at all under a plan, system fields included."""
    entity = access.entity.entity
    types = dict(system_field_types(f"{entity.app}.{entity.name}", number=entity.number is not None))
    for field in entity.fields.values():
        if access.shows(field.name) == "nothing":
            continue
        type = field.value_type
        if field.type == "rows" and type.rows is not None:
            inner = {name: of for name, of in type.rows.items() if access.shows(f"{field.name}.{name}") != "nothing"}
            type = replace(type, rows=inner)
        types[field.name] = type
    return types


def _readable_entities(context: Context, compiled: CompiledApp) -> dict[str, Mapping[str, ValueType]]:
    found: dict[str, Mapping[str, ValueType]] = {}
    for app in (compiled.app.name, *compiled.required):
        live = context.releases.get(app)
        for name in live.entities if live else ():
            plan = possible_plan(context, app, name, "read")
            if plan is not None:
                found[f"{app}.{name}"] = visible_types(plan)
    return found
