"""Functions over days and instants; what lies outside the years 1 to 9999 is missing."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from decimal import Decimal

from forms_dsl.expr.numbers import Number, hours, whole

_LAST = dt.date.max.toordinal()


def day(year: Number, month: Number, day_of_month: Number) -> dt.date | None:
    """The day with these parts, missing when there is none."""
    y, m, d = whole(year), whole(month), whole(day_of_month)
    if y is None or m is None or d is None or not 1 <= y <= 9999 or not 1 <= m <= 12 or not 1 <= d <= monthrange(y, m)[1]:
        return None
    return dt.date(y, m, d)


def add_days(start: dt.date, days: Number) -> dt.date | None:
    """The day `days` later; missing unless whole and below ten millions."""
    count = whole(days)
    if count is None or abs(count) >= 10**7:
        return None
    ordinal = start.toordinal() + count
    return dt.date.fromordinal(ordinal) if 1 <= ordinal <= _LAST else None


def days_apart(a: dt.date, b: dt.date) -> Decimal:
    """Days from b to a."""
    return Decimal(a.toordinal() - b.toordinal())


def add_months(start: dt.date, months: Number) -> dt.date | None:
    """The same day months later, at most the last day of that month."""
    count = whole(months)
    if count is None or abs(count) > 120_000:
        return None
    year, month = divmod(start.year * 12 + start.month - 1 + count, 12)
    if not 1 <= year <= 9999:
        return None
    return dt.date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def month_end(value: dt.date) -> dt.date:
    """The last day of the month."""
    return value.replace(day=monthrange(value.year, value.month)[1])


def months_between(a: dt.date, b: dt.date) -> Decimal:
    """Full months from a to b; a clamped month end counts as full; negative when b is earlier."""
    if b < a:
        return -months_between(b, a)
    months = (b.year - a.year) * 12 + b.month - a.month
    if b.day < a.day and b.day != monthrange(b.year, b.month)[1]:
        months -= 1
    return Decimal(months)


def years_between(a: dt.date, b: dt.date) -> Decimal:
    """Full years from a to b, cut toward zero: the age."""
    months = int(months_between(a, b))
    return Decimal(months // 12 if months >= 0 else -(-months // 12))


def hours_between(a: dt.datetime, b: dt.datetime) -> Decimal | None:
    """Hours from a to b, exact to the millisecond; negative when b is earlier."""
    return hours((b - a) // dt.timedelta(milliseconds=1))


def day_of(value: dt.datetime, zone: dt.tzinfo) -> dt.date | None:
    """The day of an instant in a time zone."""
    try:
        return value.astimezone(zone).date()
    except OverflowError:  # the zone moves it out of the years 1 to 9999
        return None


def year(value: dt.date) -> Decimal:
    """The year."""
    return Decimal(value.year)


def month(value: dt.date) -> Decimal:
    """The month, 1 to 12."""
    return Decimal(value.month)


def day_of_month(value: dt.date) -> Decimal:
    """The day of the month."""
    return Decimal(value.day)


def weekday(value: dt.date) -> Decimal:
    """The day of the week, Monday 1 to Sunday 7."""
    return Decimal(value.isoweekday())
