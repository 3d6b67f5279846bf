"""Checks of function calls, other than aggregates."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from forms_dsl.diagnostics import Sentence
from forms_dsl.expr import bounds, codes
from forms_dsl.expr.aggregates import check_aggregate, is_aggregate
from forms_dsl.expr.checking import Checking, called, joined_type, needs, unify, words
from forms_dsl.expr.functions import AGGREGATES, FUNCTIONS, Function
from forms_dsl.expr.operators import BOOLEAN
from forms_dsl.expr.scope import Place
from forms_dsl.expr.table_calls import check_any_where, check_in_base, check_lookup, check_matches
from forms_dsl.expr.tokens import IF_ELSE, write
from forms_dsl.expr.tree import Call, Constant, Expr, Ref, ValueType

_SORTABLE = ("number", "text", "date", "datetime")


def check_call(checking: Checking, node: ast.Call) -> Expr | None:
    """`name(arguments)`."""
    name = called(node)
    if is_aggregate(checking, node):
        return check_aggregate(checking, node)
    function = FUNCTIONS.get(name)
    if function is None:
        message = Sentence(f"Unknown function {name!r}.", f"没有函数“{name}”。")
        hint = IF_ELSE if name.lower() in ("if", "iif", "iff") else checking.suggest(name, [*FUNCTIONS, *AGGREGATES])
        checking.report(codes.UNKNOWN_FUNCTION, node.func, message, hint)
        for argument in node.args if name.lower() not in AGGREGATES else ():
            checking.visit(checking, argument)
        return None
    available = _check_available(checking, node.func, function)
    counted = _check_count(checking, node, function)
    arguments = [checking.visit(checking, argument) for argument in node.args]
    present = tuple(a for a in arguments if a is not None)
    if not available or not counted or len(present) < len(arguments):
        return None
    special = _SPECIAL.get(name)
    return special(checking, node, present) if special else _plain(checking, node, function, present)


def _check_available(checking: Checking, node: ast.expr, function: Function) -> bool:
    place = checking.scope.place
    if function.name in place.forbidden_functions or not place.needs <= function.targets:
        checking.report(codes.NOT_HERE, node, not_available(function.name, place))
        return False
    return True


def _check_count(checking: Checking, node: ast.Call, function: Function) -> bool:
    least, most = len(function.parameters) - function.optional, len(function.parameters)
    given = len(node.args)
    if given >= least and (given <= most or function.variadic):
        return True
    wanted = f"at least {least}" if function.variadic else str(least) if least == most else f"{least} to {most}"
    message = Sentence(
        f"{function.name}() takes {wanted} {'argument' if wanted == '1' else 'arguments'}, but has {given}.",
        f"{function.name}() 需要{'至少 ' if function.variadic else ' '}{wanted.removeprefix('at least ').replace(' to ', '～')} 个参数，这里有 {given} 个。",
    )
    checking.report(codes.ARGUMENTS, node, message, write(function.signature))
    return False


def not_available(name: str, place: Place) -> Sentence:
    """Why a function cannot stand in a place."""
    return Sentence(f"{name}() is not available in {place.words.en}.", f"{place.words.zh}里不能用 {name}()。")


def _plain(checking: Checking, node: ast.Call, function: Function, arguments: tuple[Expr, ...]) -> Expr | None:
    if function.name == "round" and len(arguments) == 1:
        arguments = (*arguments, Constant(ValueType("number", scale=0, optional=False), bounds.ZERO, checking.span(node)))
    fitted: list[Expr] = []
    for position, (kind, argument) in enumerate(zip(_kinds(function, len(arguments)), arguments, strict=True)):
        place = node.args[position] if position < len(node.args) else node
        if position in function.literals:
            if not _literal_places(checking, place, argument):
                return None
            kind = "number"
        if argument.type.name == "missing" and isinstance(argument, Constant):
            argument = replace(argument, type=ValueType(kind))  # type: ignore[arg-type]
        elif argument.type.name != kind:
            hint = write("text(x)") if kind == "text" and argument.type.name in ("number", "date", "choice") else None
            hint = write("date_of(x)") if kind == "date" and argument.type.name == "datetime" else hint
            checking.report(codes.TYPES, place, needs(function.name, words(ValueType(kind)), argument), hint)  # type: ignore[arg-type]
            return None
        if position in function.whole and isinstance(argument, Constant) and argument.type.scale:
            message = Sentence("A whole number is needed here.", "这里需要整数。")
            checking.report(codes.LITERAL_NEEDED, place, message)
            return None
        fitted.append(argument)
    if function.table is not None:
        fitted.append(Ref(ValueType(function.table), function.table, (), checking.span(node)))
    return Call(_result(function, tuple(fitted)), function.name, tuple(fitted), checking.span(node))


def _kinds(function: Function, count: int) -> tuple[str, ...]:
    return function.parameters * count if function.variadic else function.parameters[:count]


def _result(function: Function, arguments: tuple[Expr, ...]) -> ValueType:
    optional = function.table is not None or not (function.result == "boolean" or (function.needs_facts and not arguments))
    if function.name == "concat":
        optional = all(a.type.optional for a in arguments)
    if function.result != "number":
        return ValueType(function.result, optional=optional)  # type: ignore[arg-type]
    places = (
        int(arguments[1].value)
        if function.literals and isinstance(arguments[1], Constant) and arguments[1].value is not None
        else None
    )
    of_arguments = tuple(bounds.of_type(a.type) for a in arguments if a.type.name == "number")
    currency = arguments[0].type.currency if function.name != "number" and arguments else None
    return bounds.number_type(bounds.exact(function.name, of_arguments, places), optional=True, currency=currency)


def _literal_places(checking: Checking, node: ast.expr, argument: Expr) -> bool:
    value = argument.value if isinstance(argument, Constant) and argument.type.name == "number" else None
    if isinstance(value, Decimal) and value == int(value) and -22 <= value <= 16:
        return True
    message = Sentence(
        "The number of places is written as a whole number from -22 to 16.", "小数位数要直接写成 -22 到 16 的整数。"
    )
    checking.report(codes.LITERAL_NEEDED, node, message)
    return False


def _is_missing(checking: Checking, node: ast.Call, arguments: tuple[Expr, ...]) -> Expr | None:
    if arguments[0].type.name == "rows":
        checking.report(
            codes.TYPES, node.args[0], Sentence("Rows are never missing.", "明细不会为空值。"), write("count(rows) == 0")
        )
        return None
    return Call(BOOLEAN, "is_missing", arguments, checking.span(node))


def _one_type(checking: Checking, node: ast.Call, arguments: tuple[Expr, ...]) -> Expr | None:
    name = called(node)
    joined = unify(checking, node.args, arguments, node, Sentence("combine", "合用"))
    if joined is None:
        return None
    target, values = joined
    refused = target.name in ("rows", "list") if name == "coalesce" else target.name not in _SORTABLE and target.name != "missing"
    if refused:
        kind = words(target)
        checking.report(codes.TYPES, node, Sentence(f"{name}() has no meaning for {kind.en}.", f"{name}() 不能用于{kind.zh}。"))
        return None
    optional = all(v.type.optional for v in values)
    return Call(joined_type(target, name, values, optional=optional), name, values, checking.span(node))


def _length(checking: Checking, node: ast.Call, arguments: tuple[Expr, ...]) -> Expr | None:
    kind = arguments[0].type.name
    if kind not in ("text", "multi_choice", "missing"):
        hint = write("count(rows)") if kind == "rows" else None
        needed = Sentence("a text or a set of choices", "文本或多选")
        checking.report(codes.TYPES, node.args[0], needs("len", needed, arguments[0]), hint)
        return None
    function = "len_set" if kind == "multi_choice" else "len"
    return Call(bounds.number_type(bounds.exact(function, ()), optional=False), function, arguments, checking.span(node))


def _text(checking: Checking, node: ast.Call, arguments: tuple[Expr, ...]) -> Expr | None:
    kind = arguments[0].type.name
    if kind not in ("number", "date", "choice", "missing"):
        needed = Sentence("a number, a date or a choice", "数字、日期或选项")
        checking.report(codes.TYPES, node.args[0], needs("text", needed, arguments[0]))
        return None
    return Call(ValueType("text", optional=arguments[0].type.optional), "text", arguments, checking.span(node))


def _rank(checking: Checking, node: ast.Call, arguments: tuple[Expr, ...]) -> Expr | None:
    type = arguments[0].type
    if type.name != "choice" or not type.ordered:
        checking.report(codes.TYPES, node.args[0], needs("rank", Sentence("an ordered choice", "有序选项"), arguments[0]))
        return None
    return Call(bounds.number_type(bounds.exact("rank", ()), optional=True), "rank", arguments, checking.span(node))


def _has_role(checking: Checking, node: ast.Call, arguments: tuple[Expr, ...]) -> Expr | None:
    role, known = arguments[0], checking.scope.roles
    if not checking.scope.user or "user" not in checking.scope.place.roots:
        checking.report(codes.NOT_HERE, node, not_available("has_role", checking.scope.place))
        return None
    if not isinstance(role, Constant) or not isinstance(role.value, str):
        checking.report(codes.LITERAL_NEEDED, node.args[0], Sentence("The role is written as a text.", "角色要直接写成文本。"))
        return None
    if known is not None and role.value not in known:
        message = Sentence(f"Unknown role {role.value!r}.", f"没有角色“{role.value}”。")
        checking.report(codes.UNKNOWN_NAME, node.args[0], message, checking.suggest(role.value, known))
        return None
    return Call(BOOLEAN, "has_role", arguments, checking.span(node))


def _changed(checking: Checking, node: ast.Call, arguments: tuple[Expr, ...]) -> Expr | None:
    field = arguments[0]
    if "old" not in checking.scope.place.roots:
        checking.report(codes.NOT_HERE, node, not_available("changed", checking.scope.place))
        return None
    if not isinstance(field, Ref) or field.root != "record" or len(field.path) != 1 or field.type.name == "rows":
        checking.report(codes.TYPES, node.args[0], Sentence("changed() needs the name of a field.", "changed() 要写字段的名称。"))
        return None
    return Call(BOOLEAN, "changed", (field, Ref(field.type, "old", field.path, field.span)), checking.span(node))


def _count_if(checking: Checking, node: ast.Call, _arguments: tuple[Expr, ...]) -> Expr | None:
    message = Sentence("count_if() is available in report measures only.", "count_if() 只能用于报表指标。")
    checking.report(codes.NOT_HERE, node, message, write("count(1 for r in rows if …)"))
    return None


_SPECIAL: dict[str, Callable[[Checking, ast.Call, tuple[Expr, ...]], Expr | None]] = {
    "is_missing": _is_missing, "coalesce": _one_type, "min": _one_type, "max": _one_type, "len": _length, "text": _text,
    "rank": _rank, "has_role": _has_role, "changed": _changed, "count_if": _count_if, "matches": check_matches, "in_base": check_in_base, "lookup": check_lookup,
    "any_where": check_any_where,
}  # fmt: skip
