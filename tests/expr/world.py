"""A small world to evaluate expressions over: a record with every type of field, child rows, references, a user."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from forms_dsl.diagnostics import Diagnostic, Sentence
from forms_dsl.expr.calendars import BusinessDays, Rates
from forms_dsl.expr.check import check_expression
from forms_dsl.expr.facts import Facts
from forms_dsl.expr.numbers import canonical
from forms_dsl.expr.scope import FILTER, Place, Scope
from forms_dsl.expr.tree import Expression, Ref, ValueType
from forms_dsl.source import Span
from runtime.compile.expr_scope import DialectName, Element, LateValues, RowSource, SqlScope
from runtime.compile.tables import FREE_TEXT
from runtime.store.tables import exchange_rate, org_branch
from runtime.store.types import Day, Instant, Json, ScaledDecimal

CODES = ("A", "B", "C", "客户")
ZONE = "Asia/Shanghai"

TEXT, BOOLEAN, DATE, DATETIME = (ValueType(name) for name in ("text", "boolean", "date", "datetime"))
WHOLE = ValueType("number", scale=0, limit=Decimal(10**15))
MONEY = ValueType("number", scale=2)
CHOICE = ValueType("choice", codes=CODES)
GRADE = ValueType("choice", codes=CODES, ordered=True)
TAGS = ValueType("multi_choice", codes=CODES)

LINE: Mapping[str, ValueType] = {"k": CHOICE, "q": WHOLE, "a": MONEY, "t": TEXT, "d": DATE, "b": BOOLEAN}
OTHER: Mapping[str, ValueType] = {
    "name": TEXT,
    "born": DATE,
    "credit": MONEY,
    "flag": BOOLEAN,
    "peer": ValueType("reference", entity="w.other"),
}
UNIT: Mapping[str, ValueType] = {"path": TEXT, "name": TEXT}
FIELDS: Mapping[str, ValueType] = {
    "n1": WHOLE, "n2": WHOLE, "m1": MONEY, "m2": MONEY, "r1": ValueType("number", scale=6), "e8": ValueType("number", scale=8),
    "t1": TEXT, "t2": TEXT, "b1": BOOLEAN, "b2": BOOLEAN, "d1": DATE, "d2": DATE, "z1": DATETIME, "z2": DATETIME, "c1": CHOICE,
    "c2": CHOICE, "o1": GRADE, "o2": GRADE, "s1": TAGS, "s2": TAGS, "other": ValueType("reference", entity="w.other"),
    "unit": ValueType("reference", entity="org.branch"), "lines": ValueType("rows", rows=LINE), "created_at": DATETIME,
    "created_on": DATE,
}  # fmt: skip
PARAM: Mapping[str, ValueType] = {"p_number": ValueType("number", scale=2), "p_day": DATE, "p_text": TEXT}
ENTITIES = {"w.other": OTHER, "org.branch": UNIT}


#: A place that needs no target, so that an expression may be one that only some of them can compute.
ANY = Place("any", Sentence("a test", "测试"), frozenset(), FILTER.roots | {"old"})


def scope(place: Place = FILTER) -> Scope:
    """The names of the world."""
    return Scope(place, FIELDS, ENTITIES, param=PARAM, roles=frozenset({"clerk", "head"}), base_currency="CNY")


def span_of(start: int, end: int) -> Span:
    """Offsets as columns of one line."""
    return Span("test", 1, start + 1, 1, end + 1)


def check(source: str, **options: Any) -> tuple[Expression | None, tuple[Diagnostic, ...]]:
    """The checker over the world."""
    return check_expression(source, options.pop("scope", None) or scope(), span_of, **options)


def checked(source: str, **options: Any) -> Expression:
    """A checked expression; the test fails when there is an error."""
    expression, findings = check(source, **options)
    assert expression is not None, (source, findings)
    return expression


# Tables ------------------------------------------------------------------------------------------------------------

_METADATA = sa.MetaData()


def _column(name: str, type: ValueType) -> sa.Column[Any]:
    kinds: dict[str, Any] = {
        "text": FREE_TEXT,
        "choice": FREE_TEXT,
        "boolean": sa.Boolean(),
        "date": Day(),
        "datetime": Instant(),
        "multi_choice": Json(),
        "reference": sa.String(36),
    }
    if type.name == "number":
        return sa.Column(name, sa.BigInteger() if type.scale == 0 else ScaledDecimal(type.scale or 0))
    return sa.Column(name, kinds[type.name])


def _table(name: str, fields: Mapping[str, ValueType], *more: sa.Column[Any]) -> sa.Table:
    columns = [_column(f, type) for f, type in fields.items() if type.name != "rows" and f != "created_on"]
    return sa.Table(name, _METADATA, sa.Column("id", sa.String(36), primary_key=True), *more, *columns)


RECORD = _table("w_record", FIELDS)
OTHERS = _table("w_other", OTHER)
LINES = _table("w_line", LINE, sa.Column("parent_id", sa.String(36), index=True))
sa.Index("w_record_m1", RECORD.c.m1)
sa.Index("w_record_n1", RECORD.c.n1)
sa.Index("w_record_t1", RECORD.c.t1)
sa.Index("w_record_d1", RECORD.c.d1)
sa.Index("w_record_c1", RECORD.c.c1)
sa.Index("w_record_unit", RECORD.c.unit)
sa.Index("w_record_created", RECORD.c.created_at)


def make_tables(connection: sa.Connection) -> None:
    """Create the world's tables."""
    _METADATA.create_all(connection)


