"""One text for one value: JSON as RFC 8785 writes it, with every number as a text, so that hashes repeat anywhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal

import orjson

from runtime.store.types import format_instant


def canonical_json(value: object) -> str:
    """The canonical text of a value made of texts, numbers, dates, maps and lists; raises TypeError for others."""
    return orjson.dumps(_plain(value)).decode()


def plain_cell(value: object) -> object:
    """A text, a number, a moment or nothing as JSON of this form has it."""
    return value if value is None or type(value) is str else _plain(value)


def _plain(value: object) -> object:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, dict | Mapping):
        return {str(name): _plain(value[name]) for name in _in_order(value)}
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dt.datetime):
        return format_instant(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Sequence | frozenset | set):
        return [_plain(item) for item in value]
    raise TypeError(f"an audit event cannot hold a {type(value).__name__}")


def _in_order(names: Mapping[str, object]) -> list[str]:
    # RFC 8785 sorts names by UTF-16 code units, Python by code points: for ASCII they are the same.
    if all(map(str.isascii, names)):
        return sorted(names)
    return sorted(names, key=lambda name: name.encode("utf-16-be"))
