"""Which keys of a schema its field does not carry out, so that none is lost in silence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from forms_dsl.importers.draft import Tree

#: Keys that have been read, or that say nothing about data.
_READ = frozenset(
    {
        "$schema", "$id", "$comment", "$anchor", "$defs", "definitions", "xml", "externalDocs", "discriminator", "title", "description",
        "type", "format", "enum", "const", "default", "items", "readOnly", "nullable", "x-enum-varnames", "enumNames", "contentEncoding",
        "contentMediaType", "if", "then", "else", "dependentRequired", "allOf", "oneOf", "anyOf", "$ref",
    }
)  # fmt: skip
#: What an object says besides its properties and has been read.
_READ_OF_OBJECT = _READ - {"default", "const", "enum", "oneOf", "anyOf"}
_LENGTHS = {"minLength": "min", "maxLength": "max"}
_BOUNDS = {"minimum": "min", "maximum": "max"}
_EXCLUSIVE = {"exclusiveMinimum": ">", "exclusiveMaximum": "<"}
_ROWS = ("minItems", "maxItems")
#: Types whose values have a length of their own.
_SPELT = frozenset({"choice", "multi_choice", "date", "datetime", "time", "boolean", "file"})


def lost_keys(keys: Mapping[str, Any], made: Mapping[str, Tree], exclusive: str = "") -> Iterator[str]:
    """The keys that the field `made` does not carry out; `exclusive` is the check made of exclusive bounds."""
    for key, value in keys.items():
        if key not in _READ and value not in (None, "", [], {}) and not _is_kept(key, value, made, exclusive):
            yield key


def lost_of_object(keys: Mapping[str, Any], *, is_root: bool) -> Iterator[str]:
    """The keys that an object with properties does not carry out; conditions are read of the root only."""
    read = _READ_OF_OBJECT - (frozenset() if is_root else {"if", "then", "else", "dependentRequired"})
    for key, value in keys.items():
        if key not in read and value not in (None, "", [], {}) and not _says_nothing(key, value):
            yield key


def _says_nothing(key: str, value: Any) -> bool:
    """Whether the key holds for our fields anyway: an entity takes no properties but its own."""
    if key == "dependencies":  # names that depend on names are carried out, schemas are not
        return isinstance(value, dict) and all(isinstance(each, list) for each in value.values())
    return str(value) == {
        "additionalProperties": "false", "unevaluatedProperties": "false", "deprecated": "false", "writeOnly": "false",
        "uniqueItems": "false", "minItems": "0", "minLength": "0", "minProperties": "0",
    }.get(key)  # fmt: skip


def _is_kept(key: str, value: Any, made: Mapping[str, Tree], exclusive: str) -> bool:
    text, kind = str(value), str(made["type"])
    if _says_nothing(key, value):
        return True
    if key in _BOUNDS:
        return _BOUNDS[key] in made and kind not in ("text", "rows")
    if key in _EXCLUSIVE:
        return text == "false" or f"self {_EXCLUSIVE[key]}" in exclusive
    if key == "multipleOf":
        return _is_scale(text, made)
    if key in _LENGTHS:
        given = made.get(_LENGTHS[key])
        return kind in _SPELT or text == str(given) or (key == "minLength" and text == "1")
    if key == "pattern":
        return kind in _SPELT or "pattern" in made or "pattern:" in str(made.get("note"))
    return key in _ROWS and kind == "rows" and text.isdigit() and 0 < int(text) <= 10_000


def _is_scale(text: str, made: Mapping[str, Tree]) -> bool:
    """Whether a step is one of the last decimal that the field keeps."""
    try:
        _, digits, exponent = Decimal(text).normalize().as_tuple()
    except InvalidOperation:
        return False
    scale = {"integer": 0, "money": 2}.get(str(made["type"]), made.get("scale"))
    return digits == (1,) and isinstance(scale, int) and exponent == -scale
