"""Values and facts in their JSON form (docs/expressions.md 2), as the browser and other programs get them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from forms_dsl.expr.facts import Facts
from forms_dsl.expr.numbers import canonical


def to_json(value: object) -> object:
    """A value in its JSON form: numbers in canonical text, days and instants in ISO text, sets as sorted lists."""
    match value:
        case None | bool() | str():
            return value
        case Decimal() | int():
            return canonical(value)
        case dt.datetime():
            return _instant(value)
        case dt.date():
            return value.isoformat()
        case tuple() | list() | frozenset() | set():
            return sorted(value) or None
    raise TypeError(f"{value!r} is no value of an expression")


def facts_json(facts: Facts) -> dict[str, Any]:
    """Facts as the browser has them."""
    roots = {
        name: _map_json(getattr(facts, name))
        for name in ("record", "user", "param", "old", "result", "authority", "output", "outer")
    }
    clock = {name: to_json(getattr(facts, name)) for name in ("today", "now", "business_date")}
    calendar = None if facts.calendar is None else {"first": to_json(facts.calendar.first), "days": facts.calendar.flags}
    return {**roots, **clock, "code": facts.code, "timezone": str(facts.timezone), "calendar": calendar}


def _map_json(values: Any) -> dict[str, Any]:
    return {name: _any_json(value) for name, value in values.items()}


def _any_json(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_map_json(each) if isinstance(each, dict) else to_json(each) for each in value]
    return to_json(value)


def _instant(value: dt.datetime) -> str:
    """`YYYY-MM-DDTHH:MM:SS.sssZ`, cut to milliseconds."""
    return value.astimezone(dt.UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
