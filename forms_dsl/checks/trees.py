"""Walking over expression trees and over all expressions of a model value; holds no check itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from forms_dsl.expr.tree import Aggregate, Call, Constant, Expr, Expression, Ref
from forms_dsl.model import App


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
        "create", "read", "update", "delete", "deny", "choices_where",
    }
)  # fmt: skip


def expressions(value: object) -> Iterator[Expression]:
    """Every expression of a thing of the model, however deep it stands."""
    for _, expression in named_expressions(value):
        yield expression


def named_expressions(value: object, name: str = "") -> Iterator[tuple[str, Expression]]:
    """The same, each with the attribute that holds it."""
    if isinstance(value, Expression):
        yield name, value
    elif is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            yield from named_expressions(getattr(value, each.name), each.name)
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from named_expressions(inner, name)
    elif isinstance(value, tuple):
        for inner in value:
            yield from named_expressions(inner, name)


def things(app: App) -> Iterator[object]:
    """The things of the app that hold expressions."""
    for group in (app.entities, app.forms, app.lists, app.pages, app.workflows, app.automations, app.reports, app.roles):
        yield from group.values()
