"""What an expression is evaluated over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from zoneinfo import ZoneInfo

from forms_dsl.expr.calendars import BusinessDays, Rates

_NOTHING: Mapping[str, object] = MappingProxyType({})
_SHANGHAI = ZoneInfo("Asia/Shanghai")


def _nothing() -> Mapping[str, object]:
    return _NOTHING


@dataclass(frozen=True, slots=True)
class Facts:
    """The record and the context of one evaluation; names and values as in docs/expressions.md 2.

    Paths stand flat under their dotted text (`customer.birth_date`), child rows as a list of such maps.
    """

    record: Mapping[str, object] = field(default_factory=_nothing)
    row: Mapping[str, object] | None = None
    user: Mapping[str, object] = field(default_factory=_nothing)
    param: Mapping[str, object] = field(default_factory=_nothing)
    old: Mapping[str, object] = field(default_factory=_nothing)
    result: Mapping[str, object] = field(default_factory=_nothing)
    authority: Mapping[str, object] = field(default_factory=_nothing)
    output: Mapping[str, object] = field(default_factory=_nothing)
    #: The record around: the one being edited for a reference's `where`, the parent for a child row's fields.
    outer: Mapping[str, object] = field(default_factory=_nothing)
    code: str | None = None
    #: The tables of business days and of exchange rates; without one, what reads it is missing.
    calendar: BusinessDays | None = None
    rates: Rates | None = None
    today: dt.date | None = None
    now: dt.datetime | None = None
    business_date: dt.date | None = None
    timezone: dt.tzinfo = _SHANGHAI
