"""The SQL form of comparisons, by polarity and with an eye on indexes.

In a positive position a comparison stays plain, so that an index serves it: NULL is as good as false there. Under `not` or
as a value it must not be NULL. Constants go to the column's own representation, never the column to theirs.
"""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from forms_dsl.expr.tree import Call, Constant, Expr, Ref
from runtime.compile.expr_guarded import compared
from runtime.compile.expr_numbers import rank_of
from runtime.compile.expr_scope import Element, is_constant, is_late, may_be_missing
from runtime.compile.expr_values import (
    EXACT,
    WHOLE,
    Edge,
    Lowering,
    Number,
    as_is,
    bound,
    bytewise,
    column_type,
    common,
    constant_value,
    day_start,
    edge,
    prefix_end,
    raw,
)
from runtime.store.tables import org_branch

_SIGNS: dict[str, Callable[[Any, Any], Any]] = {"lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge}
_FLIPPED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}
#: `a < 2.5` for whole a is `a < 3`; `a <= 2.5` is `a <= 2`.
_EDGES: dict[str, Edge] = {"lt": "ceiling", "le": "floor", "gt": "floor", "ge": "ceiling"}


def settled(condition: Element, *, positive: bool, sure: bool = False) -> Element:
    """A condition in its position: never NULL unless the position is positive."""
    return condition if positive or sure else sa.func.coalesce(condition, sa.false(), type_=sa.Boolean())


# Equality ----------------------------------------------------------------------------------------------------------


def equal(low: Lowering, left: Expr, right: Expr, *, positive: bool) -> Element:
    """`left == right`; missing equals missing."""
    for one, other in ((left, right), (right, left)):
        if is_constant(one) and constant_value(one) is None:
            return is_missing(low, other)
    if is_late(left, low.scope):
        left, right = right, left
    if is_late(right, low.scope):
        return _equal_bound(low, left, right, positive=positive)
    first, second = _pair(low, left, right)
    both = may_be_missing(left, low.scope) and may_be_missing(right, low.scope)
    neither = not may_be_missing(left, low.scope) and not may_be_missing(right, low.scope)
    return first.is_not_distinct_from(second) if both else settled(first == second, positive=positive, sure=neither)


def is_missing(low: Lowering, tree: Expr) -> Element:
    """Whether a value is missing."""
    element = low.number(tree).element if tree.type.name == "number" else low.value(tree)
    return element.is_(None)


def _pair(low: Lowering, left: Expr, right: Expr) -> tuple[Element, Element]:
    """Two values of one type in one representation."""
    match left.type.name:
        case "number":
            numbers = [low.number(left), low.number(right)]
            elements = common(low, numbers)[0] if low.sqlite else [sa.type_coerce(n.element, EXACT) for n in numbers]
            return elements[0], elements[1]
        case "multi_choice":
            return low.function("codes", low.value(left)), low.function("codes", low.value(right))
    type = column_type(left.type)
    return sa.type_coerce(low.value(left), type), sa.type_coerce(low.value(right), type)


def _equal_bound(low: Lowering, tree: Expr, late: Expr, *, positive: bool) -> Element:
    if isinstance(tree, Call) and tree.function == "date_of" and not may_be_missing(late, low.scope):
        return settled(
            sa.and_(_by_day(low, "ge", tree.arguments[0], late), _by_day(low, "le", tree.arguments[0], late)), positive=positive
        )
    element, value, whole = _beside(low, tree, late)
    same = element == value
    if tree.type.name == "number" and not low.sqlite and not whole and not may_be_missing(late, low.scope):
        return settled(compared(low, operator.eq, tree, late, value), positive=positive, sure=not may_be_missing(tree, low.scope))
    if not may_be_missing(late, low.scope):
        # A bound value that fits no whole number is NULL.
        return settled(same, positive=positive, sure=not whole and not may_be_missing(tree, low.scope))
    if not may_be_missing(tree, low.scope):
        return settled(same, positive=positive)
    if low.sqlite and not whole:
        return element.is_not_distinct_from(value)  # `IS`, which uses an index
    # `is not distinct from` uses no index in PostgreSQL; a constant false or true in this OR is folded away.
    missing = bound(low, late, lambda found: found is None, "missing", sa.Boolean())
    return settled(sa.or_(same, sa.and_(missing, element.is_(None))), positive=positive)


