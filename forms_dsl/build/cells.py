"""Cells of a decision table: only what can be decided for every value, so that gaps and overlaps can be found."""

from __future__ import annotations

import re

from forms_dsl import codes
from forms_dsl.build.bench import Workbench
from forms_dsl.build.decision_values import read_literal
from forms_dsl.build.place import Place
from forms_dsl.diagnostics import Sentence
from forms_dsl.expr.scope import BOOLEAN
from forms_dsl.expr.scope import Place as ExpressionPlace
from forms_dsl.expr.tree import Call, Constant, Expr, Ref
from forms_dsl.model import Cell, DecisionValue
from forms_dsl.stretches import is_literal

#: The word that a missing value matches.
MISSING = "missing"

_CELL = ExpressionPlace(
    "cell",
    Sentence("a cell of a decision table", "决策表单元格"),
    frozenset({"P"}),
    frozenset(),
    frozenset({"today", "now", "business_date", "has_role", "changed"}),
)
_ORDER = frozenset({"lt", "le", "gt", "ge"})
_HINT = Sentence(
    "Write a code, a list of codes, missing, or a comparison with literals, like 200000 < x <= 500000.",
    "请写代码、代码列表、missing，或与常量的比较，如 200000 < x <= 500000。",
)


def build_cell(bench: Workbench, place: Place, written: str | tuple[str, ...], input: DecisionValue) -> Cell | None:
    """The cell of an input: a text that mentions the input is a comparison, every other one a value; None with a finding."""
    if isinstance(written, str) and re.search(rf"\b{re.escape(input.name)}\b", written) and written not in input.value_type.codes:
        return _comparison(bench, place, written, input)
    texts = (written,) if isinstance(written, str) else written
    values = []
    for number, text in enumerate(texts):
        here = place if isinstance(written, str) else place.at(number)
        if text == MISSING:
            continue
        if any(sign in text for sign in "<>=") and not input.value_type.codes:
            message = Sentence(f"The comparison does not name {input.name!r}.", f"比较式中没有写“{input.name}”。")
            bench.find(codes.WRONG_TYPE, here, message, _HINT)
            return None
        value = read_literal(bench, here, text, input)
        if value is None:
            return None
        values.append(value)
    return Cell(tuple(values), missing=MISSING in texts)


def _comparison(bench: Workbench, place: Place, source: str, input: DecisionValue) -> Cell | None:
    scope = bench.scope(_CELL, {input.name: input.value_type}, without_user=True)
    condition = bench.expression(place, source, scope, BOOLEAN)
    if condition is None:
        return None
    if not _is_decidable(condition.tree, input.value_type.name):
        message = Sentence(
            f"A cell compares {input.name!r} with literals and does nothing else.", f"单元格只能把“{input.name}”与常量比较。"
        )
        bench.find(codes.WRONG_TYPE, place, message, _HINT)
        return None
    return Cell(condition=condition)


def _is_decidable(tree: Expr, type: str) -> bool:
    match tree:
        case Call(function="and" | "or" | "not", arguments=arguments):
            return all(_is_decidable(each, type) for each in arguments)
        case Call(function="in", arguments=(Ref(), *items)):
            return all(_is_value(each) for each in items)
        case Call(function="eq" | "ne" as function, arguments=(one, other)):
            return _compares(one, other)
        case Call(function=function, arguments=(one, other)) if function in _ORDER and type != "text":
            return _compares(one, other)
        case Ref():
            return type == "boolean"
    return False


def _compares(one: Expr, other: Expr) -> bool:
    return (isinstance(one, Ref) and _is_value(other)) or (isinstance(other, Ref) and _is_value(one))


def _is_value(tree: Expr) -> bool:
    """A literal that is not missing: a missing input is asked for by its own word."""
    return is_literal(tree) and not (isinstance(tree, Constant) and tree.value is None)
