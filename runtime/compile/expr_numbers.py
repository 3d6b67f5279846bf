"""The SQL form of arithmetic and of the functions that give numbers."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from forms_dsl.expr import bounds
from forms_dsl.expr.calendars import Rates
from forms_dsl.expr.tree import Call, Constant, Expr
from runtime.compile.expr_guarded import FUNCTIONS, settled_number
from runtime.compile.expr_scope import Element, is_constant, is_late
from runtime.compile.expr_texts import on_calendar
from runtime.compile.expr_values import (
    EXACT,
    LARGEST,
    WHOLE,
    Lowering,
    Number,
    bound,
    common,
    constant_value,
    exact,
    native_type,
    null,
    number_of,
    raw,
    typed_bound,
)
from runtime.store.kept_tables import exchange_rate

_ROUNDING = frozenset({"round", "round_even", "round_up", "round_down"})
#: Functions whose result is a whole number that the database returns as an integer.
_WHOLE_OF_DATES = frozenset({"year", "month", "day", "weekday", "dsub", "months_between", "years_between"})


def lower_number(low: Lowering, tree: Expr) -> Number:
    """A number in its representation."""
    if is_constant(tree):
        return _constant(low, tree)
    if is_late(tree, low.scope):
        return Number(typed_bound(low, tree), None, bounds.of_type(tree.type)[1])
    if isinstance(tree, Call):
        return _call(low, tree)
    return number_of(low, low.value(tree), tree.type)


def _constant(low: Lowering, tree: Expr) -> Number:
    value = constant_value(tree)
    if value is None:
        return Number(null(low, tree.type), None, bounds.ZERO)
    scale, limit = bounds.of_constant(value)
    if low.sqlite and limit * 10**scale <= LARGEST:
        return Number(sa.literal(int(value.scaleb(scale)), WHOLE), scale, limit)
    return Number(typed_bound(low, Constant(tree.type, value, tree.span)), None, limit)


def _call(low: Lowering, call: Call) -> Number:
    name = call.function
    if not low.sqlite and name in FUNCTIONS:
        return Number(sa.type_coerce(settled_number(low, call), EXACT), None, bounds.of_type(call.type)[1])
    if name in ("add", "sub", "mul", "neg"):
        return _sum_or_product(low, call)
    if name in ("div", "fdiv", "mod"):
        return _exactly(low, call)
    if name in _ROUNDING:
        return _rounded(low, call)
    if name in ("floor", "ceil"):
        inner = low.number(call.arguments[0])
        return inner if bounds.of_type(call.arguments[0].type)[0] == 0 else _exactly(low, call)
    if name == "abs":
        inner = low.number(call.arguments[0])
        if inner.scale is not None:
            return Number(sa.func.abs(raw(inner)), inner.scale, inner.limit)
        return Number(low.function("abs", exact(low, inner)), None, inner.limit)
    if name in ("min", "max", "coalesce", "if"):
        return _one_of(low, call)
    return _other(low, call)


def _sum_or_product(low: Lowering, call: Call) -> Number:
    """In SQLite: plain integers where they surely suffice, else exact functions."""
    parts = [low.number(a) for a in call.arguments]
    native = _native(call.function, parts)
    return native or Number(low.function(call.function, *(exact(low, p) for p in parts)), None, bounds.of_type(call.type)[1])


_OPERATION: dict[str, Callable[..., Element]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "neg": lambda a: -a,
}


def _native(function: str, parts: list[Number]) -> Number | None:
    """Plain integer arithmetic of SQLite where 64 bits surely hold the result; they would overflow into floats."""
    if any(part.scale is None for part in parts):
        return None
    scales = [part.scale or 0 for part in parts]
    if function == "mul":
        scale, limit = sum(scales), parts[0].limit * parts[1].limit
        operands = [raw(part) for part in parts]
    else:
        scale, limit = max(scales), sum((part.limit for part in parts), bounds.ZERO)
        operands = [
            raw(part) if own == scale else raw(part) * sa.literal(10 ** (scale - own), WHOLE)
            for part, own in zip(parts, scales, strict=True)
        ]
    if scale > bounds.PLACES or limit * 10**scale > LARGEST:
        return None
    return Number(_OPERATION[function](*operands), scale, limit)


def _exactly(low: Lowering, call: Call) -> Number:
    element = low.function(call.function, *(exact(low, low.number(a)) for a in call.arguments))
    return Number(sa.type_coerce(element, EXACT), None, bounds.of_type(call.type)[1])


def _rounded(low: Lowering, call: Call) -> Number:
    number, places = call.arguments[0], constant_value(call.arguments[1])
    inner = low.number(number)
    if bounds.of_type(number.type)[0] <= places:
        return inner
    element = low.function(call.function, exact(low, inner), sa.literal(int(places), sa.Integer()))
    return Number(sa.type_coerce(element, EXACT), None, bounds.of_type(call.type)[1])


def _one_of(low: Lowering, call: Call) -> Number:
    arguments = call.arguments[1:] if call.function == "if" else call.arguments
    parts = [low.number(a) for a in arguments]
    elements, scale = common(low, parts)
    type = native_type(scale)
    if call.function == "if":
        condition = low.condition(call.arguments[0], positive=True)
        element: Element = sa.case((condition, elements[0]), else_=elements[1])
    elif len(elements) == 1:
        element = elements[0]
    elif call.function == "coalesce":
        element = sa.func.coalesce(*elements)
    elif low.sqlite:
        name = "least" if call.function == "min" else "greatest"
        element = low.function(name if scale is not None else f"{name}_number", *elements)
    else:
        element = (sa.func.least if call.function == "min" else sa.func.greatest)(*elements)
    return Number(sa.type_coerce(element, type), scale, max(part.limit for part in parts))


def _other(low: Lowering, call: Call) -> Number:
    name, arguments = call.function, call.arguments
    limit = bounds.of_type(call.type)[1]
    if name in _WHOLE_OF_DATES:
        return Number(sa.type_coerce(low.function(name, *(low.value(a) for a in arguments)), WHOLE), 0, limit)
    match name:
        case "len":
            length = sa.func.length if low.sqlite else sa.func.char_length
            element = sa.func.coalesce(length(low.value(arguments[0])), sa.literal(0, WHOLE))
            return Number(sa.type_coerce(element, WHOLE), 0, limit)
        case "len_set":
            element = sa.func.coalesce(low.function("count_codes", low.value(arguments[0])), sa.literal(0, WHOLE))
            return Number(sa.type_coerce(element, WHOLE), 0, limit)
        case "rank":
            return Number(rank_of(low.value(arguments[0]), arguments[0].type.codes), 0, limit)
        case "annuity":
            return _exactly(low, call)
        case "business_days_between":
            return Number(sa.type_coerce(on_calendar(low, call), WHOLE), 0, limit)
        case "in_base":
            return Number(sa.type_coerce(_in_base(low, arguments), EXACT), None, limit)
    return Number(sa.type_coerce(low.function(name, *(low.value(a) for a in arguments)), EXACT), None, limit)


def _in_base(low: Lowering, arguments: tuple[Expr, ...]) -> Element:
    """The amount by the rate of the latest day that is not after the day asked for, read from the bank's table of rates."""
    amount, currency, day = exact(low, low.number(arguments[0])), low.value(arguments[1]), low.value(arguments[2])
    base = bound(low, arguments[3], _base_of, "base of rates", sa.Text())
    if not low.sqlite:
        base = sa.cast(base, sa.Text())
    table = exchange_rate.alias()
    known = sa.select(table.c.rate.label("x")).where(
        table.c.base == base, table.c.currency == currency, table.c.valid_from <= day
    )
    found = known.order_by(table.c.valid_from.desc()).limit(1).correlate_except(table).scalar_subquery()
    numeric = sa.Numeric()
    product = (
        low.function("mul", amount, sa.type_coerce(found, EXACT))
        if low.sqlite
        else low.function("fin", sa.type_coerce(amount, numeric) * sa.cast(found, numeric))
    )
    is_base = sa.and_(sa.type_coerce(currency, sa.Text()) == base, sa.type_coerce(day, sa.Text()).is_not(None))
    return sa.case((is_base, amount), else_=product)


def _base_of(table: Rates | None) -> object:
    return None if table is None else table.base


def rank_of(element: Element, codes: tuple[str, ...]) -> Element:
    """The position of a code in its list as a whole number; NULL for other codes."""
    ranks = [(sa.type_coerce(element, sa.Text()) == code, sa.literal(rank, WHOLE)) for rank, code in enumerate(codes, 1)]
    return sa.type_coerce(sa.case(*ranks, else_=sa.null()), WHOLE)
