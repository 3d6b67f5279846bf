"""What the cells of a record become in its JSON: in clear, masked or left out, child rows as lists, encrypted values beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import sqlalchemy as sa

from forms_dsl.model import Field
from runtime.compile.expr_scope import DialectName, Element
from runtime.compile.tables import storage_of
from runtime.query.masks import masked_sql
from runtime.query.plans import AccessPlan, Column
from runtime.query.rights import Cell, cell_of
from runtime.query.scope import Statement, child_rows
from runtime.query.source import Hops
from runtime.query.wire import Pair, json_list, json_object, wire_choice, wire_value


def shown_pairs(
    statement: Statement,
    access: AccessPlan,
    columns: tuple[Column, ...],
    cell: Callable[[Hops, Field], Cell],
    base: Hops = (),
) -> Iterator[Pair]:
    """The pairs of the record at the end of `base`; the paths of its columns begin there, and `cell` gives their cells."""
    for column in columns:
        if column.field.encrypted:
            continue  # no database can open it: `sealed_cell`
        if column.inner:
            yield _rows_pair(statement, access, column, base)
            continue
        yield _pair(statement.dialect, column, cell(column.hops, column.field), keep_key=bool(column.hops))


def sealed_cell(cell: Cell) -> Element:
    """The seal of a cell behind `c` where it is shown in clear, behind `m` where masked; NULL where it is not shown."""
    seal = sa.func.coalesce(sa.type_coerce(cell.value, sa.Text), sa.literal_column("''"), type_=sa.Text)
    cases: list[tuple[sa.ColumnElement[bool], Element]] = []
    for when, mark in ((cell.clear, "'c'"), (cell.masked, "'m'")):
        if when is not False:
            cases.append((sa.true() if when is True else when, sa.literal_column(mark, sa.Text).concat(seal)))
    return sa.case(*cases, else_=sa.null()) if cases else sa.type_coerce(sa.null(), sa.Text)


def _pair(dialect: DialectName, column: Column, cell: Cell, *, keep_key: bool) -> Pair:
    storage = storage_of(column.field)
    value = wire_value(dialect, storage, cell.value)
    mask = masked_sql(column.field, cell.value)
    if cell.clear is True:
        return Pair(column.key, value)
    if cell.clear is False and cell.masked is True:
        return Pair(column.key, mask)
    cases: list[tuple[sa.ColumnElement[bool], Element, bool]] = []
    for when, shown, is_mask in ((cell.clear, value, False), (cell.masked, mask, True)):
        if when is not False:
            cases.append((sa.true() if when is True else when, shown, is_mask))
    if not cases:
        return Pair(column.key, sa.null(), sa.true())
    certain = cell.masked is True
    shown_somehow = sa.or_(*(when for when, _, _ in cases))
    absent = None if certain or keep_key else sa.not_(sa.func.coalesce(shown_somehow, sa.false()))
    return Pair(column.key, wire_choice(dialect, storage, cases), absent)


def _rows_pair(statement: Statement, access: AccessPlan, column: Column, base: Hops) -> Pair:
    """The child rows of a field as a list of objects, under the rights of the row's fields."""
    rows = child_rows(statement, statement.source.at(base), column.field)
    pairs = [Pair("id", rows.table.c.id)]
    for inner in column.inner:
        path = f"{column.field.name}.{inner.key}"
        cell = cell_of(statement, access, inner.field, path, rows.column((inner.key,)), base, is_granted=True)
        pairs.append(_pair(statement.dialect, inner, cell, keep_key=False))
    item, lateral = json_object(statement.dialect, pairs, "r", [rows.table, *statement.source.tables()])
    source = rows.table if lateral is None else rows.table.join(lateral, sa.true())
    listed = sa.select(item.label("item"), rows.table.c.position.label("position")).select_from(source).where(rows.condition)
    value = json_list(
        statement.dialect,
        listed.order_by(rows.table.c.position).correlate_except(rows.table, *([lateral] if lateral is not None else [])),
    )
    cell = cell_of(statement, access, column.field, column.field.name, value, base, is_granted=True)
    if cell.clear is True:
        return Pair(column.key, value)
    if cell.clear is False:
        return Pair(column.key, sa.null(), sa.true())
    shown = sa.func.coalesce(cell.clear, sa.false())
    return Pair(column.key, value, sa.not_(shown))
