"""What the parts of the checker share: the expression under way, its findings, and how types meet."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from forms_dsl.codes import DEPRECATED
from forms_dsl.deprecation import deprecated_words
from forms_dsl.diagnostics import Code, Diagnostic, Sentence, suggestion
from forms_dsl.expr import bounds, codes
from forms_dsl.expr.scope import Scope
from forms_dsl.expr.syntax import Parsed
from forms_dsl.expr.tree import Call, Constant, Expr, Ref, ValueType
from forms_dsl.source import Span

#: How many unknown words of one expression get a nearest word.
SUGGESTIONS = 5

#: Maps character offsets inside an expression to a place in its file.
SpanOf = Callable[[int, int], Span]

_WORDS = {
    "number": Sentence("a number", "数字"), "text": Sentence("a text", "文本"), "boolean": Sentence("true or false", "是/否"),
    "date": Sentence("a date", "日期"), "datetime": Sentence("a date with time", "日期时间"), "choice": Sentence("a choice", "选项"),
    "multi_choice": Sentence("a set of choices", "多选"), "reference": Sentence("a reference", "引用"),
    "rows": Sentence("a table of rows", "明细"), "list": Sentence("a list", "列表"), "missing": Sentence("missing", "空值"),
    "calendar": Sentence("a calendar", "日历"), "rates": Sentence("exchange rates", "汇率"),
}  # fmt: skip


#: The loop of `sum(rows.x)`: a name that no text can spell.
SHORT_FORM = "\0"


@dataclass(frozen=True, slots=True)
class Loop:
    """The loop that surrounds an expression: its name and the rows it runs over."""

    name: str
    rows: Ref


@dataclass(slots=True)
class Checking:
    """One expression under way; findings and reads are collected."""

    parsed: Parsed
    scope: Scope
    span_of: SpanOf
    #: Checks a node of any kind; the parts of the checker call each other through it.
    visit: Callable[[Checking, ast.expr], Expr | None]
    #: The type that the place needs, where it needs one.
    expected: ValueType | None = None
    findings: list[Diagnostic] = field(default_factory=list)
    reads: set[tuple[str, ...]] = field(default_factory=set)
    loop: Loop | None = None
    in_aggregate: bool = False
    #: How often a nearest word was looked for.
    asked: int = 0

    def report(self, code: Code, place: ast.expr | tuple[int, int], message: Sentence, hint: Sentence | None = None) -> None:
        """Add a finding at a node or at character offsets."""
        start, end = place if isinstance(place, tuple) else (self.parsed.start(place), self.parsed.end(place))
        finding = code.at(self.span_of(start, end), message, hint=hint)
        if finding not in self.findings:
            self.findings.append(finding)

    def suggest(self, word: str, known: Iterable[str]) -> Sentence | None:
        """The nearest known word; only for the first unknown words, as looking for it takes most of the time."""
        self.asked += 1
        return suggestion(word, known) if self.asked <= SUGGESTIONS else None

    def shown(self, path: str) -> str:
        """A path as it was written: in `sum(rows.x)` with the rows in the place of the loop."""
        return path.replace(SHORT_FORM, ".".join(self.loop.rows.path)) if self.loop else path

    def span(self, node: ast.expr) -> Span:
        """Where a node stands in its file."""
        return self.span_of(self.parsed.start(node), self.parsed.end(node))


def called(node: ast.Call) -> str:
    """The name that a call calls; the syntax lets only names be called."""
    return node.func.id if isinstance(node.func, ast.Name) else ""


def words(type: ValueType) -> Sentence:
    """How a message calls a type."""
    return _WORDS[type.name]


def needs(name: str, needed: Sentence, found: Expr) -> Sentence:
    """The message about an argument of the wrong type."""
    kind = words(found.type)
    return Sentence(
        f"{name}() needs {needed.en} here, but this is {kind.en}.", f"{name}() 这里需要{needed.zh}，现在是{kind.zh}。"
    )


def is_literal_text(expr: Expr) -> bool:
    """Whether an expression can only be one of some text literals, which may stand for codes or ids."""
    match expr:
        case Constant(type=ValueType(name="text")):
            return True
        case Call(function="if", arguments=(_, then, otherwise)):
            return _literal_or_missing(then, otherwise)
        case Call(function="coalesce", arguments=arguments):
            return _literal_or_missing(*arguments)
    return False


def _literal_or_missing(*parts: Expr) -> bool:
    return any(is_literal_text(p) for p in parts) and all(is_literal_text(p) or p.type.name == "missing" for p in parts)


def adapt(checking: Checking, node: ast.expr, expr: Expr, target: ValueType) -> Expr | None:
    """The same expression as a value of `target` where literals allow it; None after a finding."""
    if expr.type.name == "missing":
        return replace(expr, type=replace(target, optional=True)) if isinstance(expr, Constant) else expr
    if target.name in ("choice", "reference") and is_literal_text(expr):
        return _as_code(checking, node, expr, target)
    return expr


def _as_code(checking: Checking, node: ast.expr, expr: Expr, target: ValueType) -> Expr | None:
    match expr:
        case Constant(value=str() as value):
            if target.name == "choice" and value not in target.codes:
                known = ", ".join(target.codes)
                hint = checking.suggest(value, target.codes) or Sentence(f"Possible are {known}.", f"可选的有 {known}。")
                message = Sentence(f"{value!r} is not one of the codes here.", f"“{value}”不是这里的选项。")
                checking.report(codes.NOT_A_CHOICE, _literal_place(checking, node, value), message, hint)
                return None
            instead = (target.deprecated_codes or {}).get(value)
            if instead:
                checking.report(DEPRECATED, _literal_place(checking, node, value), *deprecated_words(value, instead))
            return replace(expr, type=replace(target, optional=False))
        case Constant():
            return replace(expr, type=target)
        case Call(arguments=arguments):
            condition, values = (arguments[:1], arguments[1:]) if expr.function == "if" else ((), arguments)
            adapted = [_as_code(checking, node, value, target) for value in values]
            if any(value is None for value in adapted):
                return None
            return replace(expr, type=target, arguments=(*condition, *(value for value in adapted if value is not None)))
    return expr


def _literal_place(checking: Checking, node: ast.expr, value: str) -> ast.expr:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and inner.value == value:
            return inner
    return node


def unify(
    checking: Checking, nodes: Sequence[ast.expr], exprs: Sequence[Expr], place: ast.expr | tuple[int, int], doing: Sentence
) -> tuple[ValueType, tuple[Expr, ...]] | None:
    """One type for several values, and the values in it; `doing` is the middle of the message that refuses it."""
    target = _meeting_type(exprs)
    for expr in exprs:
        problem = mismatch(target, expr)
        if problem is not None:
            code, hint = problem
            one, other = words(target), words(expr.type)
            message = Sentence(f"Cannot {doing.en} {one.en} with {other.en}.", f"{one.zh}和{other.zh}不能{doing.zh}。")
            if code is codes.CURRENCIES:
                message = mixed_currencies(target, expr.type)
            elif target.name == expr.type.name:
                message = Sentence(
                    f"Cannot {doing.en} these: they are {one.en} of different kinds.", f"两边的{one.zh}种类不同，不能{doing.zh}。"
                )
            checking.report(code, place, message, hint)
            return None
    adapted = [adapt(checking, node, expr, target) for node, expr in zip(nodes, exprs, strict=True)]
    if any(a is None for a in adapted):
        return None
    return target, tuple(a for a in adapted if a is not None)


def _meeting_type(exprs: Sequence[Expr]) -> ValueType:
    for expr in exprs:
        if expr.type.name != "missing" and not is_literal_text(expr):
            currency = next((e.type.currency for e in exprs if e.type.currency), expr.type.currency)
            return replace(expr.type, currency=currency) if expr.type.name == "number" else expr.type
    return next((expr.type for expr in exprs if expr.type.name != "missing"), ValueType("text"))


#: What to do about mixed currencies.
IN_BASE = Sentence("Convert with in_base(amount, currency, date).", "请用 in_base(金额, 币种, 日期) 折算。")


def mixed_currencies(one: ValueType, other: ValueType) -> Sentence:
    """What is wrong with two amounts."""
    return Sentence(
        f"Amounts in {one.currency} and {other.currency} are mixed.", f"{one.currency} 和 {other.currency} 的金额混用了。"
    )


def mismatch(target: ValueType, expr: Expr) -> tuple[Code, Sentence | None] | None:
    """Why a value does not fit `target` (code and hint), or None when it does."""
    type = expr.type
    if type.name == "missing" or (target.name in ("choice", "reference") and is_literal_text(expr)):
        return None
    if type.name != target.name:
        return codes.TYPES, _conversion_hint({target.name, type.name})
    if type.name in ("choice", "multi_choice") and set(type.codes) != set(target.codes):
        hint = Sentence("Compare their texts with text(x).", "用 text(x) 比较它们的代码。")
        return codes.TYPES, hint if type.name == "choice" else None
    if type.name == "reference" and type.entity and target.entity and type.entity != target.entity:
        said = f"{target.entity} / {type.entity}"
        return codes.TYPES, Sentence(f"They refer to different entities: {said}.", f"它们引用不同的实体：{said}。")
    if type.name == "number" and type.currency and target.currency and type.currency != target.currency:
        return codes.CURRENCIES, IN_BASE
    return None


def _conversion_hint(names: set[str]) -> Sentence | None:
    match sorted(names):
        case ["date", "datetime"]:
            return Sentence("Use date_of(x) for the day of a date with time.", "用 date_of(x) 取日期时间的日期。")
        case ["date", "text"]:
            return Sentence("Write a day as date(2025, 3, 31).", "日期写成 date(2025, 3, 31)。")
        case ["number", "text"]:
            return Sentence(
                "Use number(x) or text(x), or write the number without quotes.", "用 number(x) 或 text(x)，或去掉数字的引号。"
            )
        case ["boolean", "text"]:
            return Sentence("Write True or False without quotes.", "True、False 不加引号。")
        case ["choice", "text"]:
            return Sentence("Use text(x) for the code of a choice.", "用 text(x) 取选项的代码。")
    return None


def joined_type(type: ValueType, function: str, exprs: Sequence[Expr], *, optional: bool) -> ValueType:
    """The type of a value that is one of several values of `type`."""
    if type.name != "number":
        return replace(type, optional=optional)
    limits = tuple(bounds.of_type(e.type) for e in exprs if not (isinstance(e, Constant) and e.value is None))
    return bounds.number_type(bounds.exact(function, limits or ((0, bounds.LIMIT),)), optional=optional, currency=type.currency)
