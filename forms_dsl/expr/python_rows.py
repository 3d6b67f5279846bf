"""Aggregates over child rows in Python."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from forms_dsl.expr import numbers
from forms_dsl.expr.facts import Facts
from forms_dsl.expr.tree import Aggregate, Expr

#: A value in Python: str, Decimal, bool, date, datetime, tuple of codes, or None for missing.
Value = Any
Row = Mapping[str, object] | None
#: A compiled node; the row is that of the loop around it.
Evaluate = Callable[[Facts, Row], Value]


def aggregate_over_rows(aggregate: Aggregate, compile_node: Callable[[Expr], Evaluate]) -> Evaluate:
    """The closure of an aggregate; rows that do not fit are left out, then missing values."""
    rows = compile_node(aggregate.rows)
    condition = None if aggregate.condition is None else compile_node(aggregate.condition)
    value = None if aggregate.value is None else compile_node(aggregate.value)
    gather = _GATHER[aggregate.function]

    def kept(facts: Facts, row: Row) -> Iterator[Row]:
        for child in rows(facts, row) or ():
            if condition is None or condition(facts, child):
                yield child

    if value is None:
        return lambda facts, row: Decimal(sum(1 for _ in kept(facts, row)))
    return lambda facts, row: gather(value(facts, child) for child in kept(facts, row))


def _present(values: Iterable[Value]) -> Iterator[Value]:
    return (value for value in values if value is not None)


def _average(values: Iterable[Value]) -> Value:
    there = list(_present(values))
    total = numbers.total(there)
    return None if not there or total is None else numbers.divide(total, len(there))


_GATHER: dict[str, Callable[[Iterable[Value]], Value]] = {
    "sum": lambda values: numbers.total(_present(values)),
    "avg": _average,
    "min": lambda values: min(_present(values), default=None),
    "max": lambda values: max(_present(values), default=None),
    "any": any,
    "all": all,
    "count": lambda values: Decimal(sum(1 for _ in values)),
}
