"""Referenced records that come whole beside the one that refers to them, under what the reader may see of each."""

from __future__ import annotations

import sqlalchemy as sa

from forms_dsl.model import Field
from forms_dsl.names import SYSTEM_FIELDS
from runtime.compile.expr_scope import Element
from runtime.query.plans import Expansion, ReadPlan
from runtime.query.rights import Cell, both, cell_of, path_cell
from runtime.query.scope import Statement, value_at
from runtime.query.shown import sealed_cell, shown_pairs
from runtime.query.source import Hops
from runtime.query.wire import json_object


def expanded_columns(
    statement: Statement, plan: ReadPlan, expansion: Expansion, number: int
) -> tuple[list[Element], sa.FromClause | None]:
    """The JSON of the record, its id and its seals, all NULL where it is not shown; and what they need in FROM.

    It is shown where each reference that leads to it is shown in clear and its own row is given: what lies behind a reference
    that this person may not follow cannot be told from nothing.
    """
    if not expansion.columns:
        return _nothing(expansion, number), None
    hops, access = expansion.hops, plan.access_at(expansion.hops)
    id = path_cell(statement, plan.access_at, hops, SYSTEM_FIELDS["id"])
    # A role that reads every row asks nothing of the row, not even that it is there.
    shown = both(id.value.is_not(None), id.clear)
    if isinstance(shown, bool):
        return _nothing(expansion, number), None

    def cell(_: Hops, field: Field) -> Cell:
        return cell_of(statement, access, field, field.name, value_at(statement, hops, field.name), hops, is_granted=True)

    pairs = list(shown_pairs(statement, access, expansion.columns, cell, hops))
    item, lateral = json_object(statement.dialect, pairs, f"x_{number}", statement.source.tables())
    text = sa.cast(item, sa.Text) if statement.dialect == "postgresql" else item
    values = [text, id.value, *(sealed_cell(cell((), column.field)) for column in expansion.sealed)]
    return [sa.case((shown, value), else_=sa.null()).label(_name(number, place)) for place, value in enumerate(values)], lateral


def _nothing(expansion: Expansion, number: int) -> list[Element]:
    return [sa.type_coerce(sa.null(), sa.Text).label(_name(number, place)) for place in range(expansion.width)]


def _name(number: int, place: int) -> str:
    return f"expanded_{number}_{place}"