def _beside(low: Lowering, tree: Expr, late: Expr) -> tuple[Element, Element, bool]:
    """An element and a bound value in its representation; True when the value is moved to whole numbers."""
    match tree.type.name:
        case "number":
            number = low.number(tree)
            scale = _whole_scale(low, number)
            if scale is None:
                return sa.type_coerce(number.element, EXACT), bound(low, late, as_is, "value", EXACT), False
            return raw(number), bound(low, late, edge(scale, "equal"), f"equal{scale}", WHOLE), True
        case "multi_choice":
            listed = bound(low, late, lambda codes: codes and list(codes), "list", column_type(tree.type))
            return low.function("codes", low.value(tree)), low.function("codes", listed), False
    type = column_type(tree.type)
    return sa.type_coerce(low.value(tree), type), bound(low, late, as_is, "value", type), False


def _whole_scale(low: Lowering, number: Number) -> int | None:
    """The scale of a number that is kept as an integer: native on SQLite, bigint on PostgreSQL."""
    if low.sqlite:
        return number.scale
    return 0 if isinstance(number.element.type, sa.Integer) else None


def among(low: Lowering, call: Call, *, positive: bool) -> Element:
    """`a in [x, y]`."""
    tree, *items = call.arguments
    if not items:
        return sa.false()
    if not all(is_constant(item) for item in items) or tree.type.name == "multi_choice" or is_late(tree, low.scope):
        return sa.or_(*(equal(low, tree, item, positive=positive) for item in items))
    values = [constant_value(item) for item in items]
    known = [value for value in values if value is not None]
    if tree.type.name == "number":
        number = low.number(tree)
        scale = _whole_scale(low, number)
        element = sa.type_coerce(number.element, EXACT) if scale is None else raw(number)
        known = known if scale is None else [moved for value in known if (moved := edge(scale, "equal")(value)) is not None]
    else:
        element = sa.type_coerce(low.value(tree), column_type(tree.type))
    there = settled(element.in_(known), positive=positive, sure=not may_be_missing(tree, low.scope)) if known else sa.false()
    return there if len(known) == len(values) or None not in values else sa.or_(there, element.is_(None))


# Order -------------------------------------------------------------------------------------------------------------


def ordered(low: Lowering, call: Call, *, positive: bool) -> Element:
    """`<`, `<=`, `>`, `>=`; false when a side is missing."""
    left, right = call.arguments
    name = call.function
    sure = not may_be_missing(left, low.scope) and not may_be_missing(right, low.scope)
    if is_late(left, low.scope) and not is_late(right, low.scope):
        left, right, name = right, left, _FLIPPED[name]
    if left.type.name == "choice":
        return settled(_by_rank(low, name, left, right), positive=positive)
    if isinstance(left, Call) and left.function == "date_of" and is_late(right, low.scope):
        return settled(_by_day(low, name, left.arguments[0], right), positive=positive)
    if is_late(right, low.scope):
        return settled(_beside_bound(low, name, left, right), positive=positive, sure=sure)
    if left.type.name == "number":
        return settled(_two_numbers(low, name, left, right), positive=positive, sure=sure)
    first, second = _pair(low, left, right)
    if left.type.name == "text":
        first, second = bytewise(low, low.value(left), low.value(right))
    return settled(_SIGNS[name](first, second), positive=positive, sure=sure)


def _two_numbers(low: Lowering, name: str, left: Expr, right: Expr) -> Element:
    if not low.sqlite:
        return compared(low, _SIGNS[name], left, right)
    return _compared_in_sqlite(low, name, low.number(left), low.number(right))


def _compared_in_sqlite(low: Lowering, name: str, first: Number, second: Number) -> Element:
    (a, b), scale = common(low, [first, second])
    if scale is not None:
        return _SIGNS[name](a, b)  # type: ignore[no-any-return]
    return _SIGNS[name](sa.type_coerce(low.function("compare", a, b), WHOLE), sa.literal(0, WHOLE))  # type: ignore[no-any-return]


def _beside_bound(low: Lowering, name: str, tree: Expr, late: Expr) -> Element:
    sign = _SIGNS[name]
    if tree.type.name == "number":
        number = low.number(tree)
        scale = _whole_scale(low, number)
        if scale is not None:
            how = _EDGES[name]
            return sign(raw(number), bound(low, late, edge(scale, how), f"{how}{scale}", WHOLE))  # type: ignore[no-any-return]
        value = bound(low, late, as_is, "value", EXACT)
        if not low.sqlite:
            return compared(low, sign, tree, late, value)
        return _compared_in_sqlite(low, name, number, Number(value, None, number.limit))
    type = column_type(tree.type)
    element, value = low.value(tree), bound(low, late, as_is, "value", type)
    if tree.type.name == "text":
        element, value = bytewise(low, element, value)
    return sign(sa.type_coerce(element, type) if tree.type.name != "text" else element, value)  # type: ignore[no-any-return]


