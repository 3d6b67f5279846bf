"""The SQL form of single values: numbers in their representation, texts in their collation, late values bound.

A number on PostgreSQL is numeric or bigint. On SQLite it is either *native*, an integer times 10^scale as a column
keeps it, or *canonical text*; the type of an element says which: `ScaledDecimal` and integers are native.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from forms_dsl.expr import bounds
from forms_dsl.expr.numbers import canonical
from forms_dsl.expr.tree import Expr, ValueType
from runtime.compile.expr_scope import Element, RowSource, SqlScope, is_constant
from runtime.store.types import Day, Instant, Json, ScaledDecimal

#: The largest integer of SQLite and of bigint.
LARGEST = 2**63 - 1
_INTEGER_LIMIT = Decimal(10**15)


class Exact(TypeDecorator[Decimal]):
    """An exact number of any scale: numeric in PostgreSQL, canonical text in SQLite."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type in a database."""
        return dialect.type_descriptor(sa.Numeric() if dialect.name == "postgresql" else sa.Text())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> object:
        """The value as the driver takes it."""
        return value if value is None or dialect.name == "postgresql" else canonical(value)

    def process_result_value(self, value: object, dialect: Dialect) -> Decimal | None:
        """The value as Python has it."""
        return None if value is None else Decimal(str(value))


EXACT = Exact()
WHOLE = sa.BigInteger()


@dataclass(frozen=True, slots=True)
class Lowering:
    """The scope of an expression, the rows of the aggregate around it, and the ways to lower its parts.

    The parts of the compiler call each other through `lower_value`, `lower_number` and `lower_condition`.
    """

    scope: SqlScope
    lower_value: Callable[[Lowering, Expr], Element]
    lower_number: Callable[[Lowering, Expr], Number]
    lower_condition: Callable[[Lowering, Expr, bool], Element]
    row: RowSource | None = None

    @property
    def sqlite(self) -> bool:
        """Whether the statement is for SQLite."""
        return self.scope.dialect == "sqlite"

    def value(self, tree: Expr) -> Element:
        """The value of a part; NULL is missing."""
        return self.lower_value(self, tree)

    def number(self, tree: Expr) -> Number:
        """The value of a number in its representation."""
        return self.lower_number(self, tree)

    def condition(self, tree: Expr, *, positive: bool) -> Element:
        """A part as a condition: in a positive position NULL may stand for false, else it is never NULL."""
        return self.lower_condition(self, tree, positive)

    def function(self, name: str, *arguments: Element) -> Any:
        """A call of the language's own function in the database."""
        return getattr(sa.func, f"lc_{name}")(*arguments) if self.sqlite else getattr(sa.func.lc, name)(*arguments)


@dataclass(frozen=True, slots=True)
class Number:
    """A number in SQL: `scale` is None for canonical text (SQLite) and numeric (PostgreSQL), else it is native."""

    element: Element
    scale: int | None
    limit: Decimal


def column_type(type: ValueType) -> TypeEngine[Any]:
    """The type of a bound or computed value."""
    match type.name:
        case "number":
            return EXACT
        case "boolean":
            return sa.Boolean()
        case "date":
            return Day()
        case "datetime":
            return Instant()
        case "multi_choice" | "list":
            return Json()
    return sa.Text()


def bound(low: Lowering, tree: Expr, encode: Callable[[Any], object], purpose: str, type: TypeEngine[Any]) -> Element:
    """A value that depends on no row: a literal when it is known now, else a late parameter."""
    if is_constant(tree):
        return sa.literal(encode(constant_value(tree)), type)
    return low.scope.late.bind(tree, encode, purpose, type)


def constant_value(tree: Expr) -> Any:
    """The value of an expression that reads nothing."""
    from forms_dsl.expr.facts import Facts
    from forms_dsl.expr.python import compile_python

    return compile_python(tree)(Facts())


def as_is(value: Any) -> object:
    """The value itself."""
    return value


def typed_bound(low: Lowering, tree: Expr) -> Element:
    """A value that depends on no row, with its type said to PostgreSQL, for any place but a plain comparison."""
    type = column_type(tree.type)
    element = bound(low, tree, _listed if tree.type.name in ("multi_choice", "list") else as_is, "value", type)
    return element if low.sqlite else sa.type_coerce(sa.cast(element, _cast_type(tree.type)), type)


def _listed(value: Any) -> object:
    return None if value is None else list(value)


def _cast_type(type: ValueType) -> TypeEngine[Any]:
    match type.name:
        case "number":
            return sa.Numeric()
        case "date":
            return sa.Date()
        case "datetime":
            return sa.TIMESTAMP(timezone=True)
        case "boolean":
            return sa.Boolean()
    return sa.Text()


def null(low: Lowering, type: ValueType) -> Element:
    """Missing, of a type."""
    return (
        sa.type_coerce(sa.cast(sa.null(), _cast_type(type)), column_type(type))
        if not low.sqlite
        else sa.type_coerce(sa.null(), column_type(type))
    )


