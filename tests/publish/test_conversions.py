"""Every pair of types: the value comes out as it went in, written as the other type writes it, or there is none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forms_dsl.fieldtypes.protocol import ValueRefused
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.model import Field, FieldOptions
from forms_dsl.source import Span
from runtime.compile.tables import column_type, storage_of
from runtime.publish.conversions import _TABLE, conversion
from runtime.store.database import Database
from runtime.store.types import format_instant

ZONE = "Asia/Shanghai"
_DIGITS = st.text("0123456789", min_size=1, max_size=20)
_NUMBER_TEXT = st.builds(
    lambda sign, whole, rest: sign + whole + rest,
    st.sampled_from(["", "-", "+"]),
    _DIGITS,
    st.one_of(st.just(""), st.just("."), _DIGITS.map(lambda rest: "." + rest)),
)
_DAYS = st.dates(dt.date(1, 1, 2), dt.date(9999, 12, 30))
_INSTANTS = st.one_of(
    st.datetimes(dt.datetime(1, 1, 3), dt.datetime(9999, 12, 28)).map(
        lambda t: t.replace(microsecond=t.microsecond // 1000 * 1000, tzinfo=dt.UTC)
    ),
    st.dates(dt.date(1902, 1, 3), dt.date(9999, 12, 28)).map(
        lambda d: dt.datetime.combine(d, dt.time(), ZoneInfo(ZONE)).astimezone(dt.UTC)
    ),
)
_TEXT = st.one_of(
    _NUMBER_TEXT,
    st.sampled_from(
        ["true", "false", "TRUE", "1e5", "１２", "12 3", "0x1", "a", "-", ".5", "", "2026-02-29", "0000-01-01"]
    ).filter(bool),
    _DAYS.map(dt.date.isoformat),
    st.builds("{:04}-{:02}-{:02}".format, st.integers(0, 9999), st.integers(0, 13), st.integers(0, 32)),
    _INSTANTS.map(format_instant),
    _INSTANTS.map(lambda t: format_instant(t)[:19] + "Z"),
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=12).map(str.strip).filter(bool),
)


def field(type: str, scale: int = 2, unfit: str = "refuse") -> Field:
    """A field of a type, with a scale where it has one."""
    options = FieldOptions(scale=scale)
    return Field("f", "f", {"en": "F"}, type, FIELD_TYPES[type].value_type(options), options, Span("f", 1, 1, 1, 1), unfit=unfit)


def scaled(scale: int) -> st.SearchStrategy[Decimal]:
    return st.integers(-(10**18) + 1, 10**18 - 1).map(lambda n: Decimal(n).scaleb(-scale)) | st.integers(-2000, 2000).map(
        lambda n: Decimal(n).scaleb(-scale)
    )


VALUES: dict[str, Callable[[int], st.SearchStrategy[object]]] = {
    "text": lambda scale: _TEXT,
    "choice": lambda scale: st.sampled_from(["1", "0", "low", "true", "-7", "一.二"]),
    "multi_choice": lambda scale: st.lists(st.sampled_from(["a", "一.二", "-"]), unique=True, max_size=2),
    "integer": lambda scale: st.integers(-(10**15) + 1, 10**15 - 1) | st.integers(-3, 3),
    "decimal": scaled,
    "boolean": lambda scale: st.booleans(),
    "date": lambda scale: _DAYS,
    "datetime": lambda scale: _INSTANTS,
}
KINDS = {
    "text": "text",
    "code": "choice",
    "codes": "multi_choice",
    "integer": "integer",
    "decimal": "decimal",
    "boolean": "boolean",
    "date": "date",
    "instant": "datetime",
}


def expected(value: object, old: Field, new: Field) -> object:
    """What the value is in the new type by the rules of the types themselves; None where it is none."""
    rounds, scale = new.unfit == "round", new.options.scale or 0
    match value, new.type:
        case (list(), "choice"):
            return value[0] if len(value) == 1 else None
        case (str(), "multi_choice"):
            return [value]
        case (bool(), "integer"):
            return int(value)
        case (bool(), _):
            return "true" if value else "false"
        case (int(), "boolean"):
            return {0: False, 1: True}.get(value)
        case (int() | Decimal(), "text" | "choice"):
            return str(value) if isinstance(value, int) else f"{value:f}"
        case (int() | Decimal(), "integer" | "decimal"):
            places = scale if new.type == "decimal" else 0
            exact = Decimal(value)
            rounded = Decimal(int((abs(exact) * 10**places).to_integral_value(ROUND_HALF_UP))).scaleb(-places).copy_sign(exact)
            limit = 10 ** (18 - places) if new.type == "decimal" else 10**15
            fits = (rounds or rounded == exact) and abs(rounded) < limit
            return (int(rounded) if new.type == "integer" else rounded) if fits else None
        case (dt.datetime(), "date"):
            local = value.astimezone(ZoneInfo(ZONE))
            return local.date() if rounds or local.time() == dt.time() else None
        case (dt.datetime(), _):
            return format_instant(value)
        case (dt.date(), "datetime"):
            return dt.datetime.combine(value, dt.time(), ZoneInfo(ZONE)).astimezone(dt.UTC)
        case (dt.date(), _):
            return value.isoformat()
        case (str(), "datetime") if len(value) not in {20, 24} or not value.endswith("Z"):
            return None  # the forms that the platform itself writes
        case (str(), _):
            try:
                read = FIELD_TYPES[new.type].parse(value, new.options)
            except ValueRefused:
                return None
            return int(read) if isinstance(read, Decimal) and new.type == "integer" else read
    raise AssertionError((value, new.type))


def converted(database: Database, values: list[object], old: Field, new: Field) -> list[object]:
    """What the database makes of the values, each read as the new type reads it."""
    way = conversion(old, new, ZONE, is_sqlite=database.is_sqlite)
    assert way is not None
    before, after = column_type(storage_of(old)), column_type(storage_of(new))
    with database.write() as connection:
        table = sa.Table("tried", sa.MetaData(), sa.Column("n", sa.Integer), sa.Column("x", before), prefixes=["TEMPORARY"])
        connection.execute(sa.schema.CreateTable(table))
        connection.execute(sa.insert(table), [{"n": n, "x": value} for n, value in enumerate(values)])
        result = connection.exec_driver_sql(
            f"CREATE TEMPORARY TABLE made AS SELECT n, {way.there('tried.x')} AS y FROM tried",
            execution_options={"no_parameters": True},
        )
        assert result is not None
        made = sa.table("made", sa.column("n"), sa.column("y", after))
        found = list(connection.execute(sa.select(made.c.y).order_by(made.c.n)).scalars())
        connection.exec_driver_sql("DROP TABLE made")
        connection.exec_driver_sql("DROP TABLE tried")
    return found


_BETWEEN_DECIMALS = [(2, 4), (4, 2), (8, 0)]


@pytest.mark.parametrize(("before", "after"), sorted(_TABLE))
def test_every_way_is_exact_or_none(database: Database, before: str, after: str) -> None:
    """Random values of each pair of types come out of the database as the types themselves say."""
    has_scale = "decimal" in {before, after}
    scales = _BETWEEN_DECIMALS if before == after else [(2, 2), (0, 0)] if has_scale else [(2, 2)]
    rounds = before in {"decimal", "instant"} and after in {"decimal", "integer", "date"}
    for was, now in scales:
        for unfit in ["refuse", "round"] if rounds else ["refuse"]:
            try_values(database, field(KINDS[before], was), field(KINDS[after], now, unfit), was)


def try_values(database: Database, old: Field, new: Field, scale: int) -> None:
    """Let the database convert random values of a field, and compare."""

    @settings(max_examples=6, suppress_health_check=list(HealthCheck))
    @given(st.lists(VALUES[old.type](scale), min_size=20, max_size=60))
    def all_of(values: list[object]) -> None:
        assert [expected(value, old, new) for value in values] == converted(database, values, old, new)

    all_of()
