"""JSON as a bank may read it: exact numbers, no key twice, no NaN, bounded depth."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal

DEEPEST = 32
LONGEST_NUMBER = 64


class Unreadable(Exception):
    """A body is not JSON in UTF-8 without surprises."""


def read_json(body: bytes) -> object:
    """The value of a JSON text, every number a Decimal; raises `Unreadable`."""
    try:
        text = body.decode("utf-8")
        value: object = json.loads(
            text, parse_int=_number, parse_float=_number, parse_constant=_refuse, object_pairs_hook=_unique
        )
    except UnicodeDecodeError as wrong:
        raise Unreadable("the body is not UTF-8") from wrong
    except RecursionError as deep:
        raise Unreadable("the body is nested too deep") from deep
    except ValueError as wrong:
        raise Unreadable("the body is not JSON") from wrong
    _check_depth(value)
    return value


def _number(text: str) -> Decimal:
    if len(text) > LONGEST_NUMBER:
        raise Unreadable("a number is too long")
    return Decimal(text)


def _refuse(text: str) -> object:
    raise Unreadable(f"{text} is not a number")


def _unique(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise Unreadable("a key stands twice")
    return made


def _check_depth(value: object) -> None:
    level: list[object] = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for item in level
            if isinstance(item, dict | list)
            for inner in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return
    raise Unreadable("the body is nested too deep")
