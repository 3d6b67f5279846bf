"""Checks of operators: arithmetic, comparisons, `in`, and/or/not and `if`."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from decimal import Decimal

from forms_dsl.diagnostics import Sentence
from forms_dsl.expr import bounds, codes
from forms_dsl.expr.checking import IN_BASE, Checking, adapt, joined_type, mismatch, mixed_currencies, unify, words
from forms_dsl.expr.tokens import write
from forms_dsl.expr.tree import Call, Constant, Expr, Ref, ValueType

BOOLEAN = ValueType("boolean", optional=False)

_ARITHMETIC: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("add", "+"), ast.Sub: ("sub", "-"), ast.Mult: ("mul", "*"), ast.Div: ("div", "/"), ast.FloorDiv: ("fdiv", "//"),
    ast.Mod: ("mod", "%"),
}  # fmt: skip
_COMPARISON: dict[type[ast.cmpop], str] = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
_COMPARE = Sentence("compare", "比较")
#: Tree names of the comparisons of order.
ORDER = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge"}


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a comparison, checked where it is no list literal and has no fault."""

    node: ast.expr
    expr: Expr | None


def check_arithmetic(checking: Checking, node: ast.BinOp) -> Expr | None:
    """`a + b` and its like, over numbers and days."""
    left, right = checking.visit(checking, node.left), checking.visit(checking, node.right)
    if type(node.op) not in _ARITHMETIC:
        message = Sentence("This operator is not in the language.", "表达式语言里没有这个运算符。")
        checking.report(codes.NOT_IN_LANGUAGE, checking.parsed.operator(node.left, node.right), message)
        return None
    if left is None or right is None:
        return None
    function, sign = _ARITHMETIC[type(node.op)]
    if left.type.name == "date" and function in ("add", "sub"):
        return _day_arithmetic(checking, node, function, left, right)
    for part in (left, right):
        if part.type.name not in ("number", "missing"):
            hint = None
            if part.type.name == "text" and sign == "+":
                hint = Sentence("Join texts with concat(a, b).", "文本用 concat(a, b) 连接。")
            elif part.type.name == "datetime" and sign == "-":
                hint = write("hours_between(a, b)")
            elif part.type.name == "date" and sign == "+":
                hint = Sentence("The date stands first: date + days.", "日期写在前面：日期 + 天数。")
            checking.report(codes.TYPES, checking.parsed.operator(node.left, node.right), _needs_numbers(sign, part.type), hint)
            return None
    number = ValueType("number", scale=0)
    left, right = (replace(p, type=number) if isinstance(p, Constant) and p.value is None else p for p in (left, right))
    return number_call(checking, node, function, left, right)


def number_call(checking: Checking, node: ast.expr, function: str, *arguments: Expr) -> Expr | None:
    """An arithmetic call with its currency and bounds."""
    tags = [a.type.currency for a in arguments]
    currency = next((tag for tag in tags if tag), None)
    mixed = len({tag for tag in tags if tag}) > 1
    if mixed and function in ("add", "sub", "mod", "fdiv", "div"):
        checking.report(codes.CURRENCIES, node, mixed_currencies(arguments[0].type, arguments[1].type), IN_BASE)
        return None
    if (function == "mul" and all(tags)) or (function in ("div", "fdiv") and tags[1]):
        currency = None
    exact = bounds.exact(function, tuple(bounds.of_type(a.type) for a in arguments))
    divisor = arguments[-1]
    if function == "div" and isinstance(divisor, Constant) and isinstance(divisor.value, Decimal) and divisor.value:
        exact = bounds.quotient(bounds.of_type(arguments[0].type), divisor.value)
    certain = (
        function in ("add", "sub", "mul", "neg")
        and all(not a.type.optional for a in arguments)
        and not bounds.needs_limiting(exact)
    )
    type = bounds.number_type(exact, optional=not certain, currency=currency)
    return Call(type, function, arguments, checking.span(node))


def _needs_numbers(sign: str, type: ValueType) -> Sentence:
    return Sentence(
        f"{sign!r} works on numbers, but this is {words(type).en}.", f"“{sign}”只能用于数字，这里是{words(type).zh}。"
    )


def _day_arithmetic(checking: Checking, node: ast.BinOp, function: str, left: Expr, right: Expr) -> Expr | None:
    place = checking.parsed.operator(node.left, node.right)
    if right.type.name == "date" and function == "sub":
        exact = bounds.exact("dsub", ())
        return Call(
            bounds.number_type(exact, optional=left.type.optional or right.type.optional),
            "dsub",
            (left, right),
            checking.span(node),
        )
    if right.type.name not in ("number", "missing"):
        kind = words(right.type)
        checking.report(
            codes.TYPES, place, Sentence(f"A date takes days, but this is {kind.en}.", f"日期只能加减天数，这里是{kind.zh}。")
        )
        return None
    if isinstance(right, Constant) and right.value is None:
        right = replace(right, type=ValueType("number", scale=0))
    elif isinstance(right, Constant) and right.type.scale:
        checking.report(codes.LITERAL_NEEDED, node.right, Sentence("Days are a whole number.", "天数要是整数。"))
        return None
    days = number_call(checking, node.right, "neg", right) if function == "sub" else right
    return None if days is None else Call(ValueType("date"), "dadd", (left, days), checking.span(node))


