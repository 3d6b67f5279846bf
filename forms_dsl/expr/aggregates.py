"""Checks of aggregates: over child rows, over related records, and over the group of a report."""

from __future__ import annotations

import ast
from dataclasses import replace

from forms_dsl.diagnostics import Sentence
from forms_dsl.expr import bounds, codes
from forms_dsl.expr.checking import IN_BASE, SHORT_FORM, Checking, Loop, called, words
from forms_dsl.expr.functions import AGGREGATES
from forms_dsl.expr.names import check_path, path_of, shorter
from forms_dsl.expr.operators import BOOLEAN, check_condition
from forms_dsl.expr.tokens import write
from forms_dsl.expr.tree import Aggregate, Constant, Expr, Ref, ValueType

_COUNT = bounds.number_type(bounds.exact("count", ()), optional=False)
_SORTABLE = ("number", "text", "date", "datetime")


def is_aggregate(checking: Checking, node: ast.Call) -> bool:
    """Whether a call is an aggregate rather than a function with the same name."""
    name, arguments = called(node), node.args
    if name == "count_if":
        return checking.scope.place.group
    if name not in AGGREGATES:
        return False
    if name not in ("min", "max") or (len(arguments) == 1 and isinstance(arguments[0], ast.GeneratorExp)):
        return True
    return len(arguments) == 1 and (checking.scope.place.group or _rows_head(checking, arguments[0]) is not None)


def check_aggregate(checking: Checking, node: ast.Call) -> Expr | None:
    """An aggregate in any of its forms: a loop, the short form, or over the group."""
    name = called(node)
    if checking.in_aggregate:
        message = Sentence(f"{name}() stands inside another aggregate.", f"{name}() 写在另一个汇总里面。")
        hint = Sentence("Store the inner one in a computed field.", "请把里面的汇总放到计算字段里。")
        checking.report(codes.NESTED_AGGREGATE, node, message, hint)
        return None
    checking.in_aggregate = True
    try:
        if len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp):
            return _check_loop(checking, node, name, node.args[0])
        if len(node.args) == 1 and _rows_head(checking, node.args[0]) is not None:
            return _check_short(checking, node, name)
        if checking.scope.place.group:
            return _check_group(checking, node, name)
    finally:
        checking.in_aggregate = False
    _refuse_form(checking, node, name)
    return None


def _refuse_form(checking: Checking, node: ast.Call, name: str) -> None:
    if len(node.args) != 1:
        checking.report(codes.ARGUMENTS, node, _argument_count(name, 1, len(node.args)), write(f"{name}(x for r in rows)"))
        return
    found = checking.visit(checking, node.args[0])
    if found is not None:
        kind = words(found.type)
        message = Sentence(f"{name}() works on rows, but this is {kind.en}.", f"{name}() 用于明细，这里是{kind.zh}。")
        checking.report(codes.TYPES, node.args[0], message, write(f"{name}(rows.x)"))


def _argument_count(name: str, wanted: int, given: int) -> Sentence:
    return Sentence(
        f"{name}() takes {wanted} argument{'s' * (wanted != 1)}, but has {given}.",
        f"{name}() 需要 {wanted} 个参数，这里有 {given} 个。",
    )


def _rows_head(checking: Checking, node: ast.expr) -> tuple[str, ...] | None:
    """The path of the rows that a path begins with, if it does."""
    path = path_of(node) or ()
    start = 1 if path[:1] == ("record",) else 0
    names = checking.scope.root("record") if start else checking.scope.fields
    if len(path) > start and names is not None and path[start] in names and names[path[start]].name == "rows":
        return path[: start + 1]
    return None


def _rows(checking: Checking, node: ast.expr) -> Ref | None:
    found = check_path(checking, node) if isinstance(node, ast.Name | ast.Attribute) else None
    if found is None:
        if not isinstance(node, ast.Name | ast.Attribute):
            checking.report(
                codes.TYPES, node, Sentence("A loop runs over rows, named by a field.", "循环的是明细，要写字段的名称。")
            )
        return None
    if found.type.name != "rows" or len(found.path) != 1:
        known = [name for name, type in checking.scope.fields.items() if type.name == "rows"]
        listed = ", ".join(known)
        hint = checking.suggest(found.path[-1], known) or (
            Sentence(f"Rows here are {listed}.", f"这里的明细有 {listed}。") if known else None
        )
        kind = words(found.type)
        message = Sentence(f"A loop runs over rows, but this is {kind.en}.", f"循环的应是明细，这里是{kind.zh}。")
        checking.report(codes.TYPES, node, message, hint)
        return None
    if found.type.related and not checking.scope.place.related:
        place = checking.scope.place.words
        checking.report(
            codes.NOT_HERE, node, Sentence(f"Related records are not available in {place.en}.", f"{place.zh}里不能用关联记录。")
        )
        return None
    return found


