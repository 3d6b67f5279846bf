"""Tables that functions read: the bank's business days, and its exchange rates; what they do not hold is missing, never guessed."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from forms_dsl.expr.numbers import Number, multiply, whole

#: No step is longer than this many business days.
LONGEST_STEP = 10**7


@dataclass(frozen=True, slots=True)
class BusinessDays:
    """The business days of a span of days: public holidays and make-up working days (调休) are already counted in.

    `flags` has one character for each day from `first` on: "1" for a business day, "0" for a free one.
    """

    first: dt.date
    flags: str
    _ordinals: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        start = self.first.toordinal()
        object.__setattr__(self, "_ordinals", tuple(start + n for n, flag in enumerate(self.flags) if flag == "1"))

    @property
    def last(self) -> dt.date:
        """The last day of the span."""
        return self.first + dt.timedelta(len(self.flags) - 1)

    @property
    def days(self) -> tuple[dt.date, ...]:
        """The business days in order."""
        return tuple(dt.date.fromordinal(each) for each in self._ordinals)

    def holds(self, day: dt.date) -> bool:
        """Whether the span holds the day."""
        return self.first <= day <= self.last

    def count_to(self, day: dt.date) -> int:
        """The running number of a day: business days up to it, itself included."""
        return bisect_right(self._ordinals, day.toordinal())

    def at(self, number: int) -> dt.date | None:
        """The business day with a running number; missing outside of the span."""
        return dt.date.fromordinal(self._ordinals[number - 1]) if 1 <= number <= len(self._ordinals) else None


@dataclass(frozen=True, slots=True)
class Rates:
    """Exchange rates into the base currency: for each currency the rates by the day from which they hold, in order."""

    base: str
    rates: Mapping[str, tuple[tuple[dt.date, Decimal], ...]] = field(hash=False, default_factory=dict)

    def rate(self, currency: str, day: dt.date) -> Decimal | None:
        """The rate that holds on a day: the one of the latest day not after it."""
        if currency == self.base:
            return Decimal(1)
        known = self.rates.get(currency, ())
        place = bisect_right(known, day, key=lambda pair: pair[0])
        return known[place - 1][1] if place else None


def add_business_days(day: dt.date, count: Number, table: BusinessDays) -> dt.date | None:
    """The count-th business day after the day (before it when negative); the day itself for 0."""
    steps = whole(count)
    if steps is None or abs(steps) >= LONGEST_STEP or not table.holds(day):
        return None
    if steps == 0:
        return day
    number = table.count_to(day)
    # Before a free day the nearest business day has the day's own number.
    return table.at(number + steps + (1 if steps < 0 and not is_business_day(day, table) else 0))


def business_days_between(a: dt.date, b: dt.date, table: BusinessDays) -> Decimal | None:
    """Business days after a up to b; negative when b is earlier."""
    return Decimal(table.count_to(b) - table.count_to(a)) if table.holds(a) and table.holds(b) else None


def is_business_day(day: dt.date, table: BusinessDays) -> bool | None:
    """Whether the day is one."""
    return table.flags[(day - table.first).days] == "1" if table.holds(day) else None


def in_base(amount: Number, currency: str, day: dt.date, table: Rates) -> Decimal | None:
    """The amount in the base currency, by the rate of the day."""
    rate = table.rate(currency, day)
    return None if rate is None else multiply(amount, rate)


def spell_days(table: BusinessDays) -> str:
    """The table as one text, for databases without a type of its own."""
    return f"{table.first.isoformat()} {table.flags}"


@lru_cache(maxsize=16)
def read_days(text: str) -> BusinessDays:
    """The table of such a text."""
    return BusinessDays(dt.date.fromisoformat(text[:10]), text[11:])
