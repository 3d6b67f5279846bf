"""The SQL form of the functions that give texts and days."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from forms_dsl.expr.calendars import BusinessDays, spell_days
from forms_dsl.expr.tree import Call
from runtime.compile.expr_scope import Element
from runtime.compile.expr_values import Lowering, bound, column_type, exact
from runtime.store.types import Day


def lower_function(low: Lowering, call: Call) -> Element:
    """A function whose result is a text or a day."""
    type = column_type(call.type)
    return sa.type_coerce(_element(low, call), type)


def _element(low: Lowering, call: Call) -> Element:
    name, arguments = call.function, call.arguments
    match name:
        case "text":
            return _canonical(low, call)
        case "concat":
            parts: list[Element] = [sa.func.coalesce(low.value(a), sa.literal("", sa.Text()), type_=sa.Text()) for a in arguments]
            joined = parts[0]
            for part in parts[1:]:
                joined = joined.concat(part)
            return sa.func.nullif(joined, sa.literal("", sa.Text()))
        case "add_business_days" | "is_business_day" | "business_days_between":
            return on_calendar(low, call)
        case "date_of":
            return low.function("date_of", low.value(arguments[0]), sa.literal(low.scope.timezone, sa.Text()))  # type: ignore[no-any-return]
    values = [exact(low, low.number(a)) if a.type.name == "number" else low.value(a) for a in arguments]
    return low.function(name, *values)  # type: ignore[no-any-return]


def on_calendar(low: Lowering, call: Call) -> Element:
    """A function of business days: the table is bound, in SQLite as one text, in PostgreSQL as the business days and the span."""
    *arguments, table = call.arguments
    values = [exact(low, low.number(a)) if a.type.name == "number" else low.value(a) for a in arguments]
    if low.sqlite:
        return low.function(call.function, *values, bound(low, table, _spelled, "calendar", sa.Text()))  # type: ignore[no-any-return]
    days = sa.cast(bound(low, table, _array, "business_days", sa.Text()), ARRAY(sa.Date()))
    span = [sa.cast(bound(low, table, edge, name, Day()), sa.Date()) for name, edge in _EDGES.items()]
    return low.function(call.function, *values, days, *span)  # type: ignore[no-any-return]


def _spelled(table: BusinessDays | None) -> object:
    return None if table is None else spell_days(table)


def _array(table: BusinessDays | None) -> object:
    return None if table is None else "{" + ",".join(day.isoformat() for day in table.days) + "}"


_EDGES: dict[str, Callable[[BusinessDays | None], object]] = {
    "first": lambda table: None if table is None else table.first,
    "last": lambda table: None if table is None else table.last,
}


def _canonical(low: Lowering, call: Call) -> Element:
    """`text(x)`: SQLite keeps exact numbers and days as this very text."""
    inner = call.arguments[0]
    match inner.type.name:
        case "number":
            number = exact(low, low.number(inner))
            return number if low.sqlite else sa.func.lc.text_number(number)
        case "date":
            return low.value(inner) if low.sqlite else sa.func.to_char(low.value(inner), sa.literal("YYYY-MM-DD", sa.Text()))
    return low.value(inner)
