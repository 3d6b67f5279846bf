"""Arithmetic on PostgreSQL: plain operators, with the limits of numbers checked around them, or after a comparison.

A value that leaves the numbers of the language is missing, and a comparison with what is missing is false. So `a * b > c` may
be written as it stands, and only the rows that pass are asked whether a result was too large: first by the range of a single
column that excludes it, and only beyond that range by the results themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from forms_dsl.expr import bounds
from forms_dsl.expr.bounds import Bounds
from forms_dsl.expr.tree import Call, Constant, Expr, Ref
from runtime.compile.expr_scope import Element, is_constant, is_late
from runtime.compile.expr_values import EXACT, Lowering, constant_value, exact

_OPERATION: dict[str, Callable[..., Element]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "neg": lambda a: -a,
    "abs": sa.func.abs,
}
#: What is computed here; all other numbers come from `expr_numbers`.
FUNCTIONS = frozenset({*_OPERATION, "div", "round"})
#: The ranges that are tried, the widest first; a narrower one would often be left.
_RANGES = tuple(Decimal(10**digits) for digits in range(15, 2, -1))


@dataclass(frozen=True, slots=True)
class Guarded:
    """A number that counts only where the results of `guards` are small enough; elsewhere it is missing."""

    element: Element
    guards: tuple[tuple[Call, Element], ...] = ()


def guarded(low: Lowering, tree: Expr) -> Guarded:
    """A number for one side of a comparison."""
    if not is_late(tree, low.scope) and isinstance(tree, Call):
        if tree.function in _OPERATION:
            return _operation(low, tree)
        if tree.function == "div":
            return _quotient(low, tree)
        if tree.function == "round":
            return _rounded(low, tree)
    return Guarded(sa.type_coerce(exact(low, low.number(tree)), sa.Numeric()))


def settled_number(low: Lowering, tree: Expr) -> Element:
    """A number as a value: NULL where a result is too large."""
    found = guarded(low, tree)
    if not found.guards:
        return found.element
    return sa.case((_small(low, found.guards), found.element))


def compared(low: Lowering, compare: Callable[[Any, Any], Any], left: Expr, right: Expr, value: Element | None = None) -> Element:
    """A comparison of two numbers, `value` standing for the right one where it is given; NULL or false when one is missing."""
    first = guarded(low, left)
    second = Guarded(value) if value is not None else guarded(low, right)
    condition: Element = compare(sa.type_coerce(first.element, EXACT), sa.type_coerce(second.element, EXACT))
    guards = (*first.guards, *second.guards)
    return sa.and_(condition, _small(low, guards)) if guards else condition


def _small(low: Lowering, guards: tuple[tuple[Call, Element], ...]) -> Element:
    """Whether no result is too large."""
    small = sa.and_(*(sa.func.abs(element) < sa.literal_column("1e22") for _, element in guards))
    within = _within_range(low, tuple(call for call, _ in guards))
    return small if within is None else sa.or_(within, small)


def _within_range(low: Lowering, calls: tuple[Call, ...]) -> Element | None:
    """The range of one column in which no result of `calls` is too large; None when there is none.

    The column with the most decimals is tried first: rates stay small where amounts do not.
    """
    columns = {(ref.root, ref.path): ref for call in calls for ref in _columns(call)}
    for column in sorted(columns.values(), key=lambda ref: (-(ref.type.scale or 0), ref.path)):
        for limit in _RANGES:
            if all(_bounds(call, column, limit)[1] < bounds.LIMIT for call in calls):
                element = guarded(low, column).element
                return sa.and_(element <= sa.literal_column(f"{limit:f}"), element >= sa.literal_column(f"-{limit:f}"))
    return None


def _columns(tree: Expr) -> Iterator[Ref]:
    """The columns of numbers that a result is computed from by what `_bounds` knows."""
    if isinstance(tree, Ref) and tree.root in ("record", "row") and tree.type.name == "number":
        yield tree
    for part in tree.arguments if isinstance(tree, Call) and tree.function in FUNCTIONS else ():
        yield from _columns(part)


def _bounds(tree: Expr, column: Ref, limit: Decimal) -> Bounds:
    """The bounds of a result when a column stays within a range."""
    match tree:
        case Ref(root=column.root, path=column.path):
            return bounds.of_type(tree.type)[0], limit
        case Call(function="div", arguments=(dividend, Constant(value=Decimal() as divisor))) if divisor:
            return bounds.quotient(_bounds(dividend, column, limit), divisor)
        case Call(function=name, arguments=arguments) if name in _OPERATION or name == "div":
            return bounds.exact(name, tuple(_bounds(a, column, limit) for a in arguments))
        case Call(function="round", arguments=(inner, places)):
            return bounds.exact("round", (_bounds(inner, column, limit),), int(constant_value(places)))
    return bounds.of_type(tree.type)


def _operation(low: Lowering, call: Call) -> Guarded:
    """An exact result, rounded where it may have too many places, guarded where it may be too large."""
    parts = [guarded(low, a) for a in call.arguments]
    element = _OPERATION[call.function](*(part.element for part in parts))
    scale, limit = bounds.exact(call.function, tuple(bounds.of_type(a.type) for a in call.arguments))
    if scale > bounds.PLACES:
        element = _round(element, bounds.PLACES)
    return _guard(call, element, parts, certain=limit < bounds.LIMIT)


def _guard(call: Call, element: Element, parts: list[Guarded], *, certain: bool) -> Guarded:
    guards = tuple(guard for part in parts for guard in part.guards)
    return Guarded(element, guards if certain else (*guards, (call, element)))


def _round(element: Element, places: int) -> Element:
    return sa.func.round(element, sa.literal_column(str(places)), type_=sa.Numeric())


def _quotient(low: Lowering, call: Call) -> Guarded:
    """`a / b` to 16 places.

    PostgreSQL rounds a quotient to at least as many places as its operands are written with. It gets enough of them that
    rounding again to 16 places is the same as rounding once: an exact quotient lies on a half, or at least half of a unit of
    the divisor away from it.
    """
    left, right = (guarded(low, a) for a in call.arguments)
    scale, limit = bounds.of_type(call.arguments[1].type)
    places = bounds.PLACES + len(str(int(limit.scaleb(scale))))
    if is_constant(call.arguments[1]):
        value = constant_value(call.arguments[1])
        if not value:
            return Guarded(sa.cast(sa.null(), sa.Numeric()))
        divisor: Element = sa.literal_column(f"{value:.{places}f}", sa.Numeric())
        dividend = left.element
    else:
        divisor = sa.func.nullif(right.element, sa.literal_column("0"), type_=sa.Numeric())
        dividend = _round(left.element, places)
    element = _round(dividend / divisor, bounds.PLACES)
    return _guard(call, element, [left, right], certain=bounds.of_type(call.type)[1] < bounds.LIMIT)


def _rounded(low: Lowering, call: Call) -> Guarded:
    number, places = call.arguments[0], constant_value(call.arguments[1])
    inner = guarded(low, number)
    if bounds.of_type(number.type)[0] <= places:
        return inner
    return _guard(call, _round(inner.element, int(places)), [inner], certain=bounds.of_type(call.type)[1] < bounds.LIMIT)
