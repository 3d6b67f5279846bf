"""What only our definitions say, inside of other formats: any data of a definition as elements of our one namespace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from workflow_engine.markup.source import Element
from workflow_engine.markup.text import Tag

SPACE = "urn:qiqiao:definition:1"
PREFIX = "qiqiao"
_DATA, _ENTRY, _ITEM = "data", "entry", "item"


def data_tag(data: Mapping[str, object], **attributes: str) -> Tag:
    """A map of a definition as one element; `attributes` say what it is of."""
    return Tag(f"{PREFIX}:{_DATA}", attributes, tuple(_pairs(data)))


def _pairs(data: Mapping[str, object]) -> Iterable[Tag]:
    return (_tag(_ENTRY, value, {"key": key}) for key, value in data.items())


def _tag(name: str, value: object, attributes: dict[str, str]) -> Tag:
    full = f"{PREFIX}:{name}"
    if isinstance(value, Mapping):
        return Tag(full, {**attributes, "kind": "map"}, tuple(_pairs(value)))
    if isinstance(value, list | tuple):
        return Tag(full, {**attributes, "kind": "list"}, tuple(_tag(_ITEM, item, {}) for item in value))
    return Tag(full, attributes, text=str(value))


def data_of(elements: Iterable[Element]) -> tuple[dict[str, object], Mapping[str, str]] | None:
    """The map that stands among some elements, with its attributes; None where there is none."""
    for element in elements:
        if element.space == SPACE and element.name == _DATA:
            return _map(element), element.attributes
    return None


def _map(element: Element) -> dict[str, object]:
    return {child.get("key"): _value(child) for child in element.all(_ENTRY)}


def _value(element: Element) -> object:
    kind = element.get("kind")
    if kind == "map":
        return _map(element)
    if kind == "list":
        return [_value(child) for child in element.all(_ITEM)]
    return element.text
