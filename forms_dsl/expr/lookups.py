"""Decision tables in expressions: `lookup("table", key…)` becomes the table's rows over the keys, so every target has it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import assert_never

from forms_dsl.expr import bounds
from forms_dsl.expr.tree import Aggregate, Call, Constant, Expr, LiteralValue, Ref, ValueType
from forms_dsl.source import Span

_BOOLEAN = ValueType("boolean", optional=False)


@dataclass(frozen=True, slots=True)
class LookupCell:
    """What a row asks of one key: `condition` reads it as a field of that name; `missing` also admits no value."""

    condition: Expr | None = None
    missing: bool = False


@dataclass(frozen=True, slots=True)
class LookupRow:
    """One row: cells by input (an input without one admits anything), the result, and the days on which it counts."""

    cells: Mapping[str, LookupCell]
    result: LiteralValue
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


@dataclass(frozen=True, slots=True)
class LookupTable:
    """A table with one output: the first row that applies counts."""

    inputs: Mapping[str, ValueType]
    output: ValueType
    rows: tuple[LookupRow, ...]


def expand(table: LookupTable, keys: tuple[Expr, ...], span: Span) -> Expr:
    """The table over these keys: the result of the first row that applies, missing when none does."""
    by_name = {name: _as_input(key, type, span) for (name, type), key in zip(table.inputs.items(), keys, strict=True)}
    results: list[Expr] = []
    type = replace(table.output, optional=True)
    for row in table.rows:
        parts = [*_parts(row, by_name, span)]
        result = Constant(replace(type, optional=False), row.result, span)
        met = parts[0] if len(parts) == 1 else Call(_BOOLEAN, "and", tuple(parts), span)
        results.append(Call(type, "if", (met, result, Constant(type, None, span)), span) if parts else result)
    return Call(type, "coalesce", tuple(results), span) if results else Constant(type, None, span)


def _as_input(key: Expr, type: ValueType, span: Span) -> Expr:
    """A number with the decimals of its input, as the decision itself reads it."""
    known = key.type.scale
    if type.name != "number" or type.scale is None or (known is not None and known <= type.scale):
        return key
    places = Constant(ValueType("number", scale=0, optional=False), Decimal(type.scale), span)
    rounded = bounds.number_type(bounds.exact("round", (bounds.of_type(key.type),), type.scale), optional=True)
    return Call(rounded, "round", (key, places), span)


def _parts(row: LookupRow, keys: Mapping[str, Expr], span: Span) -> Iterator[Expr]:
    for name, cell in row.cells.items():
        there = Call(_BOOLEAN, "not", (Call(_BOOLEAN, "is_missing", (keys[name],), span),), span)
        if cell.condition is None:
            yield Call(_BOOLEAN, "is_missing", (keys[name],), span) if cell.missing else there
            continue
        # A missing input meets only `missing`, also where the condition would be true of it.
        met = Call(_BOOLEAN, "and", (there, _with_key(cell.condition, keys)), span)
        gone = Call(_BOOLEAN, "is_missing", (keys[name],), span)
        yield Call(_BOOLEAN, "or", (gone, met), span) if cell.missing else met
    today = Call(ValueType("date", optional=False), "today", (), span)
    for function, day in (("ge", row.valid_from), ("le", row.valid_to)):
        if day is not None:
            yield Call(_BOOLEAN, function, (today, _day(day, span)), span)


def _day(day: dt.date, span: Span) -> Expr:
    whole = ValueType("number", scale=0, limit=Decimal(10**4), optional=False)
    parts = tuple(Constant(whole, Decimal(part), span) for part in (day.year, day.month, day.day))
    return Call(ValueType("date", optional=False), "date", parts, span)


def _with_key(tree: Expr, keys: Mapping[str, Expr]) -> Expr:
    match tree:
        case Ref(root="record", path=(name,)) if name in keys:
            return keys[name]
        case Constant() | Ref() | Aggregate():
            return tree
        case Call(arguments=arguments):
            return replace(tree, arguments=tuple(_with_key(each, keys) for each in arguments))
    assert_never(tree)
