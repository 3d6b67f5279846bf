"""One text for one value: JSON as RFC 8785 writes it, with every number as a text, so that hashes repeat anywhere."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal

from runtime.store.types import format_instant


def canonical_json(value: object) -> str:
    """The canonical text of a value made of texts, numbers, dates, maps and lists."""
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))


def _plain(value: object) -> object:
    match value:
        case None | bool() | str():
            return value
        case int():
            return str(value)
        case Decimal():
            return format(value, "f")
        case dt.datetime():
            return format_instant(value)
        case dt.date():
            return value.isoformat()
        case Mapping():
            # RFC 8785 sorts names by UTF-16 code units; Python compares code points.
            return {key: _plain(value[key]) for key in sorted(value, key=lambda key: key.encode("utf-16-be"))}
        case Sequence() | frozenset() | set():
            return [_plain(item) for item in value]
        case _:
            raise TypeError(f"an audit event cannot hold a {type(value).__name__}")
