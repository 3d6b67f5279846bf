"""Placeholders of a definition: `{{ conn.x }}`, `{{ args.x }}`, `{{ ctx.x }}`; values only, no conditions, no calls."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

PLACEHOLDER = re.compile(r"\{\{\s*(conn|args|ctx)\.([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)\s*\}\}")

#: root (conn, args, ctx) → values; a value that is a mapping is walked by the further words of a placeholder.
Scope = Mapping[str, Mapping[str, object]]


def placeholders(template: object) -> Iterator[tuple[str, str]]:
    """Every (root, path) that a template mentions."""
    if isinstance(template, str):
        for found in PLACEHOLDER.finditer(template):
            yield found[1], found[2]
    elif isinstance(template, Mapping):
        for value in template.values():
            yield from placeholders(value)
    elif isinstance(template, list | tuple):
        for value in template:
            yield from placeholders(value)


def has_open_braces(template: str) -> bool:
    """Whether a text has braces that are not a placeholder of this format."""
    rest = PLACEHOLDER.sub("", template)
    return "{{" in rest or "}}" in rest


def render_text(template: str, scope: Scope) -> str | None:
    """The text with its placeholders filled; None when one of them has no value."""
    parts: list[str] = []
    position = 0
    for found in PLACEHOLDER.finditer(template):
        value = look_up(scope, found[1], found[2])
        if value is None:
            return None
        parts += [template[position : found.start()], to_text(value)]
        position = found.end()
    return "".join([*parts, template[position:]])


def render_json(template: object, scope: Scope) -> object:
    """The JSON value of a template: a text that is one placeholder keeps the type of its value."""
    if isinstance(template, str):
        whole = PLACEHOLDER.fullmatch(template)
        return to_json(look_up(scope, whole[1], whole[2])) if whole else render_text(template, scope)
    if isinstance(template, Mapping):
        return {str(key): render_json(value, scope) for key, value in template.items()}
    if isinstance(template, list | tuple):
        return [render_json(value, scope) for value in template]
    return template


def look_up(scope: Scope, root: str, path: str) -> object:
    """The value at `root.path`, None where there is none."""
    value: object = scope.get(root, {})
    for word in path.split("."):
        value = value.get(word) if isinstance(value, Mapping) else None
    return value


def to_text(value: object) -> str:
    """The text of a value on the wire: exact decimals, ISO dates, `true` and `false`."""
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case dt.datetime():
            return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        case dt.date():
            return value.isoformat()
        case str() | int():
            return str(value)
    raise TypeError(f"a {type(value).__name__} has no text on the wire")


def to_json(value: object) -> object:
    """The JSON form of a value; numbers are texts, so that no reader makes a float of an amount."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    return to_text(value)
