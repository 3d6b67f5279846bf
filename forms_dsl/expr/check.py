"""The checker: from the text of an expression and the scope of its place to a typed tree, or to all its faults."""

from __future__ import annotations

import ast
from dataclasses import replace
from decimal import Decimal

from forms_dsl.diagnostics import Diagnostic, Sentence, has_errors
from forms_dsl.expr import bounds, codes
from forms_dsl.expr.calls import check_call
from forms_dsl.expr.checking import Checking, SpanOf, adapt, mismatch, words
from forms_dsl.expr.names import check_path
from forms_dsl.expr.operators import (
    check_arithmetic,
    check_comparison,
    check_condition,
    check_if,
    check_logic,
    check_not,
    check_sign,
)
from forms_dsl.expr.scope import Scope
from forms_dsl.expr.syntax import Parsed, parse, text_value
from forms_dsl.expr.tokens import Token
from forms_dsl.expr.tree import Constant, Expr, Expression, ValueType

#: As many findings of one expression as anybody reads.
MOST_FINDINGS = 100

_NO_NAMES = Sentence("Arguments have no names.", "参数没有名称。")
_NO_NAMES_HINT = Sentence("Write the values only, in the order of the function.", "只写值，按函数的参数顺序。")

#: Spellings of constants that are names for Python's parser.
_SPELLINGS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


def check_expression(
    source: str, scope: Scope, span_of: SpanOf, *, expected: ValueType | None = None
) -> tuple[Expression | None, tuple[Diagnostic, ...]]:
    """Check an expression; never raises.

    `span_of(start, end)` maps character offsets inside `source` to the file. `expected` is the type that the place
    needs: literals are fitted to it (a text becomes a code of a choice), anything else that differs is a finding.
    Without an error among the findings there is an expression.
    """
    parsed, problems = parse(source)
    findings = [p.code.at(span_of(p.start, p.end), p.message, hint=p.hint) for p in problems]
    if parsed is None:
        return None, tuple(findings[:MOST_FINDINGS])
    checking = Checking(parsed, scope, span_of, _visit, expected)
    if expected is not None and expected.name == "boolean":
        tree = check_condition(checking, parsed.root)
    else:
        tree = _visit(checking, parsed.root)
        tree = None if tree is None else _fit(checking, parsed.root, tree, expected)
    found = checking.findings
    if parsed.repaired:  # the comparison was guessed, so only what was looked up can be judged
        found = [f for f in found if f.code in (codes.UNKNOWN_NAME.id, codes.UNKNOWN_FUNCTION.id)]
        named = _named_arguments(parsed, scope)
        hidden = {span_of(token.start, token.end) for pair in named for token in pair}
        findings = [f for f in findings if f.span not in hidden]
        found = [f for f in found if f.span not in hidden]
        findings.extend(
            codes.NOT_IN_LANGUAGE.at(span_of(name.start, equals.end), _NO_NAMES, hint=_NO_NAMES_HINT) for name, equals in named
        )
    findings.extend(found)
    findings.sort(key=lambda finding: (finding.span.line, finding.span.column))
    if tree is None or has_errors(findings):
        return None, tuple(findings[:MOST_FINDINGS])
    return Expression(source, tree, frozenset(checking.reads)), tuple(findings)


def _named_arguments(parsed: Parsed, scope: Scope) -> list[tuple[Token, Token]]:
    """Name and sign of each `f(x, name=…)`, where the name is not one that could be compared."""
    known = {*scope.fields, *scope.output}
    words = parsed.tokens
    return [
        (name, equals)
        for before, name, equals in zip(words, words[1:], words[2:], strict=False)
        if before.text in ("(", ",") and name.kind == "name" and name.text not in known and equals.text == "="
    ]


def _visit(checking: Checking, node: ast.expr) -> Expr | None:
    match node:
        case ast.Constant():
            return _constant(checking, node)
        case ast.Name(id=name) if name in _SPELLINGS:
            return _literal(checking, node, _SPELLINGS[name])
        case ast.Name() | ast.Attribute():
            return check_path(checking, node)
        case ast.BinOp():
            return check_arithmetic(checking, node)
        case ast.UnaryOp(op=ast.USub()):
            return check_sign(checking, node)
        case ast.UnaryOp():
            return check_not(checking, node)
        case ast.BoolOp():
            return check_logic(checking, node)
        case ast.Compare():
            return check_comparison(checking, node)
        case ast.IfExp():
            return check_if(checking, node)
        case ast.Call():
            return check_call(checking, node)
        case ast.List():
            checking.report(
                codes.NOT_IN_LANGUAGE, node, Sentence("A list stands only at the right of 'in'.", "列表只能写在 in 的右边。")
            )
        case _:
            message = Sentence(
                "A loop stands only inside an aggregate, like sum(x for r in rows).",
                "循环只能写在汇总里，如 sum(x for r in rows)。",
            )
            checking.report(codes.NOT_IN_LANGUAGE, node, message)
    return None


def _constant(checking: Checking, node: ast.Constant) -> Expr | None:
    match node.value:
        case bool() | None:
            return _literal(checking, node, node.value)
        case int() | float():
            return _literal(checking, node, checking.parsed.number(node))
        case str():
            return _literal(checking, node, text_value(node.value))
    checking.report(codes.LITERAL, node, Sentence("This literal is not in the language.", "表达式语言里没有这种常量。"))
    return None


def _literal(checking: Checking, node: ast.expr, value: Decimal | str | bool | None) -> Constant:
    match value:
        case None:
            type = ValueType("missing")
        case bool():
            type = ValueType("boolean", optional=False)
        case str():
            type = ValueType("text", optional=False)
        case _:
            type = bounds.number_type(bounds.of_constant(value), optional=False)
    return Constant(type, value, checking.span(node))


def _fit(checking: Checking, node: ast.expr, tree: Expr, expected: ValueType | None) -> Expr | None:
    """The tree as the place needs it; `rows`, lists and whole user lists are no values."""
    if expected is None:
        if tree.type.name in ("rows", "list"):
            kind = words(tree.type)
            message = Sentence(f"{kind.en.capitalize()} is not a value.", f"{kind.zh}不是单个值。")
            checking.report(codes.TYPES, node, message, Sentence("Use an aggregate or `in`.", "请用汇总或 in。"))
            return None
        if tree.type.name == "missing" and isinstance(tree, Constant):
            return replace(tree, type=ValueType("text"))
        return tree
    problem = mismatch(expected, tree)
    if problem is not None:
        code, hint = problem
        needed, kind = words(expected), words(tree.type)
        message = Sentence(
            f"{needed.en.capitalize()} is needed here, but this is {kind.en}.", f"这里需要{needed.zh}，现在是{kind.zh}。"
        )
        if code is codes.CURRENCIES:
            message = Sentence(
                f"An amount in {expected.currency} is needed here, but this is in {tree.type.currency}.",
                f"这里需要 {expected.currency} 的金额，现在是 {tree.type.currency}。",
            )
        elif tree.type.name == expected.name:
            message = Sentence(f"{needed.en.capitalize()} of another kind is needed here.", f"这里需要另一种{needed.zh}。")
        checking.report(code, node, message, hint)
        return None
    return adapt(checking, node, tree, expected)
