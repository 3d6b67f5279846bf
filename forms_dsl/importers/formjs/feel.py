"""The subset of FEEL that forms use, in our language."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from forms_dsl.importers.expressions.parser import call
from forms_dsl.importers.expressions.tree import (
    Called,
    Constant,
    Dialect,
    Known,
    Make,
    Named,
    Node,
    Operation,
    Raw,
    Resolve,
    Untranslatable,
)


def _date(arguments: tuple[Node, ...]) -> Node:
    if len(arguments) == 1 and isinstance(arguments[0], Constant):
        parts = arguments[0].text.split("-")
        if len(parts) == 3 and all(part.isdigit() for part in parts):
            return Called("date", tuple(Constant(str(int(part)), "number") for part in parts))
    if len(arguments) == 3:
        return Called("date", arguments)
    raise Untranslatable("date() of something else than a day", "date() 的参数不是日期")


def _list_contains(arguments: tuple[Node, ...]) -> Node:
    if len(arguments) == 2 and isinstance(arguments[0], Named):
        return Operation("==", arguments)
    if len(arguments) == 2 and isinstance(arguments[0], Called) and arguments[0].function == "[]":
        return Operation("in", (arguments[1], *arguments[0].arguments))
    raise Untranslatable("list contains() of something else", "list contains() 的参数不支持")


def _substring(arguments: tuple[Node, ...]) -> Node:
    if len(arguments) != 3:
        raise Untranslatable("substring() without a length", "substring() 缺少长度")
    return Called("mid", arguments)


def _aggregate(function: str) -> Make:
    def make(arguments: tuple[Node, ...]) -> Node:
        only = arguments[0] if len(arguments) == 1 else None
        if isinstance(only, Named) and only.known.type == "rows":
            path = only.known.path.partition(".")[0] if function == "count" else only.known.path
            return Raw(f"{function}({path})", "decimal")
        if function in ("min", "max") and len(arguments) > 1:
            return Called(function, arguments)
        raise Untranslatable(f"{function}() of something else than rows", f"{function}() 的参数不是明细")

    return make


_FUNCTIONS: dict[str, Make] = {
    "not": lambda arguments: Operation("not", arguments), "string length": call("len", 1), "upper case": call("upper", 1),
    "lower case": call("lower", 1), "contains": call("contains", 2), "starts with": call("starts_with", 2),
    "ends with": call("ends_with", 2), "substring": _substring, "abs": call("abs", 1), "floor": call("floor", 1),
    "ceiling": call("ceil", 1), "round half up": call("round", 2), "round up": call("round_up", 2), "round down": call("round_down", 2),
    "today": call("today", 0), "now": call("now", 0), "date": _date, "string": call("text", 1), "list contains": _list_contains,
    "is defined": lambda arguments: Operation("not", (Called("is_missing", arguments),)), "is empty": lambda arguments: Called("is_missing", arguments),
    "decimal": call("round_even", 2), "number": lambda arguments: arguments[0],
    "sum": _aggregate("sum"), "count": _aggregate("count"), "min": _aggregate("min"), "max": _aggregate("max"), "mean": _aggregate("avg"),
}  # fmt: skip
_SPACED = "|".join(sorted((name for name in _FUNCTIONS if " " in name), key=len, reverse=True))

FEEL = Dialect(
    "FEEL",
    (
        (rf"(?:{_SPACED})(?=\s*\()", "name"),
        (r"and\b", "and"), (r"or\b", "or"), (r"if\b", "if"), (r"then\b", "then"), (r"else\b", "else"), (r"between\b", "between"),
        (r"in\b", "in"), (r"!=", "!="), (r"<=", "<="), (r">=", ">="), (r"==|=", "=="), (r"<", "<"), (r">", ">"), (r"\+", "+"),
        (r"\*", "*"), (r"-", "-"), (r"/", "/"), (r"\(", "("), (r"\)", ")"), (r"\[", "["), (r"\]", "]"), (r",", ","),
        (r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*", "name"),
    ),
    MappingProxyType(_FUNCTIONS),
    is_truthy=True,
    literals=MappingProxyType({
        "true": Constant("true", "boolean"), "false": Constant("false", "boolean"), "null": Constant("", "missing"),
    }),
)  # fmt: skip


def resolver(known: Mapping[str, Known]) -> Resolve:
    """Names are the keys of components, with the paths of their groups."""

    def resolve(text: str) -> Known:
        found = known.get(text) or known.get(text.removeprefix("parent.").removeprefix("this."))
        if found is None:
            raise Untranslatable(f"{text} is no component of the form", f"{text} 不是表单中的组件")
        return found

    return resolve
