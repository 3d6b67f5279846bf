"""How the elements of a list are told apart: by their own name, so that no edit depends on where they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

#: Keys whose text is the name of the element that begins with it; `name` goes before all of them.
_NAMING = frozenset(
    {
        *("section", "tab", "page", "panel", "field", "rows", "text", "button"),  # forms and pages
        *("fill", "approve", "vote", "call", "wait", "sub_flow"),  # steps
        *("row", "tile", "facts", "table", "opinions", "signatures", "image"),  # decisions, dashboards, printed pages
    }
)
#: Blocks and actions that need no name: they are told apart by what they are about, or by being the only one.
_UNNAMED = frozenset({"choose", "together", "any_of", "copy", "set", "create", "work_item", "send", "start", "import", "refuse"})


def element_name(element: object) -> str | None:
    """The name that an element carries itself: a bare text is its own name."""
    if isinstance(element, str):
        return element
    if not isinstance(element, Mapping) or not element:
        return None
    named = element.get("name")
    if isinstance(named, str) and named:
        return named
    first = next(iter(element))
    value = element[first]
    if first in _NAMING and isinstance(value, str):
        return value
    found = next((key for key in element if key in _NAMING and isinstance(element[key], str)), None)
    return element[found] if found and first not in _UNNAMED and len(_NAMING & element.keys()) == 1 else None


def element_keys(elements: Sequence[object]) -> list[str] | None:
    """A key for each element, or None where they cannot be told apart and the list counts as one value."""
    keys: list[str] = []
    for element in elements:
        key = element_name(element)
        if key is None:
            first = next(iter(element)) if isinstance(element, Mapping) and element else None
            if first not in _UNNAMED or not isinstance(element, Mapping):
                return None
            about = element[first]
            key = f"{first}: {about}" if isinstance(about, str) else f"{first}:"
        keys.append(key)
    return keys if len(set(keys)) == len(keys) else None
