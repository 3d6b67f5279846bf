"""Finds the shape that given data is of: among several the one that knows most of its keys."""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from forms_dsl.shape_tree import further_keys


def shape_of(annotation: Any, data: object) -> type[BaseModel] | None:
    """The map shape of `data` under an annotation, or None where any names are keys."""
    if not isinstance(data, Mapping):
        return None
    shapes = [member for member in members_of(annotation) if isinstance(member, type) and issubclass(member, BaseModel)]
    return max(shapes, key=lambda shape: len(fields_of(shape).keys() & data.keys()), default=None)


def part_of(annotation: Any, data: object, part: str | int) -> Any:
    """The annotation of a key or element of `data`; a list that an overlay writes as a map has its elements' annotation."""
    shape = shape_of(annotation, data)
    if shape is not None:
        known = fields_of(shape)
        return known[str(part)] if part in known else further_keys(shape)
    wanted = dict if isinstance(data, Mapping) else list
    for kind in (wanted, list):
        for member in members_of(annotation):
            if get_origin(member) is kind:
                return get_args(member)[-1]
    return None


def fields_of(shape: type[BaseModel]) -> dict[str, Any]:
    """The keys of a shape as they are written, with their annotations."""
    return {field.alias or name: field.annotation for name, field in shape.model_fields.items()}


def members_of(annotation: Any) -> tuple[Any, ...]:
    """The types that an annotation allows, without None and without what is said beside them."""
    if get_origin(annotation) is Annotated:
        return members_of(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return tuple(inner for member in get_args(annotation) for inner in members_of(member))
    return () if annotation in (None, NoneType) else (annotation,)
