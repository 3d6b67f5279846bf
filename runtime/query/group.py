"""Groups of records with their measures: one SELECT with GROUP BY under the same rights as a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from forms_dsl.expr.tree import Expression
from runtime.compile.expr_sql import lower, lower_text
from runtime.query.plans import AccessPlan, ReadPlan
from runtime.query.rights import row_conditions
from runtime.query.run import Runnable, compile_select
from runtime.query.select import LIMIT, Selecting


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """A question for groups: what they are grouped by, what is measured, and which records count."""

    access: AccessPlan
    groups: tuple[Expression, ...]
    measures: tuple[Expression, ...]
    filter: Expression | None = None
    targets: Mapping[tuple[str, ...], AccessPlan] = field(default_factory=dict)


def compile_groups(plan: GroupPlan, dialect: Dialect) -> Runnable:
    """The statement of a group plan, ready to run many times; its rows are the groups' values, then the measures.

    Numbers come as canonical texts. A cell that is not shown in clear counts as missing.
    """
    read = ReadPlan(plan.access, targets=plan.targets)
    selecting = Selecting(read, "postgresql" if dialect.name == "postgresql" else "sqlite")
    scope = selecting.reader()
    groups = [lower_text(each.tree, scope).label(f"group_{n}") for n, each in enumerate(plan.groups)]
    measures = [lower_text(each.tree, scope).label(f"measure_{n}") for n, each in enumerate(plan.measures)]
    conditions = row_conditions(selecting.statement, plan.access)
    if "deleted_at" in selecting.table.c:
        conditions.append(selecting.table.c.deleted_at.is_(None))
    if plan.filter is not None:
        conditions.append(lower(plan.filter.tree, scope, positive=True))
    select: sa.Select[Any] = (
        sa.select(*groups, *measures).select_from(selecting.statement.source.from_clause()).where(*conditions)
    )
    # By name: a repeated expression would have parameters of its own, which PostgreSQL takes for another expression.
    select = select.group_by(*(sa.literal_column(group.name) for group in groups)).limit(sa.bindparam(LIMIT, type_=sa.Integer()))
    return compile_select(select, selecting.statement, dialect)
