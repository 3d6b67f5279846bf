"""How many records two access plans differ by: those of the one that the other does not give, each way, counted by the database.

The plans may be of two releases of an app over the same tables, each read with its own definitions.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.compile.app import CompiledApp
from runtime.compile.expr_scope import LateValues, user_attributes_read
from runtime.context import Context
from runtime.query.late import context_facts
from runtime.query.plans import AccessPlan, EveryRow, OneRecord, OpenCases
from runtime.query.rights import row_conditions
from runtime.query.run import dialect_of
from runtime.query.scope import Statement
from runtime.query.source import Source, root_place

#: The columns of each table that hold now what they will hold under the later release.
Columns = Mapping[str, Collection[str]]
#: What tells one person from another of the same unit and roles.
_PERSONAL = frozenset({"id", "name", "line", "units", "cases"})


class NotThereYet(Exception):
    """A row rule reads a value that only publishing writes."""


@dataclass(frozen=True, slots=True)
class Given:
    """The records that a plan gives, as a SELECT of their ids that still wants the values of a person."""

    select: sa.Select[Any]
    lates: tuple[tuple[CompiledApp, LateValues], ...]
    prefix: str
    #: Equal for two plans that say the same, but for the values of a person.
    text: tuple[str, Mapping[str, object]]
    #: Whether people of one unit and the same roles may get other records each.
    is_personal: bool

    def values(self, context: Context) -> dict[str, object]:
        """The values of a person, by the name of their parameter without the prefix."""
        found: dict[str, object] = {}
        for compiled, late in self.lates:
            found.update(late.values(context_facts(context, compiled)))
        return {name.removeprefix(self.prefix): value for name, value in found.items()}


@dataclass(frozen=True, slots=True)
class Side:
    """What one person gets by one release; nothing where no plan gives anything."""

    given: Given | None
    values: Mapping[str, object]

    def says_as(self, other: Side) -> bool:
        """Whether two sides are sure to give the same records."""
        if self.given is None or other.given is None:
            return self.given is other.given
        return self.given.text == other.given.text and self.values == other.values


@dataclass(frozen=True, slots=True)
class Difference:
    """So many records come, and so many go."""

    gained: int
    lost: int


def by_roles(plan: AccessPlan | None) -> AccessPlan | None:
    """The plan without what open work alone gives, which follows the cases of a day and no definition."""
    if plan is None:
        return None
    grants = tuple(grant for grant in plan.grants if not isinstance(grant.rows, OpenCases))
    return replace(plan, grants=grants, fingerprint=(plan.fingerprint, "by roles")) if grants else None


def given_by(connection: Connection, plan: AccessPlan, prefix: str, columns: Columns) -> Given:
    """The records of a plan; raises NotThereYet where a rule reads what is not in its column yet."""
    statement = Statement(dialect_of(connection), Source(root_place(plan.compiled, plan.entity)), prefix=prefix)
    table = statement.source.root.table
    conditions = row_conditions(statement, plan)
    select = sa.select(table.c.id.label("id")).select_from(statement.source.from_clause()).where(*conditions)
    if "deleted_at" in table.c:
        select = select.where(table.c.deleted_at.is_(None))
    _refuse_missing(select, columns)
    compiled = select.compile(dialect=connection.dialect)
    plain = {name.removeprefix(prefix): value for name, value in compiled.params.items()}
    rules = [grant.rows for grant in plan.grants if not isinstance(grant.rows, EveryRow | OneRecord | OpenCases)]
    read = frozenset().union(*(user_attributes_read(rule.tree) for rule in (*rules, *plan.denies)))
    text = str(compiled).replace(prefix, "")
    return Given(select, tuple(statement.lates.values()), prefix, (text, plain), bool(read & _PERSONAL))


def count_difference(connection: Connection, before: Side, after: Side) -> Difference:
    """How many records one side gives beyond the other."""
    selects, values = [], dict[str, object]()
    for side, bit in ((before, "1"), (after, "2")):
        if side.given is not None:
            selects.append(side.given.select.add_columns(sa.literal_column(bit).label("bit")))
            values |= {side.given.prefix + name: value for name, value in side.values.items()}
    if not selects:
        return Difference(0, 0)
    each = sa.union_all(*selects).subquery()
    held = sa.select(sa.func.sum(each.c.bit).label("bits")).group_by(each.c.id).subquery()
    came, went = (sa.func.count(sa.case((held.c.bits == sa.literal_column(bits), 1))) for bits in ("2", "1"))
    row = connection.execute(sa.select(came, went), values).one()
    return Difference(row[0], row[1])


def count_records(connection: Connection, table: sa.Table, limit: int) -> int:
    """How many records a table holds; beyond the limit only that there are more."""
    some = sa.select(sa.literal_column("1").label("x")).select_from(table).limit(limit + 1).subquery()
    return int(connection.execute(sa.select(sa.func.count()).select_from(some)).scalar_one())


def _refuse_missing(select: sa.Select[Any], columns: Columns) -> None:
    for element in sa.sql.visitors.iterate(select):
        if isinstance(element, sa.Column):
            table: object = element.table
            while isinstance(table, sa.Alias):
                table = table.element
            there = columns.get(table.name) if isinstance(table, sa.Table) else None
            if there is not None and element.name not in there:
                raise NotThereYet(element.name)
