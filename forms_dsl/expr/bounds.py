"""What is known about a number before it is computed: its decimals and its largest absolute value.

Where both stay below 16 places and 1e22, the exact result needs no limiting, and SQL may use plain operators.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Context, Decimal

from forms_dsl.expr.tree import ValueType

#: Numbers are multiples of 1e-16 with an absolute value below 1e22.
PLACES = 16
LIMIT = Decimal(10**22)
ZERO = Decimal(0)

#: Enough digits for the exact product of any two numbers, and for a quotient that still rounds right.
EXACT = Context(prec=120, rounding=ROUND_HALF_UP, traps=[])

Bounds = tuple[int, Decimal]

_RESULTS: dict[str, Bounds] = {
    "len": (0, Decimal(10**9)), "len_set": (0, Decimal(10**9)), "year": (0, Decimal(9999)), "month": (0, Decimal(12)),
    "day": (0, Decimal(31)), "weekday": (0, Decimal(7)), "rank": (0, Decimal(10**4)), "dsub": (0, Decimal(10**7)),
    "months_between": (0, Decimal(120000)), "years_between": (0, Decimal(10000)), "hours_between": (PLACES, Decimal(10**9)),
    "business_days_between": (0, Decimal(10**7)), "count": (0, Decimal(10**15)), "count_if": (0, Decimal(10**15)),
}  # fmt: skip


def of_type(type: ValueType) -> Bounds:
    """The bounds of a value of this type: a field of 18 digits where the scale is known."""
    if type.limit is not None:
        return (PLACES if type.scale is None else type.scale), type.limit
    if type.scale is None:
        return PLACES, LIMIT
    return type.scale, Decimal(10 ** (18 - type.scale))


def of_constant(value: Decimal) -> Bounds:
    """The bounds of one number."""
    exponent = value.normalize(EXACT).as_tuple().exponent
    return max(0, -int(exponent)), abs(value)


def exact(function: str, arguments: tuple[Bounds, ...], places: int | None = None) -> Bounds:
    """The bounds of the exact result, before limiting; `places` is the literal of the round functions."""
    if function in _RESULTS:
        return _RESULTS[function]
    scale = max((a[0] for a in arguments), default=PLACES)
    limit = max((a[1] for a in arguments), default=LIMIT)
    match function:
        case "add" | "sub":
            return scale, EXACT.add(arguments[0][1], arguments[1][1])
        case "mul":
            return arguments[0][0] + arguments[1][0], EXACT.multiply(arguments[0][1], arguments[1][1])
        case "neg" | "abs" | "min" | "max" | "if" | "coalesce":
            return scale, limit
        case "mod":
            return scale, arguments[1][1]
        case "div":
            # What is not zero is at least one unit of its last place.
            return PLACES, EXACT.add(EXACT.scaleb(arguments[0][1], arguments[1][0]), Decimal(1))
        case "fdiv":
            return 0, EXACT.add(EXACT.scaleb(arguments[0][1], arguments[1][0]), Decimal(1))
        case "floor" | "ceil":
            return 0, EXACT.add(limit, Decimal(1))
        case "round" | "round_even" | "round_up" | "round_down" if places is not None:
            return min(scale, max(places, 0)), EXACT.add(limit, Decimal(1).scaleb(-places))
        case "sum":
            return scale, LIMIT
    return PLACES, LIMIT


def quotient(dividend: Bounds, divisor: Decimal) -> Bounds:
    """The bounds of a quotient by a number that is known."""
    return PLACES, Decimal(int(EXACT.divide(dividend[1], abs(divisor))) + 1)


def limited(bounds: Bounds) -> Bounds:
    """The bounds after rounding to 16 places and refusing 1e22 and more."""
    return min(bounds[0], PLACES), min(bounds[1], LIMIT)


def needs_limiting(bounds: Bounds) -> bool:
    """Whether an exact result may have too many places or be too large."""
    return bounds[0] > PLACES or bounds[1] >= LIMIT


def number_type(bounds: Bounds, *, optional: bool, currency: str | None = None) -> ValueType:
    """The type of a number with these bounds."""
    scale, limit = limited(bounds)
    return ValueType("number", scale=scale, limit=limit, optional=optional, currency=currency)


def with_bounds(type: ValueType) -> ValueType:
    """The same type with explicit bounds, for a number."""
    if type.name != "number":
        return type
    scale, limit = of_type(type)
    return replace(type, scale=scale, limit=limit)
