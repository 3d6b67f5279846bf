"""The shapes of records in an OpenAPI document: what is read of them and of those they refer to, and what is entered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.model import Entity, Field, HumanStep
from forms_dsl.names import SYSTEM_FIELDS
from forms_dsl.workflow_tree import steps_of
from runtime.compile.app import CompiledApp
from runtime.compile.screens.view import EntityView, View

INSTANT = {"type": "string", "format": "date-time"}
_LANGUAGE = "en"
#: What every record carries that leads to a record.
_CARRIED_REFERENCES = ("created_by", "changed_by")


def record_schemas(compiled: CompiledApp, entity: Entity, seen: EntityView, view: View) -> dict[str, object]:
    """The schemas of an entity by name, with those of other apps' records that may come beside its own."""
    expanded, others = _expanded(compiled, entity, seen, view)
    entered = {name: record_property(entity, field, seen, "") for name, field in entity.fields.items() if name in seen.writes}
    required = [name for name in entered if entity.fields[name].required and entity.fields[name].default is None]
    base: dict[str, object] = {"type": "object", "additionalProperties": False}
    record = _record(entity, seen)
    return {
        entity.name: {**record, "properties": {**record["properties"], "_expanded": expanded}},
        f"{entity.name}_input": {**base, "required": required, "properties": {**entered, **_choice(compiled, entity)}},
        f"{entity.name}_change": {**base, "properties": entered},
        **others,
    }


def _choice(compiled: CompiledApp, entity: Entity) -> dict[str, object]:
    """What stands beside the fields where the starter of an approval chooses people for later steps (自选)."""
    steps = {
        step.name
        for flow in compiled.app.workflows.values()
        if flow.entity == entity.name and flow.reverses is None
        for step in steps_of(flow)
        if isinstance(step, HumanStep) and step.by.kind == "chosen_by" and step.by.name == "starter"
    }
    if not steps:
        return {}
    people = {"type": "array", "items": {"type": "string"}, "uniqueItems": True}
    said = "Ids of the people whom the starter chooses, by step; the trial run says out of whom."
    named = {"enum": sorted(steps)}
    return {"$choose": {"type": "object", "description": said, "propertyNames": named, "additionalProperties": people}}


def _record(entity: Entity, seen: EntityView) -> dict[str, Any]:
    system: dict[str, object] = {
        "id": {"type": "string"},
        "version": {"type": "integer"},
        **dict.fromkeys(("created_at", "changed_at"), INSTANT),
        **{name: {"type": ["string", "null"]} for name in _CARRIED_REFERENCES},
    }
    if entity.number is not None:
        system["number"] = {"type": ["string", "null"]}
    shown = {name: record_property(entity, field, seen, "") for name, field in entity.fields.items() if name in seen.shows}
    return {"type": "object", "required": ["id", "version"], "properties": {**system, **shown}}


def _expanded(compiled: CompiledApp, entity: Entity, seen: EntityView, view: View) -> tuple[dict[str, object], dict[str, object]]:
    """What `expand` gives by reference, and the schemas of other apps' records in it."""
    own = [field for name, field in entity.fields.items() if name in seen.shows]
    properties: dict[str, object] = {}
    others: dict[str, object] = {}
    for field in (*own, *(SYSTEM_FIELDS[name] for name in _CARRIED_REFERENCES)):
        target = field.value_type.entity
        if field.value_type.name != "reference" or target is None or not _is_there(compiled, target):
            continue
        found = view(target)
        if found is None or not found.reads:
            properties[field.name] = {"type": "null"}
            continue
        name = target.removeprefix(f"{compiled.app.name}.")
        if name == target:
            others[name] = _record(compiled.entity(target).entity, found)
        titled = {"type": "object", "required": ["_title"], "properties": {"_title": {"type": ["string", "null"]}}}
        whole = {"allOf": [{"$ref": f"#/components/schemas/{name}"}, titled]}
        properties[field.name] = {"anyOf": [whole, {"type": "null"}]}
    said = "The records of the references in expand; null where there is none that the caller may read."
    return {"type": "object", "description": said, "properties": properties}, others


def _is_there(compiled: CompiledApp, target: str) -> bool:
    """Whether the app has, or requires, the entity that a reference leads to; the directory is there for all."""
    return target.partition(".")[0] in {compiled.app.name, *compiled.required}


def record_property(
    entity: Entity, field: Field, seen: EntityView, prefix: str, *, clear: frozenset[str] | None = None
) -> dict[str, object]:
    """The schema of a value as it is shown; with `clear` as it is revealed, of child rows these fields only."""
    if field.type == "rows" and field.options.of is not None:
        inner = {
            name: record_property(entity, each, seen, f"{field.name}.", clear=clear)
            for name, each in entity.rows[field.options.of].fields.items()
            if f"{field.name}.{name}" in (seen.shows if clear is None else clear)
        }
        schema: Mapping[str, object] = {
            "type": "array",
            "items": {"type": "object", "properties": {"id": {"type": "string"}, **inner}},
        }
    elif clear is None and seen.shows.get(f"{prefix}{field.name}") == "masked":
        schema = {"type": "string"}
    else:
        schema = FIELD_TYPES[field.type].json_schema(field.options)
    old = {"deprecated": True} if field.deprecated else {}
    return {**_nullable(schema), "title": field.label.get(_LANGUAGE, field.name), **old}


def _nullable(schema: Mapping[str, object]) -> dict[str, object]:
    """The schema with null beside its values: missing is null on the wire."""
    kind = schema.get("type")
    if isinstance(kind, str) and "enum" not in schema and "const" not in schema:
        return {**schema, "type": [kind, "null"]}
    return {"anyOf": [dict(schema), {"type": "null"}]}
