"""The OData v4 metadata of an app for one audience, and how each field of a record is written in OData's JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal
from xml.etree import ElementTree as ET

import orjson

from forms_dsl.model import Entity, Field
from forms_dsl.names import SYSTEM_FIELDS
from forms_dsl.storage import FileStorage
from runtime.compile.app import CompiledApp
from runtime.compile.screens.view import EntityView, View
from runtime.compile.tables import storage_of

_EDMX = "http://docs.oasis-open.org/odata/ns/edmx"
_EDM = "http://docs.oasis-open.org/odata/ns/edm"
_TYPES = {"text": "Edm.String", "boolean": "Edm.Boolean", "date": "Edm.Date", "datetime": "Edm.DateTimeOffset"}
_CARRIED = ("id", "version", "number", "created_at", "created_by", "changed_at", "changed_by")

#: How a value is written: as it is, or as a JSON number where the record has an exact text.
Written = Literal["same", "number"]


@dataclass(frozen=True, slots=True)
class Property:
    """A property of an entity type; `title_of` names the reference whose title it gives."""

    name: str
    type: str
    written: Written = "same"
    title_of: str | None = None
    facets: tuple[tuple[str, str], ...] = ()


def properties_of(entity: Entity, seen: EntityView) -> tuple[Property, ...]:
    """The properties that an audience knows of: what is in a row of a table; child rows and files are read as records."""
    found = [_system(name) for name in _CARRIED if name != "number" or entity.number is not None]
    for name, field in entity.fields.items():
        if name in seen.shows and field.type != "rows" and not isinstance(storage_of(field), FileStorage):
            found += _of_field(entity, field, masked=seen.shows[name] == "masked")
    return tuple(found)


def draw_metadata(compiled: CompiledApp, view: View) -> bytes:
    """The CSDL document; entities and fields that the audience may not know of are absent."""
    root = ET.Element("edmx:Edmx", {"xmlns:edmx": _EDMX, "Version": "4.0"})
    schema = ET.SubElement(ET.SubElement(root, "edmx:DataServices"), "Schema", {"xmlns": _EDM, "Namespace": compiled.app.name})
    readable = list(readable_entities(compiled, view))
    for entity, seen in readable:
        type = ET.SubElement(schema, "EntityType", {"Name": entity.name})
        ET.SubElement(ET.SubElement(type, "Key"), "PropertyRef", {"Name": "id"})
        for each in properties_of(entity, seen):
            facets = {"Nullable": "false"} if each.name in {"id", "version"} else dict(each.facets)
            ET.SubElement(type, "Property", {"Name": each.name, "Type": each.type, **facets})
    container = ET.SubElement(schema, "EntityContainer", {"Name": "Container"})
    for entity, _ in readable:
        ET.SubElement(container, "EntitySet", {"Name": entity.name, "EntityType": f"{compiled.app.name}.{entity.name}"})
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def readable_entities(compiled: CompiledApp, view: View) -> Iterator[tuple[Entity, EntityView]]:
    """The entities that the audience reads."""
    for name, each in compiled.entities.items():
        seen = view(f"{compiled.app.name}.{name}")
        if seen is not None and seen.reads:
            yield each.entity, seen


def write_record(record: Mapping[str, object], properties: tuple[Property, ...], *, exact_text: bool) -> dict[str, object]:
    """A record in OData's JSON; `exact_text` keeps numbers as texts (IEEE754Compatible)."""
    titles = record.get("_titles")
    written: dict[str, object] = {}
    for each in properties:
        if each.title_of is not None:
            written[each.name] = titles.get(each.title_of) if isinstance(titles, Mapping) else None
            continue
        value = record.get(each.name)
        # The digits of an exact number as they are: a reader that keeps more than a float's loses nothing.
        exact = each.written == "number" and isinstance(value, str) and not exact_text
        written[each.name] = orjson.Fragment(str(value)) if exact else value
    return written


def _of_field(entity: Entity, field: Field, *, masked: bool) -> Iterator[Property]:
    type = field.value_type
    if masked:
        yield Property(field.name, "Edm.String")
    elif type.name == "number" and type.scale == 0 and not type.currency:
        yield Property(field.name, "Edm.Int64")
    elif type.name == "number":
        facets = (("Scale", str(type.scale)),) if type.scale is not None else (("Scale", "variable"),)
        yield Property(field.name, "Edm.Decimal", "number", facets=facets)
    elif type.name == "multi_choice":
        yield Property(field.name, "Collection(Edm.String)")
    else:
        yield Property(field.name, _TYPES.get(type.name, "Edm.String"))
        title = f"{field.name}_title"
        if type.name == "reference" and title not in entity.fields:
            yield Property(title, "Edm.String", title_of=field.name)


def _system(name: str) -> Property:
    if name == "version":
        return Property(name, "Edm.Int32")
    return Property(
        name, _TYPES.get(SYSTEM_FIELDS[name].value_type.name, "Edm.String") if name in SYSTEM_FIELDS else "Edm.String"
    )
