"""The tables that expressions read, as far as screens carry them: a window around today; beyond it the browser asks the server."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from forms_dsl.checks.trees import expressions, parts, things
from forms_dsl.expr.calendars import BusinessDays
from forms_dsl.expr.functions import FUNCTIONS
from forms_dsl.expr.json_values import rates_json
from forms_dsl.expr.tree import Call, Ref
from forms_dsl.working_days import business_days
from runtime.compile.app import CompiledApp

#: Days of the calendar before and after today that a form is likely to count over.
_BEFORE, _AFTER = dt.timedelta(400), dt.timedelta(1100)
#: Rates of the last days; older ones are asked for.
_RATES = dt.timedelta(100)


def app_business_days(compiled: CompiledApp) -> BusinessDays | None:
    """The business days of the calendar that an app names; None when it names none."""
    return compiled.cache.get_or_make("business days", lambda: _business_days(compiled))


def draw_tables(compiled: CompiledApp, today: dt.date) -> dict[str, object]:
    """The part of each table that the expressions of the app's forms may read."""
    read = compiled.cache.get_or_make("tables read", lambda: _tables_read(compiled))
    drawn: dict[str, object] = {}
    calendar = app_business_days(compiled)
    if "calendar" in read and calendar is not None:
        drawn["calendar"] = _cut(calendar, today)
    if "rates" in read and compiled.kept.rates is not None:
        drawn["rates"] = rates_json(compiled.kept.rates, today - _RATES)
    return drawn


def parameters_read(compiled: CompiledApp) -> frozenset[str]:
    """The parameters that forms and entities read, so that forms compute with them while somebody types."""
    return compiled.cache.get_or_make("parameters read", lambda: frozenset(_parameters_read(compiled)))


def _parameters_read(compiled: CompiledApp) -> Iterator[str]:
    for thing in (*compiled.app.entities.values(), *compiled.app.forms.values()):
        for expression in expressions(thing):
            for part in parts(expression.tree):
                if isinstance(part, Ref) and part.root == "param":
                    yield part.path[0]


def _business_days(compiled: CompiledApp) -> BusinessDays | None:
    calendar = compiled.app.calendars.get(compiled.app.calendar or "")
    return None if calendar is None else business_days(calendar)


def _tables_read(compiled: CompiledApp) -> frozenset[str]:
    found = set()
    for thing in things(compiled.app):
        for expression in expressions(thing):
            for part in parts(expression.tree):
                function = FUNCTIONS.get(part.function) if isinstance(part, Call) else None
                if function is not None and function.table is not None:
                    found.add(function.table)
    return frozenset(found)


def _cut(calendar: BusinessDays, today: dt.date) -> dict[str, object]:
    first, last = max(calendar.first, today - _BEFORE), min(calendar.last, today + _AFTER)
    days = calendar.flags[max((first - calendar.first).days, 0) : max((last - calendar.first).days + 1, 0)]
    is_cut = first > calendar.first or last < calendar.last
    return {"first": first.isoformat(), "days": days, **({"cut": True} if is_cut else {})}
