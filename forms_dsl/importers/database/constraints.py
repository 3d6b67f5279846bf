"""CHECK constraints: which list the allowed values of a column, and which are rules over a row.

Quotation marks, back quotes and brackets enclose names (ISO/IEC 9075-2, delimited identifiers; MySQL; SQL Server), apostrophes texts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import reduce
from types import MappingProxyType

from forms_dsl.importers.expressions.parser import call, parse_foreign
from forms_dsl.importers.expressions.printer import as_condition, written_tree
from forms_dsl.importers.expressions.tree import Called, Constant, Dialect, Named, Node, Operation, Resolve, Untranslatable

_CAST = r"::(?:[a-z_]+(?: varying| precision| without time zone)?)(?:\([0-9, ]+\))?(?:\[\])?"
_DELIMITED = r"\"(?:[^\"]|\"\")+\"|`[^`]+`|\[[^\[\]']+\]"
_NAME = rf"\(?(?P<name>{_DELIMITED}|[A-Za-z_][A-Za-z0-9_$]*)\)?"
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
        (r"[A-Za-z_][A-Za-z0-9_$]*", "name"),
    ),
    MappingProxyType({"abs": call("abs", 1), "round": call("round", 1, 2), "length": call("len", 1), "upper": call("upper", 1),
                      "lower": call("lower", 1), "coalesce": call("coalesce")}),
    literals=MappingProxyType({"NULL": Constant("", "missing"), "null": Constant("", "missing"),
                               "true": Constant("true", "boolean"), "false": Constant("false", "boolean")}),
    first=((_DELIMITED, "name"), (r"'(?:[^']|'')*'", "text")),
    doubled_quotes=True,
)  # fmt: skip


def allowed_values(check: str) -> tuple[str, list[str]] | None:
    """The column and the values that a constraint lists, or None when it is none of that form."""
    match = _LIST.match(re.sub(_CAST, "", check.strip()))
    if match is None:
        return None
    inside = match["array"] if match["array"] is not None else match["list"]
    rest = _QUOTED.sub("", inside).replace(",", "").strip(" ()")
    values = [quoted.replace("''", "'") or number for quoted, number in _QUOTED.findall(inside)]
    return (column_name(match["name"]), values) if values and not rest else None


def column_name(text: str) -> str:
    """The name of a column without the marks that enclose it."""
    if text[:1] == '"':
        return text[1:-1].replace('""', '"')
    return text[1:-1] if text[:1] in ("`", "[") else text


def as_rule(check: str, resolve: Resolve, nullable: Collection[str] = ()) -> str:
    """The constraint in our language, which passes wherever it does; `nullable` are our names. Raises Untranslatable.

    A CHECK refuses a row only where it is false, a rule of ours where it is not true. In the logic of three values (ISO/IEC 9075-2)
    "not false" goes through AND and OR, so it is enough that each comparison passes where one of its names has no value.
    """
    tree = as_condition(parse_foreign(check, _SQL, resolve), _SQL)
    return written_tree(_passing(tree, frozenset(nullable)), _SQL)


def _passing(node: Node, nullable: frozenset[str]) -> Node:
    """The condition with a way out for what may be missing: once around parts that depend on the same names."""
    parts = list(_comparisons(node))
    guards = [_missing_in(part, nullable) for part in parts]
    if all(guard == guards[0] for guard in guards):
        return reduce(lambda one, other: Operation("or", (one, other)), [*(Called("is_missing", (g,)) for g in guards[0]), node])
    if isinstance(node, Operation) and node.operator in ("and", "or"):
        return Operation(node.operator, tuple(_passing(one, nullable) for one in node.operands))
    if isinstance(node, Operation) and node.operator == "not" and isinstance(node.operands[0], Operation):
        inner = node.operands[0]
        flipped = {"and": "or", "or": "and"}.get(inner.operator)
        if flipped:
            return Operation(flipped, tuple(_passing(Operation("not", (one,)), nullable) for one in inner.operands))
        return _passing(inner.operands[0], nullable)
    raise Untranslatable("it depends on missing values", "其结果取决于空值")


def _comparisons(node: Node) -> Iterator[Node]:
    if isinstance(node, Operation) and node.operator in ("and", "or", "not"):
        for one in node.operands:
            yield from _comparisons(one)
    else:
        yield node


def _missing_in(node: Node, nullable: frozenset[str]) -> tuple[Node, ...]:
    """What may be missing in one comparison, so that SQL gives NULL; raises Untranslatable where NULL cannot be told apart."""
    match node:
        case Constant(text, kind):
            if kind == "missing" or (kind == "text" and not text):
                raise Untranslatable("it compares with NULL or an empty text", "与 NULL 或空文本比较")
            return ()
        case Named(known):
            return (node,) if known.path in nullable else ()
        case Called("coalesce", arguments):
            return () if any(not _missing_in(one, nullable) for one in arguments) else (node,)
        case Called(_, inside) | Operation(_, inside):
            found: list[Node] = []
            for guard in (guard for one in inside for guard in _missing_in(one, nullable)):
                if guard not in found:
                    found.append(guard)
            return tuple(found)
        case _:
            return ()
