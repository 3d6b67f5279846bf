"""The XPath of XLSForm in our language: the subset that has counterparts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
    Untranslatable,
)


def _selected(arguments: tuple[Node, ...]) -> Node:
    if len(arguments) != 2 or not isinstance(arguments[0], Named):
        raise Untranslatable("selected() of something else than a question", "selected() 的参数不是问题")
    return Operation("==", arguments)


def _if(arguments: tuple[Node, ...]) -> Node:
    if len(arguments) != 3:
        raise Untranslatable("if() without three arguments", "if() 的参数不是三个")
    return Operation("if", arguments)


def _not(arguments: tuple[Node, ...]) -> Node:
    return Operation("not", arguments)


def _regex(arguments: tuple[Node, ...]) -> Node:
    if len(arguments) != 2 or not isinstance(arguments[1], Constant):
        raise Untranslatable("regex() without a literal pattern", "regex() 的格式不是常量")
    text = arguments[1].text.removeprefix("^").removesuffix("$")
    return Called("matches", (arguments[0], Constant(text, "text")))


def _substr(arguments: tuple[Node, ...]) -> Node:
    places = [one.text for one in arguments[1:] if isinstance(one, Constant) and one.text.isdigit()]
    if len(arguments) != 3 or len(places) != 2:
        raise Untranslatable("substr() without two literal places", "substr() 的位置不是常量")
    start, end = int(places[0]), int(places[1])
    return Called("mid", (arguments[0], Constant(str(start + 1), "number"), Constant(str(max(end - start, 0)), "number")))


def _constant(text: str) -> Make:
    return lambda _arguments: Constant(text, "boolean")


def _date(arguments: tuple[Node, ...]) -> Node:
    if len(arguments) == 1 and isinstance(arguments[0], Constant):
        parts = arguments[0].text.split("-")
        if len(parts) == 3 and all(part.isdigit() for part in parts):
            return Called("date", tuple(Constant(str(int(part)), "number") for part in parts))
    raise Untranslatable("date() of something else than a literal day", "date() 的参数不是日期常量")


def _round(arguments: tuple[Node, ...]) -> Node:
    return Called("round", arguments if len(arguments) == 2 else (*arguments, Constant("0", "number")))


_FUNCTIONS: dict[str, Make] = {
    "selected": _selected, "if": _if, "not": _not, "regex": _regex, "substr": _substr, "date": _date, "round": _round,
    "true": _constant("true"), "false": _constant("false"), "today": call("today", 0), "now": call("now", 0),
    "coalesce": call("coalesce", 2), "concat": call("concat"), "string-length": call("len", 1), "count-selected": call("len", 1),
    "contains": call("contains", 2), "starts-with": call("starts_with", 2), "ends-with": call("ends_with", 2),
    "int": lambda arguments: Called("round_down", (*arguments, Constant("0", "number"))), "number": lambda arguments: arguments[0],
    "string": call("text", 1), "abs": call("abs", 1), "normalize-space": call("trim", 1),
    "lower-case": call("lower", 1), "upper-case": call("upper", 1),
}  # fmt: skip

_TOKENS = (
    (r"\$\{[^}]{1,100}\}", "name"),
    (r"(?:and)\b", "and"), (r"(?:or)\b", "or"), (r"(?:div)\b", "/"), (r"(?:mod)\b", "%"),
    (r"[A-Za-z_][A-Za-z0-9_.-]*(?=\s*\()", "name"),
    (r"!=", "!="), (r"<=", "<="), (r">=", ">="), (r"=", "=="), (r"<", "<"), (r">", ">"),
    (r"\+", "+"), (r"-", "-"), (r"\*", "*"), (r"\(", "("), (r"\)", ")"), (r",", ","),
    (r"\.(?![0-9./])", "self"),
)  # fmt: skip


def _dialect() -> Dialect:
    def aggregate(function: str) -> Callable[[tuple[Node, ...]], Node]:
        def make(arguments: tuple[Node, ...]) -> Node:
            only = arguments[0] if len(arguments) == 1 else None
            if isinstance(only, Named) and only.known.type == "rows":
                path = only.known.path.partition(".")[0] if function == "count" else only.known.path
                return Raw(f"{function}({path})", "decimal")
            if function in ("min", "max"):
                return Called(function, arguments)
            raise Untranslatable(
                f"{function}() of something else than a question in a repeat", f"{function}() 的参数不是重复组中的问题"
            )

        return make

    functions = {**_FUNCTIONS, **{name: aggregate(name) for name in ("sum", "min", "max", "count")}}
    return Dialect("XPath", _TOKENS, MappingProxyType(functions))


XPATH = _dialect()


@dataclass(frozen=True, slots=True)
class Repeated:
    """A question within a repeat: the field of rows, the field of a row, its type."""

    rows: str
    field: str
    type: str


def resolver(
    known: Mapping[str, Known],
    repeated: Mapping[str, Repeated],
    repeats: Mapping[str, str],
    inside: str | None,
    own: Known | None,
) -> Callable[[str], Known]:
    """What the names in an expression mean: questions beside it, outside of its repeat, or of a repeat."""

    def resolve(text: str) -> Known:
        if text == ".":
            if own is None:
                raise Untranslatable("'.' stands where there is no question", "“.”处没有问题")
            return own
        name = text[2:-1].strip()
        if name in repeats:
            return Known(repeats[name], "rows")
        found = repeated.get(name)
        if found is not None:
            return Known(found.field, found.type) if found.rows == inside else Known(f"{found.rows}.{found.field}", "rows")
        if name in known:
            return known[name]
        raise Untranslatable(f"{text} is no question of this form", f"{text} 不是本表单的问题")

    return resolve
