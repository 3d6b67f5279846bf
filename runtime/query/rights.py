"""Access plans as SQL: which rows, and for each cell whether it is shown in clear, masked or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from forms_dsl.expr.tree import Expression
from forms_dsl.model import Field
from forms_dsl.names import SYSTEM_FIELDS
from runtime.compile.access import Shows
from runtime.compile.expr_scope import Element
from runtime.query.plans import AccessPlan, EveryRow, Grant, OneRecord, OpenCases
from runtime.query.scope import FullScope, Statement, condition, denial, value_at
from runtime.query.source import Hops
from runtime.store.tables import wf_work, wf_work_person

#: Names of the values that a plan of cases is bound to.
CASE_RECORD, CASE_PERSON = "case_record", "case_person"

#: True: on every row of the plan. False: on none. Else the rows for which it holds.
When = sa.ColumnElement[bool] | bool


@dataclass(frozen=True, slots=True)
class Cell:
    """The value of a field at a place, with the rows on which it is shown in clear and those on which masked."""

    value: Element
    clear: When
    masked: When

    @property
    def known(self) -> Element:
        """The value where it is shown in clear, else missing: all that a filter or an order may use."""
        if self.clear is True:
            return self.value
        if self.clear is False:
            return sa.type_coerce(sa.null(), self.value.type)
        return sa.case((self.clear, self.value), else_=sa.null())


def row_conditions(statement: Statement, access: AccessPlan, hops: Hops = ()) -> list[sa.ColumnElement[bool]]:
    """The conditions for a row to be granted: some grant, no denial."""
    granted = _any_of(statement, access, hops, _every)
    parts = [granted] if not isinstance(granted, bool) else [] if granted else [sa.false()]
    return [*parts, *denial_conditions(statement, access, hops)]


def denial_conditions(statement: Statement, access: AccessPlan, hops: Hops = ()) -> list[sa.ColumnElement[bool]]:
    """What no grant gives: the rows that a denial takes away."""
    return [denial(FullScope(statement, hops), rule) for rule in access.denies]


def grant_condition(statement: Statement, access: AccessPlan, grant: Grant, hops: Hops = ()) -> When:
    """The rows of one grant."""
    match grant.rows:
        case EveryRow():
            return True
        case OneRecord():
            return statement.source.at(hops).table.c.id == sa.bindparam(CASE_RECORD, type_=sa.String())
        case OpenCases():
            work = (
                sa.select(wf_work.c.record_id)
                .join(wf_work_person, wf_work_person.c.work_id == wf_work.c.id)
                .where(
                    wf_work_person.c.person_id == sa.bindparam(CASE_PERSON, type_=sa.String()),
                    wf_work.c.state == sa.literal_column("'open'"),
                    wf_work.c.app == sa.literal(access.compiled.app.name),
                )
            )
            return statement.source.at(hops).table.c.id.in_(work)
        case Expression() as expression:
            return condition(FullScope(statement, hops), expression)


def cell_of(
    statement: Statement,
    access: AccessPlan,
    field: Field,
    path: str,
    value: Element,
    hops: Hops = (),
    *,
    is_granted: bool = False,
) -> Cell:
    """The cell of a field; `path` is its name in field rights.

    At the statement's own record the row itself is known to be granted; at the end of a path it is not, unless its reader
    shows the cell only where the row `is_granted`.
    """
    known = is_granted or not hops
    if SYSTEM_FIELDS.get(field.name) is field:
        return Cell(value, _granted(statement, access, hops, _every, is_known=known), False)

    def shown(level: Shows) -> When:
        return _granted(statement, access, hops, lambda grant: access.right(grant, path).shows == level, is_known=known)

    return Cell(value, shown("clear"), shown("masked"))


def path_cell(statement: Statement, plans: Callable[[Hops], AccessPlan], hops: Hops, field: Field) -> Cell:
    """The cell of a field at the end of a path of references, each of which must itself be shown in clear."""
    end = cell_of(statement, plans(hops), field, field.name, value_at(statement, hops, field.name), hops)
    clear, masked = end.clear, end.masked
    for position, hop in enumerate(hops):
        before = hops[:position]
        plan = plans(before)
        reference = plan.entity.entity.fields.get(hop) or SYSTEM_FIELDS[hop]
        link = cell_of(statement, plan, reference, hop, value_at(statement, before, hop), before)
        clear, masked = both(clear, link.clear), both(masked, link.clear)
    return Cell(end.value, clear, masked)


def both(first: When, second: When) -> When:
    """The rows for which both hold."""
    if first is False or second is False:
        return False
    if first is True:
        return second
    return first if second is True else sa.and_(first, second)


def _every(grant: Grant) -> bool:
    return True


def _granted(statement: Statement, access: AccessPlan, hops: Hops, counts: Callable[[Grant], bool], *, is_known: bool) -> When:
    """The rows that some grant which counts gives; `is_known` where it is asked only of rows that the plan gives."""
    if is_known and all(counts(grant) for grant in access.grants):
        return True
    granted = _any_of(statement, access, hops, counts)
    for denied in () if is_known else denial_conditions(statement, access, hops):
        granted = both(granted, denied)
    return granted


def _any_of(statement: Statement, access: AccessPlan, hops: Hops, counts: Callable[[Grant], bool]) -> When:
    found = [grant for grant in access.grants if counts(grant)]
    if not found:
        return False
    if any(isinstance(grant.rows, EveryRow) for grant in found):
        return True
    # Two roles with the same rule need it once.
    rules = {g.rows.source if isinstance(g.rows, Expression) else g.rows: g for g in found}
    parts = [rule for g in rules.values() if not isinstance(rule := grant_condition(statement, access, g, hops), bool)]
    return parts[0] if len(parts) == 1 else sa.or_(*parts)
