"""Values and facts in their JSON form (docs/expressions.md 2), as the browser and other programs get them."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from forms_dsl.expr.calendars import Rates
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
    return {
        **roots,
        **clock,
        "code": facts.code,
        "timezone": str(facts.timezone),
        "calendar": calendar,
        "rates": rates_json(facts.rates),
    }


def rates_json(rates: Rates | None, since: dt.date | None = None) -> dict[str, Any] | None:
    """A table of rates as the browser has it; with `since` only what holds from that day on, older days being the server's."""
    if rates is None:
        return None
    listed = {
        currency: [[day.isoformat(), canonical(rate)] for day, rate in _from(pairs, since)]
        for currency, pairs in sorted(rates.rates.items())
    }
    return {"base": rates.base, "rates": listed, **({"since": since.isoformat()} if since is not None else {})}


def _from(pairs: Sequence[tuple[dt.date, Decimal]], since: dt.date | None) -> Sequence[tuple[dt.date, Decimal]]:
    """The pairs that hold on some day from `since` on: the last one before it is among them."""
    if since is None:
        return pairs
    return pairs[max(bisect_right(pairs, since, key=lambda pair: pair[0]) - 1, 0) :]


def _map_json(values: Any) -> dict[str, Any]:
    return {name: _any_json(value) for name, value in values.items()}


def _any_json(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_map_json(each) if isinstance(each, dict) else to_json(each) for each in value]
    return to_json(value)


def _instant(value: dt.datetime) -> str:
    """`YYYY-MM-DDTHH:MM:SS.sssZ`, cut to milliseconds."""
    return value.astimezone(dt.UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
