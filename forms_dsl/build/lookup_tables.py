"""The decision tables that expressions may look into: those with one output, over the rows that they have now."""

from __future__ import annotations

from collections.abc import Mapping

from forms_dsl.expr.lookups import LookupCell, LookupRow, LookupTable
from forms_dsl.expr.tree import Call, Constant, Expr, Ref, ValueType
from forms_dsl.model import Cell, DecisionTable, DecisionValue, Scorecard
from forms_dsl.source import Span

_BOOLEAN = ValueType("boolean", optional=False)


def lookup_tables(decisions: Mapping[str, DecisionTable | Scorecard]) -> dict[str, LookupTable]:
    """Tables by name; one that collects several rows has no value of its own to look up."""
    return {
        name: _table(table)
        for name, table in decisions.items()
        if isinstance(table, DecisionTable) and len(table.outputs) == 1 and table.hit != "collect"
    }


def _table(table: DecisionTable) -> LookupTable:
    output = next(iter(table.outputs))
    rows = tuple(
        LookupRow(
            {name: _cell(table.inputs[name], cell, row.span) for name, cell in row.cells.items()},
            row.then.get(output),
            row.valid_from,
            row.valid_to,
        )
        for row in table.rows
    )
    inputs = {name: value.value_type for name, value in table.inputs.items()}
    return LookupTable(inputs, table.outputs[output].value_type, rows)


def _cell(input: DecisionValue, cell: Cell, span: Span) -> LookupCell:
    if cell.condition is not None or not cell.values:
        return LookupCell(cell.condition.tree if cell.condition is not None else None, cell.missing)
    type = input.value_type
    read = Ref(type, "record", (input.name,), span)
    values: tuple[Expr, ...] = tuple(Constant(type, value, span) for value in cell.values)
    return LookupCell(Call(_BOOLEAN, "in", (read, *values), span), cell.missing)
