"""Names and paths in Python: where in the facts they are read."""

from __future__ import annotations

from forms_dsl.expr.python_rows import Evaluate
from forms_dsl.expr.tree import Ref


def read_name(ref: Ref) -> Evaluate:
    """The closure that reads a name or path; the empty text is missing, sets are sets."""
    key = ".".join(ref.path)
    if ref.type.name == "multi_choice":
        read = _read(ref.root, key)
        return lambda facts, row: frozenset(value) if (value := read(facts, row)) else None
    if ref.type.name in ("number", "boolean", "date", "datetime", "rows"):
        return _read(ref.root, key)
    read = _read(ref.root, key)
    return lambda facts, row: read(facts, row) or None  # the empty text is missing


def _read(root: str, key: str) -> Evaluate:
    match root:
        case "record":
            return lambda facts, _row: facts.record.get(key)
        case "row":
            return lambda _facts, row: None if row is None else row.get(key)
        case "user":
            return lambda facts, _row: facts.user.get(key)
        case "param":
            return lambda facts, _row: facts.param.get(key)
        case "code":
            return lambda facts, _row: facts.code
        case "calendar":
            return lambda facts, _row: facts.calendar
        case "rates":
            return lambda facts, _row: facts.rates
    return lambda facts, _row: getattr(facts, root).get(key)
