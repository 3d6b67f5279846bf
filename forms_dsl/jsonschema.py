"""JSON Schema (2020-12) of each kind of file, made from the shapes: keys in order, described in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core import CoreSchema

from forms_dsl.kinds import KINDS, Kind
from forms_dsl.shape_tree import description_of, keys_of

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _Generator(GenerateJsonSchema):
    """Pydantic's generator with a title of ours, none on every key, and the keys in the order of the reference."""

    def generate(self, schema: CoreSchema, mode: JsonSchemaMode = "validation") -> JsonSchemaValue:
        """The schema with its dialect."""
        return {"$schema": DIALECT, **super().generate(schema, mode)}

    def nullable_schema(self, schema: Any) -> JsonSchemaValue:
        """A key is written or left out; null is no value of a file."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: Any) -> JsonSchemaValue:
        """Without the default that only says that the key may be left out."""
        made = super().default_schema(schema)
        if made.get("default", ...) is None:
            del made["default"]
        return made

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Keys are called by their descriptions."""
        return False


def schema_of(kind: Kind) -> dict[str, Any]:
    """The schema of one kind of file."""
    schema = kind.shape.model_json_schema(schema_generator=_Generator, by_alias=True, mode="validation")
    schema["title"] = kind.label["en"]
    schema["x-zh"] = kind.label["zh"]
    _order_keys(kind.shape, schema)
    for shape in _shapes(kind.shape):
        found = schema.get("$defs", {}).get(shape.__name__)
        # Shapes of different files may share a name.
        if found and set(keys_of(shape)) == set(found["properties"]):
            _order_keys(shape, found)
    return schema


def _order_keys(shape: type[BaseModel], schema: dict[str, Any]) -> None:
    """`note` and `meta` come last; the first key of a file or block comes first."""
    properties = schema.get("properties", {})
    order = [key for key in keys_of(shape) if key in properties]
    schema["properties"] = {key: {**_said(shape, key), **properties[key]} for key in order}
    schema["x-order"] = order


def _said(shape: type[BaseModel], key: str) -> dict[str, str]:
    """The descriptions of a key, which pydantic leaves out where the shape it refers to says the same."""
    said = description_of(shape, key)
    return {"description": said.en, "x-zh": said.zh} if said else {}


def _shapes(top: type[BaseModel]) -> set[type[BaseModel]]:
    found: set[type[BaseModel]] = set()
    waiting: list[type[BaseModel]] = [BaseModel]
    while waiting:
        for each in waiting.pop().__subclasses__():
            if each not in found:
                found.add(each)
                waiting.append(each)
    return found - {top}


@lru_cache(maxsize=1)
def schemas() -> Mapping[str, dict[str, Any]]:
    """The schemas by folder or file, as in `entities` and `app`."""
    return MappingProxyType({kind.folder or kind.file or kind.name: schema_of(kind) for kind in KINDS.values()})


def editor_schema(name: str) -> dict[str, Any]:
    """The schema of a folder or file for editors: a file of an overlay (`extend`) holds differences only and is let be."""
    schema = schemas()[name]
    around = {key: value for key, value in schema.items() if key in ("$schema", "$defs", "title", "x-zh")}
    whole = {key: value for key, value in schema.items() if key not in around}
    return {**around, "if": {"type": "object", "required": ["extend"]}, "then": {}, "else": whole}


def editor_patterns(name: str) -> list[str]:
    """Where in the folder of an app the files of a schema stand, as patterns of paths."""
    kind = next(kind for kind in KINDS.values() if name == (kind.folder or kind.file or kind.name))
    return [f"**/{name}/*.yaml"] if kind.folder else [f"**/{name}.yaml"]
