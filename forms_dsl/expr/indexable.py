"""Whether a condition can be answered from an index: it compares a field itself with a value that is known before."""

from __future__ import annotations

from forms_dsl.expr.available import parts_of
from forms_dsl.expr.tree import Aggregate, Call, Expr, Ref

_COMPARED = frozenset({"eq", "lt", "le", "gt", "ge"})


def can_use_index(tree: Expr) -> bool:
    """Whether some index could narrow down the rows of a filter; one part of an `and` is enough, an `or` needs all."""
    if reads_nothing(tree):
        return True
    match tree:
        case Call(function="and", arguments=arguments):
            return any(can_use_index(each) for each in arguments if not reads_nothing(each))
        case Call(function="or", arguments=arguments):
            return all(can_use_index(each) for each in arguments)
        case Call(function="not", arguments=(Call(function="eq" | "in") as inner,)):
            # It keeps most rows, so that an index on the order of the list serves.
            return can_use_index(inner)
        case Call(function="in", arguments=(first, *items)):
            return _is_column(first) and all(reads_nothing(each) for each in items)
        case Call(function="starts_with" | "in_tree" | "in_set", arguments=(first, second)):
            return _is_column(first) and reads_nothing(second)
        case Call(function="is_missing", arguments=(inner,)):
            return _is_column(inner)
        case Call(function=name, arguments=(left, right)) if name in _COMPARED:
            return (_is_column(left) and reads_nothing(right)) or (_is_column(right) and reads_nothing(left))
        case Ref():
            return True
    return False


def reads_nothing(tree: Expr) -> bool:
    """Whether a value is the same for all records."""
    match tree:
        case Ref(root=root):
            return root not in ("record", "row", "group")
        case Aggregate():
            return False
    return all(reads_nothing(part) for part in parts_of(tree))


def _is_column(tree: Expr) -> bool:
    """A field itself, or the day of an instant, which is a range of instants."""
    match tree:
        case Ref(root="record"):
            return True
        case Call(function="date_of", arguments=(Ref(root="record"),)):
            return True
    return False
