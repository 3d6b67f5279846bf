"""Groups of records with their measures: one SELECT with GROUP BY under the same rights as a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from forms_dsl.expr.tree import Expression
from runtime.compile.expr_sql import lower_text
from runtime.query.plans import ReadPlan
from runtime.query.run import Runnable, compile_select, dialect_name
from runtime.query.select import LIMIT, Selecting, record_conditions


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """A question for groups: which records count, what they are grouped by, and what is measured."""

    read: ReadPlan
    groups: tuple[Expression, ...]
    measures: tuple[Expression, ...]


def compile_groups(plan: GroupPlan, dialect: Dialect) -> Runnable:
    """The statement of a group plan, ready to run many times; its rows are the groups' values, then the measures.

    Numbers come as canonical texts. A cell that is not shown in clear counts as missing.
    """
    selecting = Selecting(plan.read, dialect_name(dialect))
    scope = selecting.reader()
    groups = [lower_text(each.tree, scope).label(f"group_{n}") for n, each in enumerate(plan.groups)]
    measures = [lower_text(each.tree, scope).label(f"measure_{n}") for n, each in enumerate(plan.measures)]
    conditions = list(record_conditions(selecting))
    select: sa.Select[Any] = (
        sa.select(*groups, *measures).select_from(selecting.statement.source.from_clause()).where(*conditions)
    )
    # By name: a repeated expression would have parameters of its own, which PostgreSQL takes for another expression.
    select = select.group_by(*(sa.literal_column(group.name) for group in groups)).limit(sa.bindparam(LIMIT, type_=sa.Integer()))
    return compile_select(select, selecting.statement, dialect)