def _check_loop(checking: Checking, node: ast.Call, name: str, loop: ast.GeneratorExp) -> Expr | None:
    clause = loop.generators[0]
    variable = path_of(clause.target) or ("",)
    rows = _rows(checking, clause.iter)
    if rows is None:
        return None
    if name == "count" and path_of(loop.elt) == variable:
        behind = checking.parsed.source[checking.parsed.end(loop.elt) : checking.parsed.end(node)]
        message = Sentence("count() counts rows: a whole row is no value.", "count() 数的是明细行，整行明细不是一个值。")
        checking.report(codes.TYPES, loop.elt, message, write(f"count(1{behind}"))
        return None
    outer, checking.loop = checking.loop, Loop(variable[0], rows)
    try:
        condition = check_condition(checking, clause.ifs[0]) if clause.ifs else None
        value = check_condition(checking, loop.elt) if name in ("any", "all") else checking.visit(checking, loop.elt)
    finally:
        checking.loop = outer
    if value is None or (clause.ifs and condition is None):
        return None
    return _aggregate(checking, node, rows, value, loop.elt, condition=condition)


def _check_short(checking: Checking, node: ast.Call, name: str) -> Expr | None:
    argument = node.args[0]
    head = _rows_head(checking, argument) or ()
    path = path_of(argument) or ()
    rows = _rows(checking, shorter(argument, len(path) - len(head)))
    if rows is None:
        return None
    if name == "count":
        if len(path) > len(head):
            checking.report(
                codes.TYPES,
                argument,
                Sentence("count() counts rows.", "count() 数的是明细行。"),
                write(f"count({'.'.join(head)})"),
            )
            return None
        return Aggregate(_COUNT, "count", rows, None, None, checking.span(node))
    if len(path) == len(head):
        message = Sentence(f"{name}() needs a value of each row.", f"{name}() 需要每行的一个值。")
        checking.report(codes.TYPES, argument, message, write(f"{name}({'.'.join(head)}.x)"))
        return None
    outer, checking.loop = checking.loop, Loop(SHORT_FORM, rows)
    try:
        value = check_path(checking, _below(argument, len(path) - len(head)))
        return None if value is None else _aggregate(checking, node, rows, value, argument, condition=None)
    finally:
        checking.loop = outer


def _below(node: ast.expr, steps: int) -> ast.Name | ast.Attribute:
    """The path of a row's value, with the rows replaced by a loop name that no text can spell."""
    if not steps or not isinstance(node, ast.Attribute):
        return ast.copy_location(ast.Name(SHORT_FORM, ast.Load()), node)
    return ast.copy_location(ast.Attribute(_below(node.value, steps - 1), node.attr, ast.Load()), node)


def _check_group(checking: Checking, node: ast.Call, name: str) -> Expr | None:
    span = checking.span(node)
    group = Ref(ValueType("rows", related=True), "group", (), span)
    if name == "count" and not node.args:
        return Aggregate(_COUNT, "count", group, None, None, span)
    if name == "count" or len(node.args) != 1:
        hint = write("count_if(condition)") if name == "count" else None
        checking.report(codes.ARGUMENTS, node, _argument_count(name, 0 if name == "count" else 1, len(node.args)), hint)
        return None
    if name in ("count_if", "any", "all"):
        condition = check_condition(checking, node.args[0])
        if condition is None:
            return None
        if name == "count_if":
            return Aggregate(_COUNT, "count", group, None, condition, span)
        return Aggregate(BOOLEAN, name, group, condition, None, span)
    value = checking.visit(checking, node.args[0])
    return None if value is None else _aggregate(checking, node, group, value, node.args[0], condition=None)


def _aggregate(
    checking: Checking, node: ast.Call, rows: Ref, value: Expr, place: ast.expr, *, condition: Expr | None
) -> Expr | None:
    name, span = called(node), checking.span(node)
    if name == "count":
        return Aggregate(_COUNT, name, rows, None, condition, span)
    if name in ("any", "all"):
        if value.type.name != "boolean":
            kind = words(value.type)
            checking.report(
                codes.TYPES,
                place,
                Sentence(f"{name}() needs a condition, but this is {kind.en}.", f"{name}() 需要条件，这里是{kind.zh}。"),
            )
            return None
        return Aggregate(BOOLEAN, name, rows, value, condition, span)
    if isinstance(value, Constant) and value.type.name == "missing":
        value = replace(value, type=ValueType("number", scale=0))
    if value.type.name != "number" and (name in ("sum", "avg") or value.type.name not in _SORTABLE):
        kind = words(value.type)
        checking.report(
            codes.TYPES,
            place,
            Sentence(f"{name}() needs a number here, but this is {kind.en}.", f"{name}() 需要数字，这里是{kind.zh}。"),
        )
        return None
    if value.type.name != "number":
        return Aggregate(replace(value.type, optional=True), name, rows, value, condition, span)
    currency = value.type.currency
    if currency is not None and not currency.isupper() and name != "count":
        where = checking.shown(currency)
        message = Sentence(
            f"{name}() would mix amounts of different currencies: each row has its own in {where!r}.",
            f"{name}() 会混合不同币种的金额：每行的币种在“{where}”里。",
        )
        checking.report(codes.CURRENCIES, place, message, IN_BASE)
        return None
    type = bounds.number_type(
        bounds.exact("max" if name in ("min", "max") else name, (bounds.of_type(value.type),)), optional=True, currency=currency
    )
    return Aggregate(type, name, rows, value, condition, span)
