"""The operators and functions of the reference interpreter, over fractions; written apart from the product's own."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from forms_dsl.expr.calendars import BusinessDays, Rates
from forms_dsl.patterns import NAMED

_UNIT = 10**16
_LIMIT = 10**22
_SPACE = {9, 10, 11, 12, 13, 32, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0xFEFF}


def fin(value: Fraction | int | None) -> Fraction | None:
    """Rounded half away from zero to 16 places, missing from 1e22 on."""
    if value is None:
        return None
    units = half_up(Fraction(value) * _UNIT)
    return Fraction(units, _UNIT) if abs(units) < _LIMIT * _UNIT else None


def half_up(x: Fraction) -> int:
    """The nearest whole number, ties away from zero."""
    return int(math.copysign(1, x)) * math.floor(abs(x) + Fraction(1, 2))


def strict(function: Callable[..., Any]) -> Callable[..., Any]:
    """Missing as soon as an argument is."""
    return lambda *a: None if any(x is None for x in a) else function(*a)


def rounding(rule: Callable[[Fraction], int]) -> Callable[..., Any]:
    """A rounding function to k places."""
    return strict(lambda x, k=Fraction(0): fin(Fraction(rule(x * Fraction(10) ** int(k))) / Fraction(10) ** int(k)))


def up(x: Fraction) -> int:
    """Away from zero."""
    return math.ceil(x) if x > 0 else math.floor(x)


def plus(a: Any, b: Any) -> Any:
    """Numbers, or days after a date."""
    if a is None or b is None:
        return None
    return later(a, b) if isinstance(a, dt.date) else fin(a + b)


def minus(a: Any, b: Any) -> Any:
    """Numbers, days between dates, or days before a date."""
    if a is None or b is None:
        return None
    if isinstance(a, dt.date):
        return Fraction((a - b).days) if isinstance(b, dt.date) else later(a, -b)
    return fin(a - b)


def later(day: dt.date, days: Fraction) -> dt.date | None:
    """A number of days later."""
    if days.denominator != 1 or abs(days) >= 10**7:
        return None
    try:
        return day + dt.timedelta(int(days))
    except OverflowError:
        return None


def make_date(y: Fraction, m: Fraction, d: Fraction) -> dt.date | None:
    """A day from its parts."""
    try:
        return dt.date(int(y), int(m), int(d)) if y.denominator == m.denominator == d.denominator == 1 else None
    except (ValueError, OverflowError):
        return None


def add_months(day: dt.date, months: Fraction) -> dt.date | None:
    """The same day or the nearest before it in the month."""
    if months.denominator != 1 or abs(months) > 120_000:
        return None
    index = day.year * 12 + day.month - 1 + int(months)
    return next(
        (
            found
            for back in range(4)
            if (found := make_date(Fraction(index // 12), Fraction(index % 12 + 1), Fraction(day.day - back)))
        ),
        None,
    )


def months_between(a: dt.date, b: dt.date) -> Fraction:
    """The largest number of months that may be added to a without passing b."""
    if b < a:
        return -months_between(b, a)
    guess = (b.year - a.year) * 12 + b.month - a.month
    return Fraction(next(n for n in (guess, guess - 1) if (found := add_months(a, Fraction(n))) is not None and found <= b))


def annuity(principal: Fraction, rate: Fraction, periods: Fraction) -> Any:
    """Equal payments, in the prescribed order of steps."""
    if periods.denominator != 1 or not 1 <= periods <= 600:
        return None
    if rate == 0:
        return fin(principal / periods)
    bits = f"{int(periods):b}"[::-1]
    power, base = Fraction(1), fin(1 + rate)
    for position, bit in enumerate(bits):
        if bit == "1":
            if base is None or (power := fin(power * base)) is None:  # type: ignore[assignment]
                return None
        if position + 1 < len(bits):
            base = None if base is None else fin(base * base)
    interest = fin(principal * rate)
    above = None if interest is None else fin(interest * power)
    below = fin(power - 1)
    return None if above is None or not below else fin(above / below)


def spell(x: Any) -> str:
    """text(x)."""
    if isinstance(x, dt.date):
        return f"{x.year:04}-{x.month:02}-{x.day:02}"
    if isinstance(x, str):
        return x
    digits = f"{abs(x.numerator * _UNIT // x.denominator):017}"
    whole, rest = digits[:-16], digits[-16:].rstrip("0")
    return ("-" if x < 0 else "") + whole + ("." + rest if rest else "")


def read(text: str) -> Fraction | None:
    """number(x)."""
    body = text.removeprefix("-")
    whole, point, rest = body.partition(".")
    if not (whole.isascii() and whole.isdigit() and len(whole) <= 22) or (
        point and not (rest.isascii() and rest.isdigit() and len(rest) <= 16)
    ):
        return None
    return Fraction(Decimal(text))


def trim(text: str) -> str:
    """Without white space at the ends."""
    while text and ord(text[0]) in _SPACE:
        text = text[1:]
    while text and ord(text[-1]) in _SPACE:
        text = text[:-1]
    return text


def by_character(change: Callable[[str], str]) -> Callable[..., Any]:
    """A mapping of each character by itself."""
    return strict(lambda text: "".join(change(c) for c in text))


def present(*values: Any) -> list[Any]:
    """The values that are there."""
    return [v for v in values if v is not None]


def positions(text: str, first: Fraction, count: Fraction) -> str:
    """The characters of mid()."""
    start, number = int(first), int(count)
    return "".join(c for position, c in enumerate(text, 1) if start <= position < start + number)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "is_missing": lambda x: x is None, "coalesce": lambda *a: next(iter(present(*a)), None), "abs": strict(abs),
    "round": rounding(half_up), "round_even": rounding(round), "round_up": rounding(up), "round_down": rounding(int),
    "floor": strict(lambda x: fin(math.floor(x))), "ceil": strict(lambda x: fin(math.ceil(x))),
    "min": lambda *a: min(present(*a), default=None), "max": lambda *a: max(present(*a), default=None), "number": strict(read),
    "annuity": strict(annuity), "len": lambda x: Fraction(len(x or "")), "lower": by_character(str.lower), "upper": by_character(str.upper),
    "trim": strict(trim), "concat": lambda *a: "".join(present(*a)), "left": strict(lambda t, n: positions(t, Fraction(1), n)),
    "right": strict(lambda t, n: t[len(t) - min(int(n), len(t)) :] if n >= 1 else ""), "mid": strict(positions),
    "replace": lambda t, a, b: None if t is None or a is None else (b or "").join(t.split(a)),
    "contains": lambda t, a: (a or "") in (t or ""), "starts_with": lambda t, a: (t or "")[: len(a or "")] == (a or ""),
    "ends_with": lambda t, a: not a or (t or "")[-len(a) :] == a, "text": strict(spell), "date": strict(make_date),
    "year": strict(lambda d: Fraction(d.year)), "month": strict(lambda d: Fraction(d.month)), "day": strict(lambda d: Fraction(d.day)),
    "weekday": strict(lambda d: Fraction(d.weekday() + 1)), "add_months": strict(add_months),
    "month_end": strict(lambda d: next(found for n in (31, 30, 29, 28) if (found := make_date(Fraction(d.year), Fraction(d.month), Fraction(n))))),
    "months_between": strict(months_between), "years_between": strict(lambda a, b: Fraction(int(months_between(a, b) / 12))),
    "hours_between": strict(lambda a, b: fin(Fraction((b - a) // dt.timedelta(milliseconds=1), 3_600_000))),
}  # fmt: skip


def in_time_zone(instant: dt.datetime | None, zone: dt.tzinfo) -> dt.date | None:
    """date_of(x)."""
    try:
        return None if instant is None else instant.astimezone(zone).date()
    except OverflowError:
        return None


def fits(text: str, pattern: str) -> bool:
    """matches(x): Python's own expressions, with ASCII classes; a named pattern by its published check digits."""
    named = NAMED.get(pattern)
    return re.fullmatch(named.regex if named else pattern, text, re.ASCII) is not None and (named is None or named.agrees(text))


