"""The common subset of JavaScript that DocTypes use in conditions, in our language."""

from __future__ import annotations

import re
from types import MappingProxyType

from forms_dsl.importers.expressions.printer import translated
from forms_dsl.importers.expressions.tree import Called, Constant, Dialect, Make, Node, Operation, Resolve, Untranslatable

_INCLUDES = re.compile(r"(\[[^\[\]]*\])\s*\.(?:includes|indexOf)\(\s*([A-Za-z_.]+)\s*\)(\s*(?:>=\s*0|!==?\s*-1|>\s*-1))?")


def _in_list(arguments: tuple[Node, ...]) -> Node:
    if len(arguments) != 2 or not isinstance(arguments[0], Called) or arguments[0].function != "[]":
        raise Untranslatable("in_list() of something else than a list", "in_list() 的参数不是列表")
    return Operation("in", (arguments[1], *arguments[0].arguments))


_FUNCTIONS: dict[str, Make] = {
    "in_list": _in_list,
    "cint": lambda arguments: arguments[0],
    "flt": lambda arguments: arguments[0],
}

_JAVASCRIPT = Dialect(
    "JavaScript",
    (
        (r"===|==", "=="), (r"!==|!=", "!="), (r"<=", "<="), (r">=", ">="), (r"<", "<"), (r">", ">"), (r"&&", "and"),
        (r"\|\|", "or"), (r"!", "!"), (r"\?", "?"), (r":", ":"), (r"\+", "+"), (r"-", "-"), (r"\*", "*"), (r"/", "/"), (r"%", "%"),
        (r"\(", "("), (r"\)", ")"), (r"\[", "["), (r"\]", "]"), (r",", ","), (r";\s*\Z", "skip"),
        (r"[A-Za-z_$][A-Za-z0-9_$]*(?:\.[A-Za-z_$][A-Za-z0-9_$]*)*", "name"),
    ),
    MappingProxyType(_FUNCTIONS),
    is_truthy=True,
    literals=MappingProxyType({
        "true": Constant("true", "boolean"), "false": Constant("false", "boolean"),
        "null": Constant("", "missing"), "undefined": Constant("", "missing"),
    }),
)  # fmt: skip


def condition_of(source: str, resolve: Resolve) -> str:
    """A `depends_on` in our language: a field's name, or `eval:` and JavaScript; raises Untranslatable."""
    text = source.strip()
    if text.startswith("eval:"):
        code = _INCLUDES.sub(r"in_list(\1, \2)", text[5:])
        return translated(code, _JAVASCRIPT, resolve, condition=True)
    return translated(
        f"doc.{text}" if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text) else text, _JAVASCRIPT, resolve, condition=True
    )
