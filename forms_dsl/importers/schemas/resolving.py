"""Schemas with their references followed and `allOf` merged; cycles end, foreign addresses are never opened."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from forms_dsl.diagnostics import Sentence
from forms_dsl.importers.codes import APPROXIMATED, NO_COUNTERPART, TARGET_UNKNOWN, TOO_LARGE
from forms_dsl.importers.documents import Node
from forms_dsl.importers.report import Report, refused
from forms_dsl.source import Document, Pointer

_HOPS = 20
_MERGED = 200
#: Keys and properties that all merging of one document may go through: parts of parts multiply with every level.
_STEPS = 200_000
_INDEX = re.compile("[0-9]{1,9}")

#: Keys that say nothing about data.
ANNOTATIONS = frozenset(
    {
        "$schema", "$id", "$comment", "$anchor", "$defs", "definitions", "examples", "example", "xml", "externalDocs", "deprecated",
        "discriminator", "additionalProperties", "unevaluatedProperties", "title", "description",
    }
)  # fmt: skip

#: Keys that are not simply taken over.
_MERGED_APART = frozenset({"properties", "required", "allOf", "$ref", "if", "then", "else"})
#: Maps by name, of which each part of an `allOf` adds its own.
_BY_NAME = frozenset({"dependentRequired", "dependencies", "dependentSchemas", "patternProperties"})


@dataclass(slots=True)
class Schema:
    """One schema, merged: its keys, its properties with their places, the names required, and the last `$ref` it came by."""

    node: Node
    keys: dict[str, Any] = field(default_factory=dict)
    properties: dict[str, Node] = field(default_factory=dict)
    required: list[str] = field(default_factory=list)
    came_by: str | None = None
    #: The maps with `if`: each part of an `allOf` may hold one.
    conditions: list[Node] = field(default_factory=list)

    def text(self, key: str) -> str:
        """The text of a key."""
        value = self.keys.get(key)
        return value.strip() if isinstance(value, str) else ""

    @property
    def types(self) -> list[str]:
        """The types it allows, `null` left out."""
        value = self.keys.get("type")
        named = [value] if isinstance(value, str) and value else value if isinstance(value, list) else []
        found = [str(one) for one in named if one not in ("null", "")]
        if not found and self.properties:
            return ["object"]
        return found


class Resolver:
    """Follows references within one document."""

    def __init__(self, document: Document, report: Report) -> None:
        self.document, self.report = document, report
        self._left = _STEPS

    def schema(self, node: Node) -> Schema:
        """The schema at a node."""
        found = Schema(node)
        self._merge(found, node, [], 0)
        self._unwrap(found)
        return found

    def target(self, reference: str) -> Node | None:
        """The node that a reference leads to within the document, or None."""
        if not reference.startswith("#"):
            return None
        pointer = tuple(part.replace("~1", "/").replace("~0", "~") for part in reference[1:].split("/")[1:])
        data: Any = self.document.data
        place: list[str | int] = []
        for part in pointer:
            if isinstance(data, Mapping) and part in data:
                data = data[part]
                place.append(part)
            elif isinstance(data, list) and _INDEX.fullmatch(part) and int(part) < len(data):
                data = data[int(part)]
                place.append(int(part))
            else:
                return None
        return Node(self.document, tuple(place), data) if isinstance(data, dict) else None

    def _merge(self, found: Schema, node: Node, way: list[Pointer], depth: int) -> None:
        if node.pointer in way or depth > _HOPS or len(found.properties) > _MERGED * 5:
            return
        self._count(node)
        way = [*way, node.pointer]
        reference = node.text("$ref")
        if reference:
            target = self.target(reference)
            if target is None:
                message = Sentence(
                    f"The reference {reference[:80]!r} leads to nothing in this file.",
                    f"引用“{reference[:80]}”在本文件中不存在。",
                )
                self.report.add(TARGET_UNKNOWN, node.at(), message)
            else:
                found.came_by = found.came_by or reference
                self._merge(found, target, way, depth + 1)
        for part in node.nodes("allOf"):
            self._merge(found, part, way, depth + 1)
        properties = node.node("properties")
        for name, value in properties.data.items():
            found.properties[name] = Node(self.document, (*properties.pointer, name), value)
        found.required = list(dict.fromkeys([*found.required, *node.texts("required")]))
        if node.has("if"):
            found.conditions.append(node)
        for key, value in node.data.items():
            if key not in _MERGED_APART:
                self._merge_key(found, node, key, value, depth)

    def _count(self, node: Node) -> None:
        sizes = (len(node.data[key]) for key in ("properties", "required") if isinstance(node.data.get(key), dict | list))
        self._left -= 1 + len(node.data) + sum(sizes)
        if self._left < 0:
            message = Sentence(
                "The schemas refer to each other so often that they cannot be merged in time.",
                "模式之间相互引用过多，无法在限定时间内合并。",
            )
            raise refused(TOO_LARGE, node.at(), message)

    def _merge_key(self, found: Schema, node: Node, key: str, value: Any, depth: int) -> None:
        before = found.keys.get(key)
        if key in ANNOTATIONS and depth:
            found.keys.setdefault(key, value)
        elif key in _BY_NAME and isinstance(before, dict) and isinstance(value, dict):
            found.keys[key] = {**before, **value}
        else:
            if before not in (None, value) and key not in ANNOTATIONS:
                message = Sentence(
                    f"{key!r} is said twice of the same thing ({str(before)[:60]}, {str(value)[:60]}); the last holds.",
                    f"同一对象的“{key}”出现两次（{str(before)[:60]}、{str(value)[:60]}），以后者为准。",
                )
                self.report.add(APPROXIMATED, node.at(key), message)
            found.keys[key] = value

    def _unwrap(self, found: Schema) -> None:
        """`anyOf` and `oneOf` with `null`, or of one schema, are that schema."""
        for key in ("anyOf", "oneOf"):
            parts = list(Node(self.document, found.node.pointer, found.keys).nodes(key))
            real = [part for part in parts if part.text("type") != "null" and part.data.get("enum") != [""]]
            if parts and len(real) == 1:
                place = self._place_of(found, key, real[0])
                del found.keys[key]
                self._merge(found, place, [], 1)

    def _place_of(self, found: Schema, key: str, part: Node) -> Node:
        """The node with its place in the file, which may be behind a reference."""
        for pointer in (found.node.pointer, *(p for p in self._ways(found.node))):
            data: Any = self.document.data
            for step in (*pointer, key):
                data = data.get(step) if isinstance(data, dict) else data[int(step)] if isinstance(data, list) else None
            if isinstance(data, list) and part.data in data:
                return Node(self.document, (*pointer, key, data.index(part.data)), part.data)
        return part

    def _ways(self, node: Node) -> Iterator[Pointer]:
        reference, hops = node.text("$ref"), 0
        while reference and hops < _HOPS:
            target = self.target(reference)
            if target is None:
                return
            yield target.pointer
            reference, hops = target.text("$ref"), hops + 1


def say_left(report: Report, node: Node, key: str) -> None:
    """Say that a key of a schema has no counterpart."""
    message = Sentence(f"{key!r} has no counterpart; kept as a note.", f"“{key}”没有对应写法，已转为备注。")
    report.add(NO_COUNTERPART, node.at(key), message)
