"""CHECK constraints: which list the allowed values of a column, and which are rules over a row."""

from __future__ import annotations

import re
from types import MappingProxyType

from forms_dsl.importers.expressions.parser import call
from forms_dsl.importers.expressions.printer import translated
from forms_dsl.importers.expressions.tree import Constant, Dialect, Resolve

_CAST = r"::(?:[a-z_]+(?: varying| precision| without time zone)?)(?:\([0-9, ]+\))?(?:\[\])?"
_NAME = r"\(?\"?(?P<name>[A-Za-z_][A-Za-z0-9_$]*)\"?\)?"
_LIST = re.compile(
    rf"^\(*\s*{_NAME}\s*(?:=\s*ANY\s*\(+\s*ARRAY\s*\[(?P<array>.*)\]\s*\)+|IN\s*\((?P<list>.*)\))\s*\)*$",
    re.IGNORECASE | re.DOTALL,
)
_QUOTED = re.compile(r"'((?:[^']|'')*)'|(-?[0-9]+)")

_SQL = Dialect(
    "SQL",
    (
        (_CAST, "skip"),
        (r"(?i:and)\b", "and"), (r"(?i:or)\b", "or"), (r"(?i:not)\b", "!"), (r"(?i:between)\b", "between"), (r"(?i:in)\b", "in"),
        (r"<>|!=", "!="), (r"<=", "<="), (r">=", ">="), (r"=", "=="), (r"<", "<"), (r">", ">"), (r"\|\|", "&"),
        (r"\+", "+"), (r"-", "-"), (r"\*", "*"), (r"/", "/"), (r"%", "%"), (r"\(", "("), (r"\)", ")"), (r",", ","),
        (r"\"[^\"]+\"|[A-Za-z_][A-Za-z0-9_$]*", "name"),
    ),
    MappingProxyType({"abs": call("abs", 1), "round": call("round", 1, 2), "length": call("len", 1), "upper": call("upper", 1),
                      "lower": call("lower", 1), "coalesce": call("coalesce")}),
    literals=MappingProxyType({"NULL": Constant("", "missing"), "null": Constant("", "missing"),
                               "true": Constant("true", "boolean"), "false": Constant("false", "boolean")}),
)  # fmt: skip


def allowed_values(check: str) -> tuple[str, list[str]] | None:
    """The column and the values that a constraint lists, or None when it is none of that form."""
    match = _LIST.match(re.sub(_CAST, "", check.strip()))
    if match is None:
        return None
    inside = match["array"] if match["array"] is not None else match["list"]
    rest = _QUOTED.sub("", inside).replace(",", "").strip(" ()")
    values = [quoted.replace("''", "'") or number for quoted, number in _QUOTED.findall(inside)]
    return (match["name"], values) if values and not rest else None


def as_rule(check: str, resolve: Resolve) -> str:
    """The constraint in our language; raises Untranslatable."""
    return translated(check, _SQL, resolve, condition=True)
