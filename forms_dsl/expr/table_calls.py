"""Checks of the functions that read patterns, tables and answers: matches, in_base, lookup, any_where."""

from __future__ import annotations

import ast
from dataclasses import replace

from forms_dsl.diagnostics import Sentence
from forms_dsl.expr import bounds, codes
from forms_dsl.expr.checking import Checking, adapt, mismatch, needs, unify
from forms_dsl.expr.lookups import expand
from forms_dsl.expr.operators import BOOLEAN
from forms_dsl.expr.tree import Aggregate, Call, Constant, Expr, Ref, ValueType
from forms_dsl.patterns import pattern_fault


def check_matches(checking: Checking, node: ast.Call, arguments: tuple[Expr, ...]) -> Expr | None:
    """`matches(text, "pattern")`."""
    text, pattern = arguments
    if text.type.name not in ("text", "missing"):
        checking.report(codes.TYPES, node.args[0], needs("matches", Sentence("a text", "文本"), text))
        return None
    spelled = _literal(checking, node.args[1], pattern, Sentence("The pattern is written as a text.", "格式要直接写成文本。"))
    if spelled is None:
        return None
    fault = pattern_fault(spelled)
    if fault is not None:
        checking.report(codes.BAD_PATTERN, node.args[1], fault)
        return None
    if isinstance(text, Constant) and text.value is None:
        text = replace(text, type=ValueType("text"))
    return Call(BOOLEAN, "matches", (text, pattern), checking.span(node))


def check_in_base(checking: Checking, node: ast.Call, arguments: tuple[Expr, ...]) -> Expr | None:
    """`in_base(amount, currency, date)`; the result has the currency of the app."""
    wanted = (("number",), ("text", "choice"), ("date",))
    words = (Sentence("an amount", "金额"), Sentence("a currency", "币种"), Sentence("a date", "日期"))
    fitted: list[Expr] = []
    for place, argument, names, needed in zip(node.args, arguments, wanted, words, strict=True):
        if argument.type.name not in (*names, "missing"):
            checking.report(codes.TYPES, place, needs("in_base", needed, argument))
            return None
        nothing = isinstance(argument, Constant) and argument.type.name == "missing"
        fitted.append(replace(argument, type=ValueType(names[0])) if nothing and isinstance(argument, Constant) else argument)  # type: ignore[arg-type]
    span = checking.span(node)
    type = bounds.number_type(bounds.exact("in_base", ()), optional=True, currency=checking.scope.base_currency)
    return Call(type, "in_base", (*fitted, Ref(ValueType("rates"), "rates", (), span)), span)


def check_lookup(checking: Checking, node: ast.Call, arguments: tuple[Expr, ...]) -> Expr | None:
    """`lookup("table", key…)`: one key for each input of the table, in its order."""
    tables = checking.scope.tables
    name = _literal(checking, node.args[0], arguments[0], Sentence("The table is written as a text.", "表名要直接写成文本。"))
    if name is None:
        return None
    table = tables.get(name)
    if table is None:
        message = Sentence(f"Unknown table {name!r}.", f"没有决策表“{name}”。")
        checking.report(codes.UNKNOWN_NAME, node.args[0], message, checking.suggest(name, tables))
        return None
    keys, places = arguments[1:], node.args[1:]
    if len(keys) != len(table.inputs):
        listed = ", ".join(table.inputs)
        message = Sentence(
            f"The table {name!r} is asked with {len(table.inputs)} keys ({listed}), but here are {len(keys)}.",
            f"表“{name}”需要 {len(table.inputs)} 个键（{listed}），这里有 {len(keys)} 个。",
        )
        checking.report(codes.ARGUMENTS, node, message)
        return None
    fitted: list[Expr] = []
    for place, key, (input, type) in zip(places, keys, table.inputs.items(), strict=True):
        problem = mismatch(type, key)
        if problem is not None:
            message = Sentence(f"The key {input!r} of the table is of another type.", f"表的键“{input}”是另一种类型。")
            checking.report(problem[0], place, message, problem[1])
            return None
        adapted = adapt(checking, place, key, type)
        if adapted is None:
            return None
        fitted.append(adapted)
    span = checking.span(node)
    found = expand(table, tuple(fitted), span)
    return Call(found.type, "lookup", (arguments[0], *fitted, found), span)


def check_any_where(checking: Checking, node: ast.Call, arguments: tuple[Expr, ...]) -> Expr | None:
    """`any_where(list, "field", value)` over a list of an answer."""
    if not checking.scope.place.answers:
        place = checking.scope.place.words
        message = Sentence(f"any_where() is not available in {place.en}.", f"{place.zh}里不能用 any_where()。")
        checking.report(codes.NOT_HERE, node.func, message)
        return None
    rows, field, value = arguments
    if not isinstance(rows, Ref) or rows.type.name != "rows":
        needed = Sentence("a list of an answer", "返回结果中的列表")
        checking.report(codes.TYPES, node.args[0], needs("any_where", needed, rows))
        return None
    name = _literal(checking, node.args[1], field, Sentence("The field is written as a text.", "字段要直接写成文本。"))
    if name is None:
        return None
    types = rows.type.rows or {}
    if name not in types:
        message = Sentence(f"Unknown name {name!r} in the list.", f"列表里没有名称“{name}”。")
        checking.report(codes.UNKNOWN_NAME, node.args[1], message, checking.suggest(name, types))
        return None
    inner = Ref(types[name], "row", (name,), checking.span(node.args[1]))
    joined = unify(checking, (node.args[1], node.args[2]), (inner, value), node.args[2], Sentence("compare", "比较"))
    if joined is None:
        return None
    span = checking.span(node)
    return Aggregate(BOOLEAN, "any", rows, Call(BOOLEAN, "eq", joined[1], span), None, span)


def _literal(checking: Checking, node: ast.expr, argument: Expr, message: Sentence) -> str | None:
    if isinstance(argument, Constant) and isinstance(argument.value, str):
        return argument.value
    checking.report(codes.LITERAL_NEEDED, node, message)
    return None
