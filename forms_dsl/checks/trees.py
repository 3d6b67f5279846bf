"""Walking over expression trees and over all expressions of a model value; holds no check itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import lru_cache
from types import NoneType
from typing import Any

from forms_dsl.expr.tree import Aggregate, Call, Constant, Expr, Expression, Ref, ValueType
from forms_dsl.kinds import KINDS
from forms_dsl.model import App, Choice, Duration, FieldOptions
from forms_dsl.source import Span


def parts(tree: Expr) -> Iterator[Expr]:
    """The tree and all trees in it."""
    yield tree
    match tree:
        case Call():
            for argument in tree.arguments:
                yield from parts(argument)
        case Aggregate():
            yield tree.rows
            for inner in (tree.value, tree.condition):
                if inner is not None:
                    yield from parts(inner)
        case Constant() | Ref():
            pass


#: Attributes of the model whose expressions are conditions.
CONDITIONS = frozenset(
    {
        "visible", "check", "when", "filter", "where", "required_when", "read_only", "condition",
        "create", "read", "update", "delete", "deny", "choices_where", "exclude",
    }
)  # fmt: skip


#: Classes without expressions, and attributes that hold texts only.
_LEAVES = frozenset({str, bool, int, NoneType, Span, ValueType, FieldOptions, Duration, Choice})
_PLAIN = frozenset({"label", "title", "message", "help", "span", "options", "value_type"})


def expressions(value: object) -> Iterator[Expression]:
    """Every expression of a thing of the model, however deep it stands."""
    for _, expression in named_expressions(value):
        yield expression


def named_expressions(value: object) -> list[tuple[str, Expression]]:
    """The same, each with the attribute that holds it."""
    found: list[tuple[str, Expression]] = []
    _collect(value, "", found)
    return found


def _collect(value: object, name: str, found: list[tuple[str, Expression]]) -> None:
    kind: Any = value.__class__
    if kind in _LEAVES:
        return
    if kind is Expression:
        found.append((name, value))  # type: ignore[arg-type]  # by the line above
    elif kind is tuple:
        for inner in value:  # type: ignore[attr-defined]
            _collect(inner, name, found)
    elif kind is dict:
        for inner in value.values():  # type: ignore[attr-defined]
            _collect(inner, name, found)
    else:
        for attribute in _attributes(kind):
            _collect(getattr(value, attribute), attribute, found)


@lru_cache(maxsize=256)
def _attributes(kind: type[Any]) -> tuple[str, ...]:
    """The attributes of a class of the model that may hold expressions."""
    return tuple(each.name for each in fields(kind) if each.name not in _PLAIN) if is_dataclass(kind) else ()


#: Kinds of which the app holds nothing with an expression.
_WITHOUT = frozenset({"app", "choices", "params", "fragment", "calendar", "bindings", "i18n", "tests"})


def things(app: App) -> Iterator[object]:
    """The things of the app that hold expressions."""
    for kind in KINDS.values():
        if kind.name not in _WITHOUT:
            yield from getattr(app, kind.group).values()
