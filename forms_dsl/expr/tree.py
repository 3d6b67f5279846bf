"""The typed expression tree: one tree, lowered to Python, SQL and browser JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from forms_dsl.source import Span

TypeName = Literal[
    "number",
    "text",
    "boolean",
    "date",
    "datetime",
    "choice",
    "multi_choice",
    "reference",
    "rows",
    "list",
    "missing",
    "calendar",
    "rates",
]


@dataclass(frozen=True, slots=True)
class ValueType:
    """The static type of an expression or field.

    `codes` of choices, in order; `entity` ("app.entity") of references; `rows` the row fields of rows and
    related records; `scale` of numbers where known (0 = whole); `currency` tag of money.
    """

    name: TypeName
    codes: tuple[str, ...] = ()
    ordered: bool = False
    entity: str | None = None
    rows: Mapping[str, ValueType] | None = field(default=None, hash=False)
    scale: int | None = None
    currency: str | None = None
    #: Whether the value may be missing; False only when provable.
    optional: bool = True
    #: For related records: True when the rows are other records (SQL only), not child rows.
    related: bool = False
    #: Of numbers: no absolute value is larger; None = nothing is known.
    limit: Decimal | None = None
    #: What to use instead, by language, where the name or a code of this type should not be used any more.
    deprecated: Mapping[str, str] | None = field(default=None, compare=False, repr=False)
    deprecated_codes: Mapping[str, Mapping[str, str]] | None = field(default=None, compare=False, repr=False)


#: What a literal may hold; money and numbers are Decimal, never float.
LiteralValue = Decimal | str | bool | None


@dataclass(frozen=True, slots=True)
class Constant:
    """A constant; `None` is missing."""

    type: ValueType
    value: LiteralValue
    span: Span


@dataclass(frozen=True, slots=True)
class Ref:
    """A name: a field path of the record (`root` "record"), of the loop row ("row"), or of a context word.

    `root` is one of record, row, user, param, old, result, authority, code, output, outer (the record around the
    one that bare names mean) and group (the records of a report's group, only as `rows` of an aggregate); calendar and
    rates are the tables that functions read (`calendars`), which no text can name.
    """

    type: ValueType
    root: str
    path: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Call:
    """An operator or function by its name in the IR: add, eq, lt, and, or, not, if, in, coalesce, round …"""

    type: ValueType
    function: str
    arguments: tuple[Expr, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Aggregate:
    """`function(value for row in rows if condition)`; rows is a Ref of type rows; value None means count()."""

    type: ValueType
    function: str
    rows: Ref
    value: Expr | None
    condition: Expr | None
    span: Span


Expr = Constant | Ref | Call | Aggregate


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression with its source text and the record fields it reads (paths)."""

    source: str
    tree: Expr
    reads: frozenset[tuple[str, ...]]

    @property
    def type(self) -> ValueType:
        """The static type of the result."""
        return self.tree.type


def is_of_group(tree: Expr) -> bool:
    """Whether a value is one of a whole group of records: it aggregates them, and reads no single record outside."""
    match tree:
        case Aggregate(rows=Ref(root="group")):
            return True
        case Call(arguments=arguments):
            return any(is_of_group(each) for each in arguments) and not any(_is_of_record(each) for each in arguments)
        case _:
            return False


def _is_of_record(tree: Expr) -> bool:
    match tree:
        case Ref(root=root):
            return root == "record"
        case Call(arguments=arguments):
            return any(_is_of_record(each) for each in arguments)
        case Aggregate(rows=rows):
            return rows.root != "group"
        case Constant():
            return False