def check_sign(checking: Checking, node: ast.UnaryOp) -> Expr | None:
    """`-x`; of a literal, the negative literal."""
    inner = checking.visit(checking, node.operand)
    if inner is None:
        return None
    if inner.type.name not in ("number", "missing"):
        checking.report(codes.TYPES, node, _needs_numbers("-", inner.type))
        return None
    if isinstance(inner, Constant):
        value = -inner.value if inner.value else inner.value  # type: ignore[operator]
        return replace(inner, value=value, span=checking.span(node))
    return number_call(checking, node, "neg", inner)


def check_condition(checking: Checking, node: ast.expr) -> Expr | None:
    """A value that must be true or false."""
    expr = checking.visit(checking, node)
    if expr is None:
        return None
    if expr.type.name == "missing":
        return replace(expr, type=ValueType("boolean")) if isinstance(expr, Constant) else expr
    if expr.type.name != "boolean":
        hint = Sentence("Compare it with something, or use is_missing(x).", "请与某个值比较，或用 is_missing(x)。")
        kind = words(expr.type)
        message = Sentence(f"A condition is true or false, but this is {kind.en}.", f"条件应是“是/否”，这里是{kind.zh}。")
        checking.report(codes.TYPES, node, message, hint)
        return None
    return expr


def check_logic(checking: Checking, node: ast.BoolOp) -> Expr | None:
    """`a and b`, `a or b`."""
    parts = [check_condition(checking, value) for value in node.values]
    present = tuple(part for part in parts if part is not None)
    if len(present) < len(parts):
        return None
    return Call(BOOLEAN, "and" if isinstance(node.op, ast.And) else "or", present, checking.span(node))


def check_not(checking: Checking, node: ast.UnaryOp) -> Expr | None:
    """`not x`."""
    inner = check_condition(checking, node.operand)
    return None if inner is None else Call(BOOLEAN, "not", (inner,), checking.span(node))


def check_if(checking: Checking, node: ast.IfExp) -> Expr | None:
    """`a if c else b`."""
    condition = check_condition(checking, node.test)
    then, otherwise = checking.visit(checking, node.body), checking.visit(checking, node.orelse)
    if condition is None or then is None or otherwise is None:
        return None
    joined = unify(checking, (node.body, node.orelse), (then, otherwise), node, Sentence("choose between", "二选一"))
    if joined is None:
        return None
    target, values = joined
    if target.name in ("rows", "list"):
        checking.report(codes.TYPES, node, Sentence(f"`if` cannot give {words(target).en}.", f"if 不能得出{words(target).zh}。"))
        return None
    type = joined_type(target, "if", values, optional=any(v.type.optional for v in values))
    return Call(type, "if", (condition, *values), checking.span(node))


def check_comparison(checking: Checking, node: ast.Compare) -> Expr | None:
    """A comparison; a chain becomes an `and` of its neighbours."""
    sides: list[_Side] = []
    for position, operand in enumerate([node.left, *node.comparators]):
        # At the right of `in`, and not also compared with what follows in a chain.
        in_right = position > 0 and isinstance(node.ops[position - 1], ast.In | ast.NotIn) and position == len(node.ops)
        sides.append(_Side(operand, None if in_right and isinstance(operand, ast.List) else checking.visit(checking, operand)))
    parts: list[Expr | None] = []
    for operator, left, right in zip(node.ops, sides, sides[1:], strict=False):
        if isinstance(operator, ast.In | ast.NotIn):
            part = _check_in(checking, node, left, right)
            if part is not None and isinstance(operator, ast.NotIn):
                part = Call(BOOLEAN, "not", (part,), checking.span(node))
        else:
            part = _check_pair(checking, _COMPARISON[type(operator)], left, right)
        parts.append(part)
    present = tuple(part for part in parts if part is not None)
    if len(present) < len(parts):
        return None
    return present[0] if len(present) == 1 else Call(BOOLEAN, "and", present, checking.span(node))


