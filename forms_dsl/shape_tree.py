"""Finds the shape at a place of a file's data by the types of the shapes, for suggestions and completion."""

from __future__ import annotations

from collections.abc import Sequence
from inspect import get_annotations
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, Tag

from forms_dsl.diagnostics import Sentence


def shape_at(shape: type[BaseModel], place: Sequence[str | int]) -> type[BaseModel] | None:
    """The map shape at `place`, which holds keys, list indexes and tags as pydantic's errors do."""
    found: Any = shape
    for part in place:
        found = _step(found, part)
        if found is None:
            return None
    return _shape(found)


def keys_of(shape: type[BaseModel]) -> tuple[str, ...]:
    """The keys of a map: the one that tells its form first, what everything may have last."""
    keys = {name: found.alias or name for name, found in shape.model_fields.items()}
    first = next((name for name in get_annotations(shape) if name in keys), None)
    last = ("note", "meta")
    order = [first] if first and first not in last else []
    order += [name for name in keys if name != first and name not in last]
    return tuple(keys[name] for name in (*order, *(name for name in last if name in keys)))


def description_of(shape: type[BaseModel], key: str) -> Sentence | None:
    """What a key is for, in both languages; None for one that the shape does not have."""
    found = next((field for name, field in shape.model_fields.items() if (field.alias or name) == key), None)
    if found is None or found.description is None:
        return None
    more = found.json_schema_extra
    return Sentence(found.description, str(more.get("x-zh", "")) if isinstance(more, dict) else "")


def _step(annotation: Any, part: str | int) -> Any:
    plain = _plain(annotation)
    if isinstance(part, str) and part.startswith("<"):
        return next((member for member in _members(plain) if _tag(member) == part), None)
    if isinstance(plain, type) and issubclass(plain, BaseModel):
        for name, field in plain.model_fields.items():
            if (field.alias or name) == part:
                # Metadata such as a Discriminator stands in `field.metadata`; the bare annotation is enough here.
                return field.annotation
        return further_keys(plain)
    if get_origin(plain) is list and isinstance(part, int):
        return get_args(plain)[0]
    if get_origin(plain) is dict:
        return get_args(plain)[1]
    return None


def further_keys(shape: type[BaseModel]) -> Any:
    """The type of the values of keys that are not listed, of a shape that takes any."""
    if shape.model_config.get("extra") != "allow":
        return None
    return get_args(get_type_hints(shape, include_extras=True)["__pydantic_extra__"])[1]


def _plain(annotation: Any) -> Any:
    """Without Annotated and without None."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
            continue
        if get_origin(annotation) in (Union, UnionType):
            members = [member for member in get_args(annotation) if member is not NoneType]
            if len(members) == 1:
                annotation = members[0]
                continue
        return annotation


def _members(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)


def _tag(annotation: Any) -> str | None:
    if get_origin(annotation) is not Annotated:
        return None
    return next((item.tag for item in get_args(annotation)[1:] if isinstance(item, Tag)), None)


def _shape(annotation: Any) -> type[BaseModel] | None:
    plain = _plain(annotation)
    return plain if isinstance(plain, type) and issubclass(plain, BaseModel) else None
