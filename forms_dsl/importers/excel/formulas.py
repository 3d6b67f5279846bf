"""Formulas of a column as an expression over the other columns, where all rows say the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from forms_dsl.importers.expressions.parser import call
from forms_dsl.importers.expressions.printer import translated_value
from forms_dsl.importers.expressions.tree import Called, Constant, Dialect, Known, Make, Node, Operation, Untranslatable
from forms_dsl.importers.workbook.cells import Cell, column_number

_REFERENCE = re.compile(r"(\$?)([A-Z]{1,3})(\$?)([0-9]+)\Z")


def _condition(arguments: tuple[Node, ...]) -> Node:
    if len(arguments) not in (2, 3):
        raise Untranslatable("IF with other than 2 or 3 arguments", "IF 的参数个数不是 2 或 3")
    return Operation("if", (*arguments, *((Constant("", "missing"),) if len(arguments) == 2 else ())))


def _chain(operator: str) -> Make:
    def make(arguments: tuple[Node, ...]) -> Node:
        found = arguments[0]
        for argument in arguments[1:]:
            found = Operation(operator, (found, argument))
        return found

    return make


def _joined(arguments: tuple[Node, ...]) -> Node:
    found = arguments[0]
    for argument in arguments[1:]:
        found = Operation("&", (found, argument))
    return found


_FUNCTIONS: dict[str, Make] = {
    "IF": _condition, "AND": _chain("and"), "OR": _chain("or"), "SUM": _chain("+"), "PRODUCT": _chain("*"),
    "NOT": lambda arguments: Operation("not", arguments), "CONCATENATE": _joined, "CONCAT": _joined,
    "ROUND": call("round", 2), "ROUNDUP": call("round_up", 2), "ROUNDDOWN": call("round_down", 2), "ABS": call("abs", 1),
    "MIN": call("min"), "MAX": call("max"), "LEFT": call("left", 2), "RIGHT": call("right", 2), "MID": call("mid", 3),
    "LEN": call("len", 1), "UPPER": call("upper", 1), "LOWER": call("lower", 1), "TRIM": call("trim", 1),
    "YEAR": call("year", 1), "MONTH": call("month", 1), "DAY": call("day", 1), "TODAY": call("today", 0),
    "DATE": call("date", 3), "EDATE": call("add_months", 2), "ISBLANK": lambda arguments: Called("is_missing", arguments),
}  # fmt: skip

DIALECT = Dialect(
    "Excel",
    (
        (r"<>", "!="),
        (r"<=", "<="),
        (r">=", ">="),
        (r"=", "=="),
        (r"<", "<"),
        (r">", ">"),
        (r"\+", "+"),
        (r"-", "-"),
        (r"\*", "*"),
        (r"/", "/"),
        (r"&", "&"),
        (r"\(", "("),
        (r"\)", ")"),
        (r",", ","),
        (r"\$?[A-Z]{1,3}\$?[0-9]{1,7}(?![A-Za-z0-9_(!:])", "name"),
        (r"[A-Z][A-Z0-9.]*(?=\()", "name"),
        (r"TRUE\b|FALSE\b", "name"),
    ),
    MappingProxyType(_FUNCTIONS),
    literals=MappingProxyType({"TRUE": Constant("true", "boolean"), "FALSE": Constant("false", "boolean")}),
)


def relative(formula: str, row: int) -> str:
    """The formula with references to its own row as `{column}`, so that the same formula reads the same in each row."""

    def put(match: re.Match[str]) -> str:
        if int(match[2]) == row:
            return f"{{{match[1]}}}"
        return match[0]

    return re.sub(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})(?![0-9(])", put, formula)


def common_formula(cells: Mapping[int, Cell]) -> tuple[int, str] | None:
    """The row and text of the formula that nine of ten cells share, or None."""
    forms: dict[str, list[int]] = {}
    for row, cell in cells.items():
        if cell.formula:
            forms.setdefault(relative(cell.formula, row), []).append(row)
    if not forms:
        return None
    rows = max(forms.values(), key=len)
    formula = cells[rows[0]].formula or ""
    return (rows[0], formula) if len(rows) * 10 >= len(cells) * 9 else None


def as_expression(formula: str, row: int, columns: Mapping[int, Known]) -> tuple[str, str]:
    """The formula of a row over the fields of the columns, and the type of its value; raises Untranslatable."""

    def resolve(text: str) -> Known:
        match = _REFERENCE.match(text)
        if match is None or int(match[4]) != row:
            raise Untranslatable(f"{text} is not in the same row", f"{text} 不在同一行")
        found = columns.get(column_number(match[2]))
        if found is None:
            raise Untranslatable(f"{text} is in no column of the table", f"{text} 不在表格的列中")
        return found

    return translated_value(formula.lstrip("="), DIALECT, resolve)