def _check_pair(checking: Checking, sign: str, left_side: _Side, right_side: _Side) -> Expr | None:
    left_node, right_node, left, right = left_side.node, right_side.node, left_side.expr, right_side.expr
    if left is None or right is None:
        return None
    place = checking.parsed.operator(left_node, right_node)
    joined = unify(checking, (left_node, right_node), (left, right), place, _COMPARE)
    if joined is None:
        return None
    target, sides = joined
    span = checking.span_of(checking.parsed.start(left_node), checking.parsed.end(right_node))
    if target.name in ("rows", "list"):
        message = Sentence(f"{words(target).en.capitalize()} cannot be compared.", f"{words(target).zh}不能比较。")
        checking.report(codes.TYPES, place, message, Sentence("Use an aggregate or `in`.", "请用汇总或 in。"))
        return None
    if sign in ("==", "!="):
        for side, expr in ((left_node, left), (right_node, right)):
            if isinstance(side, ast.Constant) and side.value == "" and isinstance(expr, Constant):
                message = Sentence("The empty text is the same as missing.", "空文本就是空值。")
                checking.report(codes.EMPTY_TEXT, side, message, write("is_missing(x)"))
        equal = Call(BOOLEAN, "eq", sides, span)
        return equal if sign == "==" else Call(BOOLEAN, "not", (equal,), span)
    if target.name not in ("number", "text", "date", "datetime") and not (target.name == "choice" and target.ordered):
        hint = Sentence(
            "Say `ordered: true` at the choice list to compare by position.", "要按顺序比较，请在选项列表写 ordered: true。"
        )
        message = Sentence(f"{sign!r} has no meaning for {words(target).en}.", f"{words(target).zh}不能用“{sign}”比较。")
        checking.report(codes.TYPES, place, message, hint if target.name == "choice" else None)
        return None
    return Call(BOOLEAN, ORDER[sign], sides, span)


def _check_in(checking: Checking, node: ast.Compare, left_side: _Side, right_side: _Side) -> Expr | None:
    left_node, right_node, left, right = left_side.node, right_side.node, left_side.expr, right_side.expr
    if isinstance(right_node, ast.List):
        return _check_in_list(checking, node, left_side, right_node)
    if left is None or right is None:
        return None
    place = checking.parsed.operator(left_node, right_node)
    match right:
        case Ref(root="user", path=("branch_tree",)) if left.type.name in ("text", "missing"):
            return Call(BOOLEAN, "in_tree", (_text(left), right), checking.span(node))
        case Ref(root="user", type=ValueType(name="list", entity=str(of))) if left.type.name == "reference":
            # The set of cases is of records of any entity.
            if isinstance(left, Ref) and left.root in ("record", "row", "outer") and of in ("", left.type.entity):
                return Call(BOOLEAN, "in_set", (left, right), checking.span(node))
        case Ref(type=ValueType(name="list", entity=None)) if left.type.name in ("text", "missing"):
            return Call(BOOLEAN, "has", (_text(left), right), checking.span(node))
        case Ref(type=ValueType(name="multi_choice", codes=known)):
            single = ValueType("choice", codes=known, optional=False)
            problem = mismatch(single, left)
            if problem is None:
                code = adapt(checking, left_node, left, single)
                return None if code is None else Call(BOOLEAN, "has", (code, right), checking.span(node))
    sought, container = words(left.type), words(right.type)
    if right.type.name in ("list", "multi_choice"):
        message = Sentence(f"Cannot look for {sought.en} in {container.en}.", f"不能在{container.zh}里找{sought.zh}。")
        checking.report(codes.TYPES, place, message)
        return None
    hint = Sentence(
        "Write the possible values in [ ], or use contains(text, part) for texts.",
        "请把可能的值写在 [ ] 里；文本用 contains(文本, 部分)。",
    )
    message = Sentence(
        f"'in' needs a list, a set of choices or a list of the user, but this is {container.en}.",
        f"in 右边要是列表或多选，这里是{container.zh}。",
    )
    checking.report(codes.TYPES, place, message, hint if right.type.name in ("text", "choice") else None)
    return None


def _text(expr: Expr) -> Expr:
    return replace(expr, type=ValueType("text")) if expr.type.name == "missing" and isinstance(expr, Constant) else expr


def _check_in_list(checking: Checking, node: ast.Compare, left_side: _Side, right_node: ast.List) -> Expr | None:
    left_node, left = left_side.node, left_side.expr
    if len(right_node.elts) > 200:
        checking.report(codes.TOO_LARGE, right_node, Sentence("A list has at most 200 items.", "列表最多 200 项。"))
        return None
    items = [checking.visit(checking, item) for item in right_node.elts]
    present = [(n, e) for n, e in zip(right_node.elts, items, strict=True) if e is not None]
    if left is None:
        return None
    adapted: list[Expr] = []
    start = left
    for item_node, item in present:
        joined = unify(checking, (left_node, item_node), (start, item), item_node, _COMPARE)
        if joined is not None:
            start, fitted = joined[1]
            adapted.append(fitted)
    if len(adapted) < len(items):
        return None
    if start.type.name in ("rows", "list"):
        kind = words(start.type)
        checking.report(
            codes.TYPES, left_node, Sentence(f"{kind.en.capitalize()} cannot be in a list.", f"{kind.zh}不能用 in 查找。")
        )
        return None
    if start.type.name == "missing" and isinstance(start, Constant):
        start = replace(start, type=ValueType("text"))
    return Call(BOOLEAN, "in", (start, *adapted), checking.span(node))