_TARGETS = {"other": (OTHERS, OTHER), "unit": (org_branch, UNIT), "peer": (OTHERS, OTHER)}


@dataclass(frozen=True, slots=True)
class TableScope:
    """The columns of one table; references by correlated subqueries."""

    dialect: DialectName
    late: LateValues = field(default_factory=LateValues)
    table: sa.FromClause = RECORD
    complete_user: bool = False
    timezone: str = ZONE
    parent: SqlScope | None = None

    def column(self, path: tuple[str, ...]) -> Element:
        """The column of a field, or a subquery at the end of a path."""
        name, *rest = path
        if not rest:
            return self.table.c[f"f_{name}" if self.table.description == "org_branch" or "f_path" in self.table.c else name]
        target = _TARGETS[name][0].alias()
        value = TableScope(self.dialect, self.late, target).column(tuple(rest))
        inner = sa.select(value.label("x")).select_from(target).where(target.c.id == self.table.c[name])
        return sa.type_coerce(inner.correlate(self.table).scalar_subquery(), value.type)

    def unit(self, path: tuple[str, ...]) -> Element | None:
        """The reference to a unit."""
        return self.table.c.unit if path == ("unit",) else None

    def rows(self, rows: Ref) -> RowSource:
        """The lines."""
        table = LINES.alias()
        return RowSource(table, table.c.parent_id == self.table.c.id, lambda path: table.c[path[0]])