# Numbers -----------------------------------------------------------------------------------------------------------


def number_of(low: Lowering, element: Element, type: ValueType) -> Number:
    """An element with what its type and the checker know of it."""
    scale, limit = bounds.of_type(type)
    match element.type:
        case ScaledDecimal(scale=kept):
            return Number(element, kept, min(limit, Decimal(10 ** (18 - kept))))
        case sa.Integer():
            return Number(element, 0, min(limit, _INTEGER_LIMIT) if scale == 0 else limit)
    return Number(element, None, limit)


def exact(low: Lowering, number: Number) -> Element:
    """A number as an operand of exact functions: numeric in PostgreSQL, canonical text in SQLite."""
    if not low.sqlite:
        return sa.type_coerce(
            sa.cast(number.element, sa.Numeric()) if isinstance(number.element.type, sa.Integer) else number.element, EXACT
        )
    if number.scale is None:
        return sa.type_coerce(number.element, EXACT)
    if number.scale == 0:
        return sa.type_coerce(sa.cast(number.element, sa.Text()), EXACT)
    return sa.type_coerce(sa.func.lc_unscaled(raw(number), number.scale), EXACT)


def raw(number: Number) -> Element:
    """The integer that holds a native number in SQLite, free of what its column's type does to operands."""
    return sa.type_coerce(number.element, WHOLE)


def rescaled(number: Number, scale: int) -> Element | None:
    """A native number of SQLite at a larger scale, None where 64 bits might not hold it."""
    if number.scale is None or number.limit * 10**scale > LARGEST:
        return None
    return raw(number) if number.scale == scale else raw(number) * sa.literal(10 ** (scale - number.scale), WHOLE)


def common(low: Lowering, numbers: list[Number]) -> tuple[list[Element], int | None]:
    """Several numbers in one representation: natively at a common scale (SQLite), else exactly."""
    if low.sqlite and all(n.scale is not None for n in numbers):
        scale = max(n.scale or 0 for n in numbers)
        native = [rescaled(n, scale) for n in numbers]
        if all(element is not None for element in native):
            return [element for element in native if element is not None], scale
    return [exact(low, n) for n in numbers], None


def native_type(scale: int | None) -> TypeEngine[Any]:
    """The type of an element of `common`."""
    return EXACT if scale is None else WHOLE if scale == 0 else ScaledDecimal(scale)


Edge = Literal["floor", "ceiling", "equal"]


def edge(scale: int, how: Edge) -> Callable[[Any], object]:
    """Encodes a number for comparison with integers of a scale: `a < 2.5` is `a < ceiling(2.5)` for a whole a.

    For `equal`, a number that no such integer equals becomes NULL, which nothing equals.
    """

    def encode(value: Any) -> object:
        if value is None:
            return None
        moved = bounds.EXACT.scaleb(Decimal(value), scale)
        whole = moved.to_integral_value(ROUND_CEILING if how == "ceiling" else ROUND_FLOOR)
        if how == "equal" and (whole != moved or abs(whole) > LARGEST):
            return None
        return int(max(min(whole, Decimal(LARGEST)), Decimal(-LARGEST)))

    return encode


# Texts and days ----------------------------------------------------------------------------------------------------


def bytewise(low: Lowering, left: Element, right: Element) -> tuple[Element, Element]:
    """Two texts that PostgreSQL compares by code point; a bare column stays bare, so that its index serves."""
    if low.sqlite:
        return left, right
    if isinstance(left, sa.Column) and not isinstance(right, sa.Column):
        return left, sa.collate(right, "C")
    if isinstance(right, sa.Column) and not isinstance(left, sa.Column):
        return sa.collate(left, "C"), right
    return left, sa.collate(right, "C")


def prefix_end(prefix: str) -> str | None:
    """The smallest text after all texts that begin with `prefix`; None when there is none."""
    for position in range(len(prefix) - 1, -1, -1):
        point = ord(prefix[position]) + 1
        if point <= 0x10FFFF:
            return prefix[:position] + chr(0xE000 if 0xD800 <= point <= 0xDFFF else point)
    return None


def day_start(zone: str, later: int) -> Callable[[Any], object]:
    """Encodes a day as the instant when it begins in a time zone, or `later` days after."""

    def encode(value: Any) -> object:
        if value is None:
            return None
        last = dt.date.max.toordinal()
        ordinal = value.toordinal() + later
        try:
            start = dt.datetime.combine(dt.date.fromordinal(min(ordinal, last)), dt.time(), ZoneInfo(zone)).astimezone(dt.UTC)
            return start + dt.timedelta(days=max(ordinal - last, 0))
        except OverflowError:  # it begins before the year 1 or after the year 9999 of Greenwich
            edge_of_time = dt.datetime.min if ordinal < last else dt.datetime.max
            return edge_of_time.replace(tzinfo=dt.UTC)

    return encode
