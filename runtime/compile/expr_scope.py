"""What the SQL form of an expression stands on: columns, rows and the values that are known only when it runs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from forms_dsl.expr.facts import Facts
from forms_dsl.expr.ir import to_ir
from forms_dsl.expr.python import compile_python
from forms_dsl.expr.tree import Aggregate, Call, Constant, Expr, Ref

DialectName = Literal["sqlite", "postgresql"]
Element = sa.ColumnElement[Any]

#: Turns the value of an expression into what the database is given.
Encode = Callable[[Any], object]


@dataclass(slots=True)
class LateValues:
    """The bound parameters of one statement whose values come from the request: `user`, `param`, the clock …

    Make one for a statement, lower all its expressions with it, keep both; for each request bind `values(facts)`.
    The names depend only on what is computed, so equal statements stay equal.
    """

    #: Keeps apart what the expressions of several apps in one statement read of their own context.
    prefix: str = ""
    _made: dict[str, Callable[[Facts], object]] = field(default_factory=dict)

    def bind(self, tree: Expr, encode: Encode, purpose: str, type: TypeEngine[Any]) -> sa.BindParameter[Any]:
        """The parameter that holds `encode(value of tree)`; `purpose` names the encoding."""
        spelled = json.dumps([to_ir(tree), purpose], ensure_ascii=False)
        name = f"{self.prefix}late_" + hashlib.blake2b(spelled.encode(), digest_size=8).hexdigest()
        if name not in self._made:
            evaluate = compile_python(tree)
            self._made[name] = lambda facts: encode(evaluate(facts))
        return sa.bindparam(name, type_=type)

    def values(self, facts: Facts) -> dict[str, object]:
        """The value of each parameter for one request."""
        return {name: compute(facts) for name, compute in self._made.items()}


@dataclass(frozen=True, slots=True)
class RowSource:
    """Child rows or related records of the record: a table (aliased) under a condition, and its columns by path."""

    table: sa.FromClause
    condition: Element
    column: Callable[[tuple[str, ...]], Element]
    #: The column that refers to a unit at the end of a path, as `SqlScope.unit`.
    unit: Callable[[tuple[str, ...]], Element | None] = lambda _path: None


class SqlScope(Protocol):
    """Where the columns of an expression come from; `runtime.compile.expr_tables` has the usual one."""

    @property
    def dialect(self) -> DialectName:
        """The database that the statement is for."""
        ...

    @property
    def timezone(self) -> str:
        """The app's time zone, for `date_of`."""
        ...

    @property
    def late(self) -> LateValues:
        """Where values of the request are bound."""
        ...

    @property
    def complete_user(self) -> bool:
        """True when the caller has made sure that no attribute of the user that is read is missing."""
        ...

    @property
    def parent(self) -> SqlScope | None:
        """The scope of the record around (`outer`), None when it is a value of the request."""
        ...

    def column(self, path: tuple[str, ...]) -> Element:
        """The value of a field of the record, or at the end of a path of references."""
        ...

    def unit(self, path: tuple[str, ...]) -> Element | None:
        """For `X.path`: the column of X when it is a reference to org.branch, so that a unit tree is a set of ids."""
        ...

    def rows(self, rows: Ref) -> RowSource:
        """The child rows or related records of a field."""
        ...


def is_late(tree: Expr, scope: SqlScope) -> bool:
    """Whether a value does not depend on any row, so that it is computed once per request and bound."""
    match tree:
        case Constant():
            return True
        case Ref(root=root):
            return root not in ("record", "row", "group") and not (root == "outer" and scope.parent is not None)
        case Call(arguments=arguments):
            return all(is_late(a, scope) for a in arguments)
        case Aggregate():
            return False


def is_constant(tree: Expr) -> bool:
    """Whether a value is known when the statement is made: no context, no clock."""
    match tree:
        case Constant():
            return True
        case Call(function="today" | "now" | "business_date" | "has_role" | "date_of"):
            return False
        case Call(arguments=arguments):
            return all(is_constant(a) for a in arguments)
        case _:
            return False


def may_be_missing(tree: Expr, scope: SqlScope) -> bool:
    """Whether a value may be missing, as far as the checker and the caller know."""
    match tree:
        case Constant(value=value):
            return value is None
        case Ref(root="user") if scope.complete_user:
            return False
    return tree.type.optional


def user_attributes_read(tree: Expr) -> frozenset[str]:
    """The attributes of the user that an expression reads: a filter denies when one of them is missing (7.8)."""
    match tree:
        case Ref(root="user", path=path):
            return frozenset(path[:1])
        case Call(function="has_role"):
            return frozenset({"roles"})
        case Call(arguments=arguments):
            return frozenset().union(*(user_attributes_read(a) for a in arguments))
        case Aggregate(value=value, condition=condition):
            return frozenset().union(*(user_attributes_read(part) for part in (value, condition) if part is not None))
    return frozenset()
