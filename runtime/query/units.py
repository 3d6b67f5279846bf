"""Lists of what a subtree of units may see, gathered unit by unit so that they keep the order of an index.

Through an index on the order alone a database passes every row of the bank to find the fifty of one unit. Through the units
it reads the first rows of each in their order and merges them, so this is for few units.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from forms_dsl.expr.tree import Call, Expr, Expression, Ref
from runtime.compile.expr_scope import Element
from runtime.compile.expr_sql import lower_units
from runtime.compile.tables import column_of
from runtime.query.plans import ReadPlan
from runtime.query.scope import FullScope, Statement
from runtime.query.source import column_at


@dataclass(frozen=True, slots=True)
class UnitRule:
    """A row rule `unit.path in user.branch_tree`: the field that refers to the unit, and the tree."""

    unit: str
    tree: Expr

    def units(self, statement: Statement) -> sa.Select[tuple[str]]:
        """The units of the tree."""
        return lower_units(self.tree, FullScope(statement))

    def column(self, statement: Statement) -> Element:
        """The column of the unit in a statement's own record."""
        return column_at(statement.source.root, self.unit)


def unit_rule(plan: ReadPlan) -> UnitRule | None:
    """The rule by which a list may be gathered unit by unit: all its rows are under it, and an index has the unit before the order."""
    rules = {grant.rows.source if isinstance(grant.rows, Expression) else grant.rows for grant in plan.access.grants}
    rows = plan.access.grants[0].rows
    if plan.kind != "list" or plan.skips or plan.words or len(rules) != 1 or not isinstance(rows, Expression):
        return None
    found = next(_unit_rules(rows.tree), None)
    asked = {path for each in (plan.where, plan.filter) if each is not None for path in each.reads}
    # Who names the unit has most likely chosen one, and the index begins with it anyway.
    return found if found is not None and (found.unit,) not in asked and _is_indexed(plan, found.unit) else None


def _unit_rules(tree: Expr) -> Iterator[UnitRule]:
    match tree:
        case Call(function="and", arguments=parts):
            for part in parts:
                yield from _unit_rules(part)
        case Call(function="in_tree", arguments=(Ref(root="record", path=(unit, "path")), Ref(root="user") as tree_of)):
            yield UnitRule(unit, tree_of)


def _is_indexed(plan: ReadPlan, unit: str) -> bool:
    entity = plan.access.entity
    if any(key.hops for key in plan.order):
        return False
    columns = [(column_of(entity.entity, entity.table, name), falls) for name, falls in _parts(plan, unit)]
    wanted = [(column.name, falls) for column, falls in columns if column is not None]
    indexes = ([_part(each) for each in index.expressions] for index in entity.table.indexes)
    return len(wanted) == len(columns) and any(parts[: len(wanted)] == wanted for parts in indexes)


def _parts(plan: ReadPlan, unit: str) -> Iterator[tuple[str, bool]]:
    yield unit, False
    yield from ((key.field.name, key.descending) for key in plan.order)
    yield "id", bool(plan.order) and plan.order[-1].descending


def _part(element: object) -> tuple[str, bool]:
    inner = getattr(element, "element", None)
    return (inner.name, True) if isinstance(inner, sa.Column) else (getattr(element, "name", ""), False)