def _by_rank(low: Lowering, name: str, left: Expr, right: Expr) -> Element:
    """Choices by position; beside a literal, the codes that lie on its side."""
    codes = left.type.codes
    if isinstance(right, Constant):
        if right.value not in codes:
            return sa.false()
        position = codes.index(str(right.value))
        fitting = [code for rank, code in enumerate(codes) if _SIGNS[name](rank, position)]
        return sa.type_coerce(low.value(left), sa.Text()).in_(fitting) if fitting else sa.false()
    return _SIGNS[name](rank_of(low.value(left), codes), rank_of(low.value(right), codes))  # type: ignore[no-any-return]


def _by_day(low: Lowering, name: str, instant: Expr, day: Expr) -> Element:
    """The day of an instant beside a day, as a range of instants, so that an index on the instant serves."""
    zone = low.scope.timezone
    element = sa.type_coerce(low.value(instant), column_type(instant.type))
    later = 1 if name in ("le", "gt") else 0
    start = bound(low, day, day_start(zone, later), f"start{later}{zone}", column_type(instant.type))
    if name in ("lt", "le"):
        first = sa.literal(day_start(zone, 0)(dt.date.min), column_type(instant.type))
        return sa.and_(element < start, element >= first)
    last = sa.literal(day_start(zone, 1)(dt.date.max), column_type(instant.type))
    return sa.and_(element >= start, element < last)


# Sets, units and texts ---------------------------------------------------------------------------------------------


def has(low: Lowering, call: Call, *, positive: bool) -> Element:
    """`code in set`."""
    code, codes = (low.value(a) for a in call.arguments)
    return settled(sa.type_coerce(low.function("has", code, codes), sa.Boolean()), positive=positive)


def in_tree(low: Lowering, call: Call, *, positive: bool) -> Element:
    """`X.path in user.branch_tree`: X is one of the units in the tree, so an index on X serves."""
    tree, root = call.arguments
    if isinstance(tree, Ref) and tree.path[-1:] == ("path",) and tree.root in ("record", "row"):
        source = low.row if tree.root == "row" else low.scope
        unit = source.unit(tree.path[:-1]) if source is not None else None
        if unit is not None:
            return settled(unit.in_(units_in(low, root).correlate(None)), positive=positive)
    return settled(_in_range(low, low.value(tree), root), positive=positive)


def units_in(low: Lowering, root: Expr) -> sa.Select[tuple[str]]:
    """The ids of the units in a tree."""
    branch = org_branch.alias()
    return sa.select(branch.c.id).where(_in_range(low, branch.c.f_path, root))


def _in_range(low: Lowering, element: Element, prefix: Expr) -> Element:
    start = bound(low, prefix, as_is, "value", sa.Text())
    end = bound(low, prefix, lambda text: None if text is None else prefix_end(text), "prefix_end", sa.Text())
    first, begin = bytewise(low, element, start)
    second, finish = bytewise(low, element, end)
    return sa.and_(first >= begin, second < finish)


def text_test(low: Lowering, call: Call, *, positive: bool) -> Element:
    """`contains`, `starts_with`, `ends_with`; missing counts as the empty text."""
    tree, part = call.arguments
    if call.function == "starts_with" and is_constant(part) and not is_late(tree, low.scope):
        prefix = constant_value(part)
        if prefix is not None and prefix_end(prefix) is not None:
            return settled(_in_range(low, low.value(tree), part), positive=positive)
    text, sought = (sa.func.coalesce(low.value(a), sa.literal("", sa.Text())) for a in (tree, part))
    if low.sqlite:
        return sa.type_coerce(low.function(call.function, text, sought), sa.Boolean())
    match call.function:
        case "contains":
            return sa.func.strpos(text, sought) > sa.literal(0, sa.Integer())
        case "starts_with":
            return sa.func.starts_with(text, sought, type_=sa.Boolean())
    return sa.func.right(text, sa.func.char_length(sought)) == sought
