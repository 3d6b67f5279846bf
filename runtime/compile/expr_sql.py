"""The tree as SQL for SQLite and PostgreSQL: SQLAlchemy Core elements with bound parameters, never text.

Conditions are lowered by polarity (language.md 15.3): plain where NULL is as good as false, so that indexes serve, and never
NULL where they are negated or are values. What depends on no row is computed in Python once per request and bound.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import Grouping
from sqlalchemy.types import TypeEngine

from forms_dsl.expr import bounds
from forms_dsl.expr.tree import Aggregate, Call, Constant, Expr, Ref, ValueType
from runtime.compile.expr_aggregates import lower_aggregate
from runtime.compile.expr_comparisons import among, equal, has, in_tree, is_missing, ordered, settled, text_test, units_in
from runtime.compile.expr_numbers import lower_number
from runtime.compile.expr_people import in_set
from runtime.compile.expr_scope import Element, SqlScope, is_constant, is_late
from runtime.compile.expr_texts import lower_function
from runtime.compile.expr_values import (
    Lowering,
    Number,
    bound,
    column_type,
    constant_value,
    exact,
    native_type,
    null,
    rescaled,
    typed_bound,
)
from runtime.store.types import ScaledDecimal

#: Computed from the instants, so that they have no column of their own.
_DAYS_OF = {"created_on": "created_at", "changed_on": "changed_at"}
_INSTANT = ValueType("datetime")


def lower(tree: Expr, scope: SqlScope, *, positive: bool = True) -> Element:
    """The expression as SQL: a condition by its position, any other value as itself.

    `positive` is True for WHERE, AND and OR under it, CASE WHEN and EXISTS; False under NOT and in a SELECT.
    """
    low = _lowering(scope)
    return low.condition(tree, positive=positive) if tree.type.name == "boolean" else low.value(tree)


def lower_units(root: Expr, scope: SqlScope) -> sa.Select[tuple[str]]:
    """The ids of the units in the tree of `… in user.branch_tree`, whose right side this is."""
    return units_in(_lowering(scope), root)


def lower_value(tree: Expr, scope: SqlScope) -> Element:
    """The value for a SELECT; its type turns what the database gives into the value of Python.

    A boolean field that is missing stays NULL.
    """
    return _lowering(scope).value(tree)


def lower_column(tree: Expr, scope: SqlScope, type: TypeEngine[Any]) -> Element:
    """The value as a column of this type keeps it: a computed field reads and sorts like a stored one.

    A number is rounded to the column's scale; it is missing when the column could not hold it.
    """
    low = _lowering(scope)
    match type:
        case ScaledDecimal(scale=scale):
            return _fitted(low, tree, type, scale, 18)
        case sa.Integer():
            return _fitted(low, tree, type, 0, 15)
    return sa.type_coerce(low.value(tree), type)


def lower_text(tree: Expr, scope: SqlScope) -> Element:
    """A number as its canonical text, as JSON wants it; other values as `lower_value`."""
    low = _lowering(scope)
    if tree.type.name != "number":
        return low.value(tree)
    number = exact(low, low.number(tree))
    return sa.type_coerce(number if low.sqlite else sa.func.lc.text_number(number), sa.Text())


def order_key(tree: Expr, scope: SqlScope) -> Element:
    """What to sort by, where a number without a known scale stands as text in SQLite."""
    low = _lowering(scope)
    if tree.type.name != "number":
        return low.value(tree)
    number = low.number(tree)
    if not low.sqlite or number.scale is not None:
        return number.element
    return sa.type_coerce(sa.func.lc_order_key(number.element), sa.Text())


def _lowering(scope: SqlScope) -> Lowering:
    return Lowering(scope, _value, _number, _condition)


def _fitted(low: Lowering, tree: Expr, type: TypeEngine[Any], scale: int, digits: int) -> Element:
    number = low.number(tree)
    known, limit = bounds.of_type(tree.type)
    fits = known <= scale and min(limit, number.limit) < Decimal(10 ** (digits - scale))
    if low.sqlite and fits and number.scale is not None and number.scale <= scale:
        native = rescaled(number, scale)
        if native is not None:
            return sa.type_coerce(native, type)
    element = number.element
    if low.sqlite or not fits:
        element = low.function("scaled", exact(low, number), sa.literal(scale, sa.Integer()), sa.literal(digits, sa.Integer()))
    if not low.sqlite and not (isinstance(element.type, ScaledDecimal) and element.type.scale == scale):
        # The very type of the column: its number of decimals shows in the text.
        element = sa.cast(element, sa.BigInteger() if isinstance(type, sa.Integer) else sa.Numeric(digits, scale))
    return sa.type_coerce(element, type)


def _number(low: Lowering, tree: Expr) -> Number:
    return lower_number(low, _plain(tree))


def _plain(tree: Expr) -> Expr:
    """A lookup as what its table says."""
    return tree.arguments[-1] if isinstance(tree, Call) and tree.function == "lookup" else tree


def _value(low: Lowering, tree: Expr) -> Element:
    tree = _plain(tree)
    if is_late(tree, low.scope):
        return null(low, tree.type) if isinstance(tree, Constant) and tree.value is None else typed_bound(low, tree)
    match tree:
        case Ref():
            return _column(low, tree)
        case Aggregate():
            return lower_aggregate(low, tree)
        case Call(function="if" | "coalesce" | "min" | "max") if tree.type.name != "number":
            return _one_of(low, tree)
    if tree.type.name == "number":
        number = low.number(tree)
        return sa.type_coerce(number.element, native_type(number.scale) if low.sqlite else number.element.type)
    if tree.type.name == "boolean" and not (isinstance(tree, Call) and tree.function == "is_business_day"):
        # In brackets: SQLAlchemy does not see through the type that a NOT needs them.
        return sa.type_coerce(Grouping(low.condition(tree, positive=False)), sa.Boolean())
    return lower_function(low, tree) if isinstance(tree, Call) else null(low, tree.type)


def _column(low: Lowering, ref: Ref) -> Element:
    name = ref.path[-1] if ref.path else ""
    if name in _DAYS_OF:
        instant = replace(ref, path=(*ref.path[:-1], _DAYS_OF[name]), type=_INSTANT)
        return lower_function(low, Call(ref.type, "date_of", (instant,), ref.span))
    if ref.root == "row" and low.row is not None:
        return low.row.column(ref.path)
    if ref.root == "outer" and low.scope.parent is not None:
        return low.scope.parent.column(ref.path)
    return low.scope.column(ref.path)


def _one_of(low: Lowering, call: Call) -> Element:
    """`if`, `coalesce`, `min`, `max` over other values than numbers."""
    type = column_type(call.type)
    values = [sa.type_coerce(low.value(a), type) for a in (call.arguments[1:] if call.function == "if" else call.arguments)]
    if call.function == "if":
        chosen: Element = sa.case((low.condition(call.arguments[0], positive=True), values[0]), else_=values[1])
    elif len(values) == 1:
        chosen = values[0]
    elif call.function == "coalesce":
        chosen = sa.func.coalesce(*values)
    elif low.sqlite:
        chosen = low.function("least" if call.function == "min" else "greatest", *values)
    else:
        first = sa.collate(values[0], "C") if call.type.name == "text" else values[0]
        chosen = (sa.func.least if call.function == "min" else sa.func.greatest)(first, *values[1:])
    return sa.type_coerce(chosen, type)


def _condition(low: Lowering, tree: Expr, positive: bool) -> Element:
    tree = _plain(tree)
    if is_late(tree, low.scope):
        if is_constant(tree):
            return sa.true() if constant_value(tree) is True else sa.false()
        return bound(low, tree, bool, "condition", sa.Boolean())
    match tree:
        case Call(function="and", arguments=parts):
            return sa.and_(*(low.condition(part, positive=positive) for part in parts))
        case Call(function="or", arguments=parts):
            return sa.or_(*(low.condition(part, positive=positive) for part in parts))
        case Call(function="not", arguments=(inner,)):
            return sa.not_(low.condition(inner, positive=False))
        case Call(function="eq", arguments=(left, right)):
            left, right = _instants(left), _instants(right)
            return equal(low, left, right, positive=positive)
        case Call(function="lt" | "le" | "gt" | "ge"):
            return ordered(low, replace(tree, arguments=tuple(_instants(a) for a in tree.arguments)), positive=positive)
        case Call(function="in"):
            return among(low, tree, positive=positive)
        case Call(function="has"):
            return has(low, tree, positive=positive)
        case Call(function="in_tree"):
            return in_tree(low, tree, positive=positive)
        case Call(function="in_set"):
            return in_set(low, tree, positive=positive)
        case Call(function="is_missing", arguments=(inner,)):
            return is_missing(low, inner)
        case Call(function="contains" | "starts_with" | "ends_with"):
            return text_test(low, tree, positive=positive)
        case Aggregate(function="any" | "all"):
            return lower_aggregate(low, tree)
    return settled(low.value(tree), positive=positive)


def _instants(tree: Expr) -> Expr:
    """`created_on` as the day of `created_at`, so that a comparison can be a range of instants."""
    if isinstance(tree, Ref) and tree.root in ("record", "row") and tree.path and tree.path[-1] in _DAYS_OF:
        instant = replace(tree, path=(*tree.path[:-1], _DAYS_OF[tree.path[-1]]), type=_INSTANT)
        return Call(tree.type, "date_of", (instant,), tree.span)
    return tree
