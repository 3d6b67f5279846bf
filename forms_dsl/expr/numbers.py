"""Exact arithmetic: each operation exactly, then limited to 16 places (half away from zero) and below 1e22."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_UP, Context, Decimal

from forms_dsl.expr.bounds import EXACT

Number = Decimal | int

_HALF_EVEN = Context(prec=120, rounding=ROUND_HALF_EVEN, traps=[])
_UP = Context(prec=120, rounding=ROUND_UP, traps=[])
_DOWN = Context(prec=120, rounding=ROUND_DOWN, traps=[])

_SMALLEST = Decimal("1E-16")
_ZERO = Decimal(0)
_ONE = Decimal(1)
_HOUR = Decimal(3_600_000)
_SPELLED = re.compile(r"-?[0-9]{1,22}(\.[0-9]{1,16})?")


def limit(value: Decimal) -> Decimal | None:
    """An exact result as a number of the language; missing when it is too large."""
    rounded = EXACT.quantize(value, _SMALLEST)
    return rounded if rounded.adjusted() < 22 else None


def add(a: Number, b: Number) -> Decimal | None:
    """The sum."""
    return limit(EXACT.add(a, b))


def subtract(a: Number, b: Number) -> Decimal | None:
    """The difference."""
    return limit(EXACT.subtract(a, b))


def multiply(a: Number, b: Number) -> Decimal | None:
    """The product."""
    return limit(EXACT.multiply(a, b))


def divide(a: Number, b: Number) -> Decimal | None:
    """The quotient; missing for b = 0."""
    return limit(EXACT.divide(a, b)) if b else None


def floor_divide(a: Number, b: Number) -> Decimal | None:
    """The largest whole number not above a / b; missing for b = 0."""
    if not b:
        return None
    quotient, rest = EXACT.divide_int(a, b), EXACT.remainder(a, b)
    return limit(EXACT.subtract(quotient, _ONE) if rest and (rest < 0) != (b < 0) else quotient)


def modulo(a: Number, b: Number) -> Decimal | None:
    """The rest of the floored quotient, with the sign of b; missing for b = 0."""
    if not b:
        return None
    rest = EXACT.remainder(a, b)
    return limit(EXACT.add(rest, b) if rest and (rest < 0) != (b < 0) else rest)


def negate(a: Number) -> Decimal:
    """The number with the other sign."""
    return EXACT.minus(a)


def absolute(a: Number) -> Decimal:
    """The absolute value."""
    return EXACT.abs(a)


def round_half_up(x: Number, places: Number) -> Decimal | None:
    """Rounded half away from zero."""
    return _quantize(EXACT, x, places)


def round_half_even(x: Number, places: Number) -> Decimal | None:
    """Rounded half to even."""
    return _quantize(_HALF_EVEN, x, places)


def round_up(x: Number, places: Number) -> Decimal | None:
    """Rounded away from zero."""
    return _quantize(_UP, x, places)


def round_down(x: Number, places: Number) -> Decimal | None:
    """Rounded toward zero."""
    return _quantize(_DOWN, x, places)


def floor(x: Number) -> Decimal | None:
    """The largest whole number not above x."""
    return floor_divide(x, _ONE)


def ceiling(x: Number) -> Decimal | None:
    """The smallest whole number not below x."""
    lower = floor_divide(EXACT.minus(x), _ONE)
    return None if lower is None else limit(EXACT.minus(lower))


def annuity(principal: Number, rate: Number, periods: Number) -> Decimal | None:
    """Payment per period of a loan with equal payments; the order of the steps is fixed for all targets."""
    if periods != int(periods) or not 1 <= periods <= 600:
        return None
    if not rate:
        return divide(principal, periods)
    power: Decimal | None = _ONE
    base = add(_ONE, rate)
    rest = int(periods)
    while rest and power is not None and base is not None:
        if rest & 1:
            power = multiply(power, base)
        rest >>= 1
        if rest:
            base = multiply(base, base)
    interest = multiply(principal, rate)
    if power is None or base is None or interest is None:
        return None
    above, below = multiply(interest, power), subtract(power, _ONE)
    return None if above is None or below is None else divide(above, below)


def total(values: Iterable[Number]) -> Decimal | None:
    """The sum of numbers, exact, limited once at the end."""
    result = _ZERO
    for value in values:
        result = EXACT.add(result, value)
    return limit(result)


def spelled(value: str) -> Decimal | None:
    """The number that a text spells in plain digits; missing for anything else."""
    return Decimal(value) if _SPELLED.fullmatch(value) else None


def hours(milliseconds: int) -> Decimal | None:
    """Milliseconds as hours."""
    return divide(Decimal(milliseconds), _HOUR)


def whole(value: Number) -> int | None:
    """The value as an int when it is a whole number."""
    truncated = int(value)
    return truncated if truncated == value else None


def canonical(value: Number) -> str:
    """The one text of a number: no exponent, no trailing zeros, no minus before zero."""
    if not value:
        return "0"
    text = format(Decimal(value), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def fit(value: Number, scale: int, digits: int = 18) -> Decimal | None:
    """A number as a field of `digits` digits with `scale` decimals keeps it; missing when it does not fit."""
    rounded = EXACT.quantize(Decimal(value), Decimal(1).scaleb(-scale))
    if not rounded:
        return abs(rounded)  # no -0.00
    return rounded if rounded.adjusted() < digits - scale else None


def _quantize(context: Context, x: Number, places: Number) -> Decimal | None:
    return limit(context.quantize(Decimal(x), Decimal(1).scaleb(-int(places))))
