"""The functions of expressions on SQLite: the very Python functions of the language, registered on a connection.

Numbers cross as whole integers or as canonical text, never as floats; days as ISO text; sets as JSON text.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from forms_dsl.expr import calendars, days, numbers, texts
from runtime.store.types import format_instant

Cell = str | int | None


def register_sqlite(connection: sqlite3.Connection) -> None:
    """Make all functions known on a new connection."""
    for name, function in _NUMBERS.items():
        connection.create_function(f"lc_{name}", -1, _numeric(function), deterministic=True)
    for name, plain in _PLAIN.items():
        connection.create_function(f"lc_{name}", -1, plain, deterministic=True)
    connection.create_aggregate("lc_total", 1, _Total)  # type: ignore[arg-type]
    connection.create_aggregate("lc_smallest", 1, _Smallest)  # type: ignore[arg-type]
    connection.create_aggregate("lc_largest", 1, _Largest)  # type: ignore[arg-type]


def _numeric(function: Callable[..., Decimal | None]) -> Callable[..., Cell]:
    def evaluate(*cells: Cell) -> Cell:
        if None in cells:
            return None
        value = function(*(Decimal(cell) for cell in cells if cell is not None))
        return None if value is None else numbers.canonical(value)

    return evaluate


def _strict(function: Callable[..., Cell]) -> Callable[..., Cell]:
    return lambda *cells: None if None in cells else function(*cells)


def _unscaled(cell: int, scale: int) -> str:
    return numbers.canonical(Decimal(cell).scaleb(-scale))


def _scaled(cell: str | int, scale: int, digits: int) -> int | None:
    value = numbers.fit(Decimal(cell), scale, digits)
    return None if value is None else int(value.scaleb(scale))


def _halves(high: int | None, low: int | None, scale: int) -> Cell:
    """The sum of scaled integers from the sums of their halves: one sum in 64 bits would overflow."""
    if high is None or low is None:
        return "0"
    value = numbers.limit(Decimal(high * 10**9 + low).scaleb(-scale))
    return None if value is None else numbers.canonical(value)


def _spelled(text: str) -> Cell:
    value = numbers.spelled(text)
    return None if value is None else numbers.canonical(value)


def _compare(a: str | int, b: str | int) -> int:
    first, second = Decimal(a), Decimal(b)
    return (first > second) - (first < second)


def _order_key(cell: str | int) -> str:
    """A text that sorts as the number does."""
    value = Decimal(cell)
    digits = f"{abs(value):040.16f}"
    return "1" + digits if value >= 0 else "0" + "".join(str(9 - int(c)) if c.isdigit() else c for c in digits)


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def _on_day(function: Callable[..., dt.date | Decimal | None]) -> Callable[..., Cell]:
    """A function of a day and numbers, with days as ISO text and whole numbers as integers."""

    def evaluate(*cells: Cell) -> Cell:
        if None in cells:
            return None
        start, *rest = cells
        value = function(_day(str(start)), *(Decimal(cell) for cell in rest if cell is not None))
        return value.isoformat() if isinstance(value, dt.date) else None if value is None else int(value)

    return evaluate


def _on_days(function: Callable[[dt.date, dt.date], Decimal]) -> Callable[..., Cell]:
    return _strict(lambda a, b: int(function(_day(a), _day(b))))


def _date(year: str, month: str, day: str) -> Cell:
    value = days.day(Decimal(year), Decimal(month), Decimal(day))
    return None if value is None else value.isoformat()


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _date_of(instant: str, zone: str) -> Cell:
    value = days.day_of(dt.datetime.fromisoformat(instant), _zone(zone))
    return None if value is None else value.isoformat()


def _day_begins(day: str, zone: str) -> Cell:
    try:
        return format_instant(dt.datetime.combine(_day(day), dt.time(), _zone(zone)).astimezone(dt.UTC))
    except OverflowError:
        return None


def _hours_between(a: str, b: str) -> Cell:
    value = days.hours_between(dt.datetime.fromisoformat(a), dt.datetime.fromisoformat(b))
    return None if value is None else numbers.canonical(value)


def _add_business_days(day: str, count: str, table: str) -> Cell:
    value = calendars.add_business_days(_day(day), Decimal(count), calendars.read_days(table))
    return None if value is None else value.isoformat()


def _business_days_between(a: str, b: str, table: str) -> Cell:
    value = calendars.business_days_between(_day(a), _day(b), calendars.read_days(table))
    return None if value is None else int(value)


def _is_business_day(day: str, table: str) -> Cell:
    value = calendars.is_business_day(_day(day), calendars.read_days(table))
    return None if value is None else int(value)


def _least(*cells: Cell) -> Cell:
    return min((cell for cell in cells if cell is not None), default=None)


def _greatest(*cells: Cell) -> Cell:
    return max((cell for cell in cells if cell is not None), default=None)


def _least_number(*cells: Cell) -> Cell:
    return min((cell for cell in cells if cell is not None), key=Decimal, default=None)


def _greatest_number(*cells: Cell) -> Cell:
    return max((cell for cell in cells if cell is not None), key=Decimal, default=None)


def _codes(cell: str) -> Cell:
    codes = sorted(set(json.loads(cell)))
    return json.dumps(codes, ensure_ascii=False) if codes else None


def _text(function: Callable[..., str | None]) -> Callable[..., Cell]:
    """A function of a text and numbers that stand in SQL as integers or canonical text."""
    return _strict(lambda text, *rest: function(text, *(Decimal(cell) for cell in rest)))


class _Total:
    """The exact sum of numbers in canonical text; the caller handles the case of no rows at all."""

    def __init__(self) -> None:
        self._cells: list[Decimal] = []

    def step(self, cell: Cell) -> None:
        """Take one value; missing ones do not count."""
        if cell is not None:
            self._cells.append(Decimal(cell))

    def finalize(self) -> Cell:
        """The sum, missing when it is too large."""
        value = numbers.total(self._cells)
        return None if value is None else numbers.canonical(value)


class _Smallest:
    """The smallest number in canonical text."""

    def __init__(self) -> None:
        self._cell: Cell = None

    def step(self, cell: Cell) -> None:
        """Take one value."""
        self._cell = _least_number(self._cell, cell)

    def finalize(self) -> Cell:
        """The smallest value, missing when there was none."""
        return self._cell


class _Largest(_Smallest):
    """The largest number in canonical text."""

    def step(self, cell: Cell) -> None:
        """Take one value."""
        self._cell = _greatest_number(self._cell, cell)


_NUMBERS: dict[str, Callable[..., Decimal | None]] = {
    "add": numbers.add, "sub": numbers.subtract, "mul": numbers.multiply, "div": numbers.divide, "fdiv": numbers.floor_divide,
    "mod": numbers.modulo, "neg": numbers.negate, "abs": numbers.absolute, "round": numbers.round_half_up,
    "round_even": numbers.round_half_even, "round_up": numbers.round_up, "round_down": numbers.round_down, "floor": numbers.floor,
    "ceil": numbers.ceiling, "annuity": numbers.annuity,
}  # fmt: skip

_PLAIN: dict[str, Callable[..., Cell]] = {
    "unscaled": _strict(_unscaled), "scaled": _strict(_scaled), "halves": _halves, "number": _strict(_spelled),
    "compare": _strict(_compare), "order_key": _strict(_order_key), "least": _least, "greatest": _greatest,
    "least_number": _least_number, "greatest_number": _greatest_number,
    "lower": _strict(texts.lower), "upper": _strict(texts.upper), "trim": _strict(texts.trim), "left": _text(texts.left),
    "right": _text(texts.right), "mid": _text(texts.middle), "replace": texts.replace, "contains": texts.contains,
    "starts_with": texts.starts_with, "ends_with": texts.ends_with,
    "dadd": _on_day(days.add_days), "add_months": _on_day(days.add_months), "month_end": _on_day(days.month_end),
    "year": _on_day(days.year), "month": _on_day(days.month), "day": _on_day(days.day_of_month), "weekday": _on_day(days.weekday),
    "dsub": _on_days(days.days_apart), "months_between": _on_days(days.months_between), "years_between": _on_days(days.years_between),
    "date": _strict(_date), "date_of": _strict(_date_of), "day_begins": _strict(_day_begins), "hours_between": _strict(_hours_between),
    "add_business_days": _strict(_add_business_days), "business_days_between": _strict(_business_days_between),
    "is_business_day": _strict(_is_business_day),
    "has": _strict(lambda code, codes: code in json.loads(codes)), "codes": _strict(_codes),
    "count_codes": lambda codes: 0 if codes is None else len(set(json.loads(codes))),
}  # fmt: skip