# Facts -------------------------------------------------------------------------------------------------------------

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class World:
    """Some records with what they refer to, and the context of one request."""

    records: tuple[Record, ...]
    others: tuple[Record, ...]
    units: tuple[Record, ...]
    context: Facts

    def facts(self, record: Record) -> Facts:
        """The facts of one record, with all paths that the world has."""
        flat = {**record, "created_on": _day(record["created_at"])}
        others = {other["id"]: other for other in self.others}
        units = {unit["id"]: unit for unit in self.units}
        for prefix, target in (("other", others.get(record["other"])), ("unit", units.get(record["unit"]))):
            flat.update({f"{prefix}.{name}": value for name, value in (target or {}).items()})
        peer = others.get(flat.get("other.peer"))
        flat.update({f"other.peer.{name}": value for name, value in (peer or {}).items()})
        return replace(self.context, record=flat)

    def insert(self, connection: sa.Connection) -> None:
        """Replace what the tables hold by this world."""
        for table in (LINES, RECORD, OTHERS, org_branch, exchange_rate):
            connection.execute(sa.delete(table))
        epoch = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
        for unit in self.units:
            connection.execute(
                sa.insert(org_branch).values(
                    id=unit["id"], f_code=unit["id"], f_name=unit["name"], f_path=unit["path"], created_at=epoch, changed_at=epoch
                )
            )
        rates = self.context.rates
        for currency, pairs in rates.rates.items() if rates is not None else ():
            for day, rate in pairs:
                row = {"base": rates.base, "currency": currency, "valid_from": day, "rate": canonical(rate)}
                connection.execute(sa.insert(exchange_rate).values(**row, set_by="test", set_at=epoch))
        for other in self.others:
            connection.execute(sa.insert(OTHERS).values(**other))
        for record in self.records:
            connection.execute(sa.insert(RECORD).values({k: v for k, v in record.items() if k != "lines"}))
            for position, line in enumerate(record["lines"]):
                connection.execute(sa.insert(LINES).values(id=f"{record['id']}-{position}", parent_id=record["id"], **line))


def _day(instant: dt.datetime | None) -> dt.date | None:
    if instant is None:
        return None
    try:
        return instant.astimezone(ZoneInfo(ZONE)).date()
    except OverflowError:
        return None


# Facts written as JSON ---------------------------------------------------------------------------------------------


def from_json(type: ValueType, value: Any) -> Any:
    """A value as Python has it, from its JSON form."""
    if value is None:
        return None
    match type.name:
        case "number":
            return int(value) if type.scale == 0 else Decimal(str(value))
        case "date":
            return dt.date.fromisoformat(value)
        case "datetime":
            return dt.datetime.fromisoformat(value)
        case "multi_choice" | "list":
            return tuple(value) if isinstance(value, list) else value
        case "rows":
            return [{name: from_json(of, row.get(name)) for name, of in LINE.items()} for row in value]
    return value


def calendar_of(data: Any) -> BusinessDays | None:
    """A table of business days from its JSON form."""
    return None if data is None else BusinessDays(dt.date.fromisoformat(data["first"]), data["days"])


def rates_of(data: Any) -> Rates | None:
    """A table of rates from its JSON form."""
    if data is None:
        return None
    pairs = {
        name: tuple((dt.date.fromisoformat(day), Decimal(rate)) for day, rate in each) for name, each in data["rates"].items()
    }
    return Rates(data["base"], pairs)


def world_of(facts: Mapping[str, Any]) -> World:
    """The world of one record that facts in JSON describe."""
    given = dict(facts.get("record", {}))
    targets: dict[str, list[Record]] = {"other": [], "unit": []}
    for prefix, fields in (("other", OTHER), ("unit", UNIT)):
        found = {name: from_json(type, given.pop(f"{prefix}.{name}", None)) for name, type in fields.items()}
        if any(value is not None for value in found.values()):
            targets[prefix].append(
                {**found, "id": given[prefix]} | ({"name": found["name"] or "unit"} if prefix == "unit" else {})
            )
    record = {name: from_json(type, given.get(name)) for name, type in FIELDS.items() if name != "created_on"}
    record |= {"id": "r1", "lines": record["lines"] or [], "t1": record["t1"] or None}
    user = {name: tuple(value) if isinstance(value, list) else value for name, value in facts.get("user", {}).items()}
    param = {name: from_json(PARAM[name], value) for name, value in facts.get("param", {}).items()}
    clock = {name: from_json(DATE, facts.get(name)) for name in ("today", "business_date")}
    old = {name: from_json(FIELDS[name], value) for name, value in facts.get("old", {}).items()}
    context = Facts(
        user=user, param=param, old=old, **clock, now=from_json(DATETIME, facts.get("now")), timezone=ZoneInfo(ZONE),
        calendar=calendar_of(facts.get("calendar")), rates=rates_of(facts.get("rates")),
    )  # fmt: skip
    return World((record,), tuple(targets["other"]), tuple(targets["unit"]), context)
