"""Column types that mean the same in SQLite and PostgreSQL."""

from __future__ import annotations

import datetime as dt
import json
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import VARCHAR
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine


class Instant(TypeDecorator[dt.datetime]):
    """An aware instant in UTC, in milliseconds: timestamptz(3), or fixed-width text `YYYY-MM-DDTHH:MM:SS.sssZ`."""

    impl = sa.String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            from sqlalchemy.dialects.postgresql import TIMESTAMP

            return dialect.type_descriptor(TIMESTAMP(timezone=True, precision=3))
        return dialect.type_descriptor(sa.String(24))

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> object:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return truncate_to_milliseconds(value) if dialect.name == "postgresql" else format_instant(value)

    def process_result_value(self, value: object, dialect: Dialect) -> dt.datetime | None:
        if value is None or isinstance(value, dt.datetime):
            return value.astimezone(dt.UTC) if value else None
        return dt.datetime.fromisoformat(str(value))


class Day(TypeDecorator[dt.date]):
    """A day without a zone: date, or ISO text."""

    impl = sa.String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(sa.Date() if dialect.name == "postgresql" else sa.String(10))

    def process_bind_param(self, value: dt.date | None, dialect: Dialect) -> object:
        if value is None or dialect.name == "postgresql":
            return value
        return value.isoformat()

    def process_result_value(self, value: object, dialect: Dialect) -> dt.date | None:
        if value is None or isinstance(value, dt.date):
            return value
        return dt.date.fromisoformat(str(value))


class ScaledDecimal(TypeDecorator[Decimal]):
    """An exact number of 18 digits with `scale` decimals: numeric(18, scale), or an integer times 10^scale."""

    impl = sa.BigInteger
    cache_ok = True

    def __init__(self, scale: int) -> None:
        super().__init__()
        self.scale = scale
        self._unit = Decimal(1).scaleb(-scale)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.Numeric(18, self.scale))
        return dialect.type_descriptor(sa.BigInteger())

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> object:
        if value is None:
            return None
        if isinstance(value, float):
            raise TypeError("an amount is never a float")
        exact = Decimal(value).quantize(self._unit, ROUND_HALF_UP)
        return exact if dialect.name == "postgresql" else int(exact.scaleb(self.scale))

    def process_result_value(self, value: object, dialect: Dialect) -> Decimal | None:
        if value is None or isinstance(value, Decimal):
            return value
        return Decimal(int(str(value))).scaleb(-self.scale)


class Json(TypeDecorator[object]):
    """A JSON value kept as text in both databases; numbers inside are texts."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> object:
        return None if value is None else json.loads(value)


def bytewise_text(length: int) -> sa.String:
    """Text that is sorted and compared by code point in both databases, so that a prefix is a range of an index."""
    return sa.String(length).with_variant(VARCHAR(length, collation="C"), "postgresql")


# A request writes its moment into many rows. Moments that are equal are so in any zone, and cut and written alike.
@lru_cache(maxsize=1024)
def truncate_to_milliseconds(value: dt.datetime) -> dt.datetime:
    """The same instant in UTC, cut to milliseconds."""
    utc = value.astimezone(dt.UTC)
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


@lru_cache(maxsize=1024)
def format_instant(value: dt.datetime) -> str:
    """The wire form of an instant, `YYYY-MM-DDTHH:MM:SS.sssZ`."""
    # Not strftime: it does not fill up the years before 1000 with zeros.
    return truncate_to_milliseconds(value).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