def business(name: str, table: BusinessDays | None, values: list[Any]) -> Any:
    """The functions of business days, by walking from day to day."""
    first = values[0]
    if table is None or None in values or not all(table.holds(v) for v in values if isinstance(v, dt.date)):
        return None
    free = {table.first + dt.timedelta(n) for n, flag in enumerate(table.flags) if flag == "0"}
    if name == "is_business_day":
        return first not in free
    if name == "business_days_between":
        low, high = sorted(values)
        days = sum(1 for n in range((high - low).days) if low + dt.timedelta(n + 1) not in free)
        return Fraction(days if first == low else -days)
    if values[1].denominator != 1 or abs(values[1]) >= 10**7:
        return None
    step = dt.timedelta(1 if values[1] > 0 else -1)
    left, day = abs(int(values[1])), first
    while left:
        day += step
        if not table.holds(day):
            return None
        left -= day not in free
    return day


def in_base(table: Rates | None, amount: Fraction | None, currency: str | None, day: dt.date | None) -> Fraction | None:
    """An amount by the last rate known on the day."""
    if table is None or amount is None or currency is None or day is None:
        return None
    known = [rate for since, rate in table.rates.get(currency, ()) if since <= day]
    if currency == table.base:
        return fin(amount)
    return fin(amount * Fraction(known[-1])) if known else None
