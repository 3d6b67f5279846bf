"""How many records a list has in all: counted, or told roughly without looking at each of them.

A rough answer is exact as long as it is small. Beyond, PostgreSQL's planner estimates, and SQLite says "at least". The
planner knows how often a value occurs among all records, so its estimate of a filtered list is told only to whoever
reads all records of the entity: to others it would tell of the records of others.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import orjson
from sqlalchemy.engine import Dialect

from runtime.context import Context
from runtime.query.plans import EveryRow, ReadPlan
from runtime.query.run import Runnable, question
from runtime.query.select import LIMIT
from runtime.store.asking import Asking
from runtime.store.prepared import explained

#: So many records are counted one by one where a rough answer is asked for.
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Count:
    """How many records there are, and what the number is: exact, the planner's estimate, or a lower bound."""

    number: int
    basis: Literal["exact", "estimate", "at_least"] = "exact"


def asking_count(
    context: Context, plan: ReadPlan, values: Mapping[str, object], statement: Callable[[Hashable, ReadPlan], Runnable]
) -> Asking[int]:
    """The exact number of the records of a plan."""
    rows = yield question(context, statement("count", replace(plan, kind="count")), values)
    return int(rows[0][0])


def asking_rough_count(
    dialect: Dialect,
    context: Context,
    plan: ReadPlan,
    values: Mapping[str, object],
    statement: Callable[[Hashable, ReadPlan], Runnable],
) -> Asking[Count]:
    """About how many records a plan has, exact up to `MOST_COUNTED`."""
    bounded = statement("count_some", replace(plan, kind="count_some"))
    bound = {**values, LIMIT: MOST_COUNTED + 1}
    rows = yield question(context, bounded, bound)
    counted = int(rows[0][0])
    if counted <= MOST_COUNTED:
        return Count(counted)
    if dialect.name != "postgresql" or not _tells_only_own(plan):
        return Count(MOST_COUNTED, "at_least")
    rows = yield question(context, replace(bounded, prepared=explained(bounded.prepared)), bound)
    estimate = _rounded(_expected_rows(rows[0][0]))
    return Count(estimate, "estimate") if estimate > MOST_COUNTED else Count(MOST_COUNTED, "at_least")


def _tells_only_own(plan: ReadPlan) -> bool:
    access = plan.access
    reads_all = any(isinstance(grant.rows, EveryRow) for grant in access.grants) and not access.denies
    return reads_all or (plan.where is None and not plan.search and plan.segment is None)


def _expected_rows(told: Any) -> int:
    """The rows that the planner expects below the limit of the counting statement."""
    [whole] = orjson.loads(told) if isinstance(told, str | bytes) else told
    node = whole["Plan"]
    while node["Node Type"] != "Limit":
        node = node["Plans"][0]
    return int(node["Plans"][0]["Plan Rows"])


def _rounded(number: int) -> int:
    """Two digits of a number: an estimate knows no more."""
    unit: int = 10 ** max(len(str(number)) - 2, 0)
    return round(number / unit) * unit
