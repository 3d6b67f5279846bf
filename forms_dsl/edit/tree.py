"""The parsed text: where every key, colon, dash and value stands. It supplies places only; edits are text surgery."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from forms_dsl.source import Pointer

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEPTH = 40
_COLON = re.compile(r"\s*:")
_DASH = re.compile(r"(?:\s|#[^\n]*+)*+-")


class UnreadableText(ValueError):
    """The text is not YAML of this dialect: it has to be mended by hand before anything edits it."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """One text; `style` is its first mark: nothing (plain), a quote, `|` or `>`. Offsets count characters."""

    start: int
    end: int
    value: str
    style: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is written."""
        return self.end == self.start


@dataclass(frozen=True, slots=True)
class Pair:
    """A key with its value; `colon` is -1 where none is written."""

    key: Scalar
    colon: int
    value: Node

    @property
    def end(self) -> int:
        """The offset behind its last character, without comments."""
        return max(self.value.end, self.colon + 1, self.key.end)


@dataclass(frozen=True, slots=True)
class Item:
    """An element of a list; `dash` is -1 in an inline list."""

    dash: int
    value: Node

    @property
    def end(self) -> int:
        """The offset behind its last character, without comments."""
        return max(self.value.end, self.dash + 1)


@dataclass(frozen=True, slots=True)
class Map:
    """A map, inline (`flow`) or as a block."""

    start: int
    end: int
    flow: bool
    pairs: tuple[Pair, ...]

    def index(self, key: str) -> int:
        """The index of a key, or -1."""
        return next((at for at, pair in enumerate(self.pairs) if pair.key.value == key), -1)

    def pair(self, key: str) -> Pair | None:
        """The pair of a key."""
        at = self.index(key)
        return self.pairs[at] if at >= 0 else None


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list, inline (`flow`) or as a block."""

    start: int
    end: int
    flow: bool
    items: tuple[Item, ...]


Node = Scalar | Map | Sequence


@lru_cache(maxsize=2)
def parse_tree(text: str, *, allows_twice: bool = False) -> Node:
    """The tree of a text; raises UnreadableText for a syntax error and for what the dialect refuses.

    `allows_twice` lets a key stand twice in a map, as it does where commas have cut values in two. The last trees are kept,
    since each edit asks for that of the text before it, which is the one after the edit before.
    """
    try:
        events: list[Any] = list(yaml.parse(text, Loader=_LOADER))
    except (yaml.YAMLError, UnicodeError) as failure:
        raise UnreadableText(str(failure)) from None
    if sum(isinstance(event, DocumentStartEvent) for event in events) != 1:
        raise UnreadableText("The text is empty or holds several documents.")
    builder = _Builder(text, (event for event in events if isinstance(event, NodeEvent | CollectionEndEvent)), allows_twice)
    return builder.node(next(builder.events), 0)


def data_of(node: Node) -> object:
    """The data of a tree: maps, lists and texts, as `read_document` gives them."""
    if isinstance(node, Map):
        return {pair.key.value: data_of(pair.value) for pair in node.pairs}
    if isinstance(node, Sequence):
        return [data_of(item.value) for item in node.items]
    return node.value


def node_at(root: Node, pointer: Pointer) -> Node | None:
    """The node at a place of the data, or None."""
    node: Node | None = root
    for part in pointer:
        if isinstance(node, Map):
            pair = node.pair(str(part))
            node = pair.value if pair else None
        elif isinstance(node, Sequence) and isinstance(part, int) and 0 <= part < len(node.items):
            node = node.items[part].value
        else:
            return None
    return node


def is_inside_flow(root: Node, pointer: Pointer) -> bool:
    """Whether the place lies within an inline collection."""
    holders = (node_at(root, pointer[:depth]) for depth in range(len(pointer)))
    return any(isinstance(node, Map | Sequence) and node.flow for node in holders)


@dataclass(slots=True)
class _Builder:
    text: str
    events: Iterator[Any]
    allows_twice: bool

    def node(self, event: Any, depth: int) -> Node:
        """The node that begins with an event."""
        if isinstance(event, AliasEvent) or event.anchor is not None or event.tag is not None or depth > _DEPTH:
            raise UnreadableText("Anchors, aliases, tags and very deep nesting are not edited.")
        if isinstance(event, ScalarEvent):
            return self._scalar(event)
        return self._map(event, depth) if isinstance(event, MappingStartEvent) else self._sequence(event, depth)

    def _scalar(self, event: Any) -> Scalar:
        start, end = event.start_mark.index, event.end_mark.index
        style = event.style or ""
        if style in ("|", ">"):
            header = self.text[start : self.text.find("\n", start)]
            if "+" not in header.partition("#")[0]:
                # Blank lines behind it are no content.
                end = start + len(self.text[start:end].rstrip())
        return Scalar(start, end, event.value, style)

    def _map(self, event: Any, depth: int) -> Map:
        pairs: list[Pair] = []
        seen: set[str] = set()
        while not isinstance(opened := next(self.events), CollectionEndEvent):
            key = self.node(opened, depth + 1)
            if not isinstance(key, Scalar) or key.style in ("|", ">"):
                raise UnreadableText("A key must be one text.")
            if key.value in seen and not self.allows_twice:
                raise UnreadableText(f"The key {key.value!r} stands twice.")
            seen.add(key.value)
            value = self.node(next(self.events), depth + 1)
            pairs.append(Pair(key, self._colon(key), value))
        flow = bool(event.flow_style)
        end = _end(opened) if flow else pairs[-1].end
        return Map(event.start_mark.index, end, flow, tuple(pairs))

    def _colon(self, key: Scalar) -> int:
        found = _COLON.match(self.text, key.end)
        return found.end() - 1 if found else -1

    def _sequence(self, event: Any, depth: int) -> Sequence:
        items: list[Item] = []
        flow = bool(event.flow_style)
        floor = event.start_mark.index
        while not isinstance(opened := next(self.events), CollectionEndEvent):
            dash = -1 if flow else self._dash(floor)
            value = self.node(opened, depth + 1)
            items.append(Item(dash, value))
            floor = items[-1].end
        end = _end(opened) if flow else items[-1].end
        return Sequence(event.start_mark.index, end, flow, tuple(items))

    def _dash(self, floor: int) -> int:
        """The next dash, which only spaces, line ends and comments precede."""
        found = _DASH.match(self.text, floor)
        if found is None:
            raise UnreadableText("A list item has no dash of its own.")
        return found.end() - 1


def _end(event: Any) -> int:
    """The offset behind an event."""
    return int(event.end_mark.index)
