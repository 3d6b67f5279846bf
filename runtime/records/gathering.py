"""Whether a list is gathered unit by unit: a matter of speed only, since its statement asks the row rule either way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable
from dataclasses import dataclass, replace

from sqlalchemy.engine import Dialect

from runtime.context import Context
from runtime.identity.organisation import asking_units_below
from runtime.query.plans import ReadPlan
from runtime.query.units import unit_rule
from runtime.store.asking import Asking

#: How long a unit counts as having so many below it.
_FRESH = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Counted:
    """Whether the tree below a unit has few units, as it was seen at a moment."""

    few: bool
    at: dt.datetime


def asking_gathered(dialect: Dialect, context: Context, shape: Hashable, plan: ReadPlan) -> Asking[ReadPlan]:
    """A list's plan, gathered unit by unit where that reads fewer rows: where the user's tree has few units of all there are."""
    if context.principal.unit_path is None:
        return plan
    cache = plan.access.compiled.cache
    if not cache.get_or_make(("unit rule", shape), lambda: unit_rule(plan) is not None):
        return plan
    path = context.principal.unit_path
    known: dict[str, _Counted] = cache.get_or_make("units below", dict)
    found = known.get(path)
    if found is None or not found.at <= context.now < found.at + _FRESH:
        below, all = yield from asking_units_below(dialect, path)
        # A page's rows of each unit, against one row in so many of the whole order: the two meet at the root.
        found = known[path] = _Counted(below * below <= all, context.now)
    if found.few:
        return replace(plan, by_unit=True)
    # Left to itself SQLite collects all records of the units and sorts them: 31 ms for 10,000, against 0.2 in the order's index.
    return replace(plan, by_order=dialect.name == "sqlite")
