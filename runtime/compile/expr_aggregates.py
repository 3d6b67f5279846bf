"""The SQL form of aggregates: over child rows and related records by a subquery, over a report's group in place.

The value is computed in an inner derived table: an aggregate that mentions only outer columns would otherwise belong to
the outer query (SQLite silently gives one row, PostgreSQL an error).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from forms_dsl.expr.bounds import LIMIT, of_type
from forms_dsl.expr.tree import Aggregate, Expr
from runtime.compile.expr_scope import Element, RowSource
from runtime.compile.expr_values import EXACT, WHOLE, Lowering, Number, column_type, exact, native_type, raw

_HALF = 10**9


def lower_aggregate(low: Lowering, tree: Aggregate) -> Element:
    """The value of an aggregate; conditions (`any`, `all`) are never NULL."""
    if tree.rows.root == "group":
        return _over_group(low, tree)
    source = low.scope.rows(tree.rows)
    inner = replace(low, row=source)
    where = [source.condition]
    if tree.condition is not None:
        where.append(inner.condition(tree.condition, positive=True))
    if tree.value is None or tree.function == "count":
        counted = sa.select(sa.func.count()).select_from(source.table).where(*where).correlate_except(source.table)
        return sa.type_coerce(counted.scalar_subquery(), WHOLE)
    if tree.function in ("any", "all"):
        return _exists(inner, source, where, tree.value, some=tree.function == "any")
    element, number = _measured(inner, tree.value)
    derived = sa.select(element.label("x")).select_from(source.table).where(*where).correlate_except(source.table).subquery()
    column = sa.type_coerce(derived.c.x, element.type)
    folded = _fold(low, tree, replace(number, element=column) if number else None, column)
    return sa.type_coerce(sa.select(folded).select_from(derived).scalar_subquery(), folded.type)


def _measured(low: Lowering, value: Expr) -> tuple[Element, Number | None]:
    if value.type.name != "number":
        return sa.type_coerce(low.value(value), column_type(value.type)), None
    number = low.number(value)
    return (
        sa.type_coerce(raw(number), native_type(number.scale)) if low.sqlite and number.scale is not None else number.element
    ), number


def _exists(low: Lowering, source: RowSource, where: list[Element], tested: Expr, *, some: bool) -> Element:
    value = low.condition(tested, positive=some)
    rows = sa.select(sa.literal(1)).select_from(source.table).where(*where, value if some else sa.not_(value))
    found = sa.exists(rows.correlate_except(source.table))
    return found if some else sa.not_(found)


def _fold(low: Lowering, tree: Aggregate, number: Number | None, column: Element) -> Element:
    """The aggregate function over a column of values."""
    if tree.function in ("min", "max") or number is None:
        return _extreme(low, tree.function, number, column)
    total = _total(low, number)
    if tree.function == "sum":
        return total
    count = Number(sa.type_coerce(sa.func.count(column), WHOLE), 0, LIMIT)
    average = low.function("div", total, exact(low, count))
    return sa.type_coerce(average, EXACT)


def _total(low: Lowering, number: Number) -> Element:
    if not low.sqlite:
        nothing = sa.cast(sa.literal(0, sa.Integer()), sa.Numeric())
        return sa.type_coerce(sa.func.lc.fin(sa.func.coalesce(sa.func.sum(exact(low, number)), nothing)), EXACT)
    if number.scale is None:
        # An aggregate of our own is not called at all when there are no rows.
        total: Any = sa.case((sa.func.count() == 0, sa.literal("0", sa.Text())), else_=sa.func.lc_total(number.element))
        return sa.type_coerce(total, EXACT)
    # The sum of many integers leaves 64 bits; the sums of their halves do not.
    whole, half = raw(number), sa.literal(_HALF, WHOLE)
    high = sa.func.sum(whole.op("/", return_type=WHOLE)(half))
    low_part = sa.func.sum(whole.op("%", return_type=WHOLE)(half))
    return sa.type_coerce(sa.func.lc_halves(high, low_part, number.scale), EXACT)


def _extreme(low: Lowering, name: str, number: Number | None, column: Element) -> Element:
    if number is not None and low.sqlite and number.scale is None:
        function = sa.func.lc_smallest if name == "min" else sa.func.lc_largest
        return sa.type_coerce(function(number.element), EXACT)
    pick: Any = sa.func.min if name == "min" else sa.func.max
    value = sa.collate(column, "C") if isinstance(column.type, sa.Text) and not low.sqlite else column
    return sa.type_coerce(pick(value), column.type)


def _over_group(low: Lowering, tree: Aggregate) -> Element:
    """Over the records of a report's group: the aggregate function itself."""
    one = sa.literal(1, sa.Integer())
    if tree.value is None or tree.function == "count":
        counted = one if tree.condition is None else sa.case((low.condition(tree.condition, positive=True), one))
        return sa.type_coerce(sa.func.count() if tree.condition is None else sa.func.count(counted), WHOLE)
    if tree.function == "any":
        return sa.func.count(sa.case((low.condition(tree.value, positive=True), one))) > sa.literal(0, WHOLE)
    if tree.function == "all":
        return sa.func.count(sa.case((sa.not_(low.condition(tree.value, positive=False)), one))) == sa.literal(0, WHOLE)
    element, number = _measured(low, tree.value)
    return _fold(low, tree, number, element)


def aggregate_number(low: Lowering, tree: Aggregate) -> Number:
    """An aggregate that gives a number, in its representation."""
    element = lower_aggregate(low, tree)
    match element.type:
        case sa.Integer():
            return Number(element, 0, of_type(tree.type)[1])
        case _ if hasattr(element.type, "scale") and low.sqlite and not isinstance(element.type, type(EXACT)):
            return Number(element, element.type.scale, of_type(tree.type)[1])
    return Number(element, None, of_type(tree.type)[1])
