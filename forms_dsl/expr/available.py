"""Where an expression can be computed: by which targets, and the parts that keep it from others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from forms_dsl.expr.functions import ALL, FUNCTIONS, NO_SQL, PYTHON_ONLY, SQL_ONLY
from forms_dsl.expr.scope import Target
from forms_dsl.expr.tree import Aggregate, Call, Constant, Expr, Ref


def targets_of(tree: Expr) -> frozenset[Target]:
    """The targets that can compute all of an expression."""
    own = _own(tree)
    for part in parts_of(tree):
        own &= targets_of(part)
    return own


def refused_parts(tree: Expr, target: Target) -> Iterator[Expr]:
    """The innermost parts that a target cannot compute."""
    if target not in _own(tree):
        yield tree
    for part in parts_of(tree):
        yield from refused_parts(part, target)


def parts_of(tree: Expr) -> tuple[Expr, ...]:
    """The expressions inside of one."""
    match tree:
        case Constant() | Ref():
            return ()
        case Call(arguments=arguments):
            return arguments
        case Aggregate(value=value, condition=condition):
            return tuple(part for part in (value, condition) if part is not None)
    assert_never(tree)


def _own(tree: Expr) -> frozenset[Target]:
    match tree:
        case Constant():
            return ALL
        case Ref(root="old"):
            return NO_SQL
        case Ref(root="user", type=type) if type.name == "list" and type.entity is not None:
            return SQL_ONLY
        case Ref():
            return ALL
        case Call(function="in_set"):
            return SQL_ONLY
        case Call(function=name):
            return FUNCTIONS[name].targets if name in FUNCTIONS else ALL
        case Aggregate(rows=rows):
            if rows.root == "group" or rows.type.related:
                return SQL_ONLY
            return ALL if rows.root == "record" else PYTHON_ONLY
    assert_never(tree)
