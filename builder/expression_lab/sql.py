"""The SQL targets: the records in temporary tables of SQLite or PostgreSQL, many expressions in one statement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from builder.expression_lab.fields import Fields, FieldSpec
from builder.expression_lab.rows import Records, Values
from forms_dsl.expr.json_values import to_json
from forms_dsl.expr.numbers import canonical
from forms_dsl.expr.scope import Target as TargetName
from forms_dsl.expr.tree import Expression, Ref
from runtime.compile.expr_scope import DialectName, Element, LateValues, RowSource, SqlScope
from runtime.compile.expr_sql import lower_value
from runtime.compile.lc import function_names, install_statements
from runtime.compile.sql_setup import SQLITE_SETUP
from runtime.compile.tables import column_type
from runtime.store.database import open_database
from runtime.store.tables import exchange_rate

#: Expressions in one statement: more of them save little, and a statement that fails is tried again one by one.
_BATCH = 20
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
#: Computed from the instants.
_DAYS = frozenset({"created_on", "changed_on"})


@dataclass(frozen=True, slots=True)
class Tables:
    """The temporary tables of a run: by entity, and by field of rows."""

    metadata: sa.MetaData
    entities: Mapping[str, sa.Table]
    rows: Mapping[str, sa.Table]
    rates: sa.Table


def make_tables(fields: Fields) -> Tables:
    """Tables with the very column types of published apps."""
    metadata = sa.MetaData()
    entities = {
        entity.name: _table(metadata, f"lab_{number}", entity.fields)
        for number, entity in enumerate((fields.record, *fields.others.values()))
    }
    rows = {
        name: _table(metadata, f"lab_rows_{number}", specs, sa.Column("parent_id", sa.String(36), index=True))
        for number, (name, specs) in enumerate(fields.record.rows.items())
    }
    # Expressions read the rates of the installation; here those of the facts stand in their place.
    columns = [sa.Column(each.name, each.type) for each in exchange_rate.columns]
    rates = sa.Table(exchange_rate.name, metadata, *columns, prefixes=["TEMPORARY"])
    return Tables(metadata, entities, rows, rates)


def _table(metadata: sa.MetaData, name: str, specs: Mapping[str, FieldSpec], *more: sa.Column[Any]) -> sa.Table:
    columns = [
        sa.Column(f"f_{each}", column_type(spec.kind.storage(spec.options)))
        for each, spec in specs.items()
        if spec.type.name != "rows" and each not in _DAYS
    ]
    key = sa.Column("key", sa.String(36), primary_key=True)
    return sa.Table(name, metadata, key, *more, *columns, prefixes=["TEMPORARY"])


@dataclass(frozen=True, slots=True)
class LabScope:
    """The columns of one of the tables; what lies beyond a reference is looked up."""

    dialect: DialectName
    fields: Fields
    tables: Tables
    specs: Mapping[str, FieldSpec]
    table: sa.FromClause
    timezone: str
    late: LateValues = field(default_factory=LateValues)
    complete_user: bool = False
    parent: SqlScope | None = None

    def column(self, path: tuple[str, ...]) -> Element:
        """The value of a field, or at the end of a path of references."""
        name, *rest = path
        link = self.table.c[f"f_{name}"]
        if not rest:
            return link
        entity = self.specs[name].type.entity or ""
        target = self.tables.entities[entity].alias()
        value = self._beyond(self.fields.entity(entity).fields, target).column(tuple(rest))
        found = sa.select(value.label("x")).select_from(target).where(target.c.f_id == link)
        return sa.type_coerce(found.correlate(self.table).scalar_subquery(), value.type)

    def unit(self, path: tuple[str, ...]) -> Element | None:
        """No references to the organisation here."""
        return None

    def rows(self, rows: Ref) -> RowSource:
        """The child rows or related records of a field."""
        name = rows.path[-1]
        table = self.tables.rows[name].alias()
        scope = self._beyond(self.fields.record.rows[name], table)
        return RowSource(table, table.c.parent_id == self.table.c.key, scope.column)

    def _beyond(self, specs: Mapping[str, FieldSpec], table: sa.FromClause) -> LabScope:
        return replace(self, specs=specs, table=table)


class SqlTarget:
    """The product's SQL in one database, inside of a transaction that is never committed."""

    needs: TargetName = "S"

    def __init__(self, name: DialectName, connection: Connection, records: Records) -> None:
        self.name: str = name
        self._dialect: DialectName = name
        self._connection, self._records = connection, records
        self._tables = make_tables(records.fields)
        self._tables.metadata.create_all(connection)
        self._count = len(records.own)
        self._fill()

    def values(self, expressions: Sequence[Expression]) -> Iterator[list[object]]:
        """For each expression its value for each record."""
        for start in range(0, len(expressions), _BATCH):
            yield from self._together(expressions[start : start + _BATCH])

    def _together(self, batch: Sequence[Expression]) -> list[list[object]]:
        try:
            with self._connection.begin_nested():
                return self._select(batch)
        except (DBAPIError, ValueError, ArithmeticError) as failed:
            if len(batch) == 1:
                # A statement that fails is a fault of the compiler, and to be seen as such.
                return [[{"failed": str(failed).splitlines()[0]}] * self._count]
            return [values for each in batch for values in self._together([each])]

    def _select(self, batch: Sequence[Expression]) -> list[list[object]]:
        root = self._tables.entities[self._records.fields.record.name]
        late = LateValues()
        zone = str(self._records.context.facts.timezone)
        scope = LabScope(self._dialect, self._records.fields, self._tables, self._records.fields.record.fields, root, zone, late)
        columns = [lower_value(each.tree, scope).label(f"v{number}") for number, each in enumerate(batch)]
        query = sa.select(*columns).select_from(root).order_by(root.c.key)
        found = self._connection.execute(query, late.values(self._records.context.facts)).all()
        return [[to_json(row[number]) for row in found] for number in range(len(batch))]

    def _fill(self) -> None:
        self._fill_rates()
        root = self._records.fields.record
        table = self._tables.entities[root.name]
        for number, record in enumerate(self._records.own):
            key = f"{number:09}"
            self._insert(table, key, record)
            for name, specs in root.rows.items():
                for position, row in enumerate(record.get(name) or ()):
                    kept = {each: row[each] for each in specs}
                    self._insert(self._tables.rows[name], f"{key}-{position}", kept, parent_id=key)
        for name, records in self._records.others.items():
            for identifier, record in records.items():
                self._insert(self._tables.entities[name], identifier, record)

    def _fill_rates(self) -> None:
        rates = self._records.context.facts.rates
        if rates is None:
            return
        for currency, pairs in rates.rates.items():
            for day, rate in pairs:
                row = {"base": rates.base, "currency": currency, "valid_from": day, "rate": canonical(rate)}
                row |= {"set_by": "", "set_at": _EPOCH}
                self._connection.execute(sa.insert(self._tables.rates).values(row))

    def _insert(self, table: sa.Table, key: str, record: Values, **more: str) -> None:
        values = {f"f_{name}": _kept(table.c[f"f_{name}"], value) for name, value in record.items() if f"f_{name}" in table.c}
        self._connection.execute(sa.insert(table).values(key=key, **more, **values))


def _kept(column: sa.Column[Any], value: Any) -> Any:
    # SQLite's driver takes no Decimal; a whole number is kept as an integer.
    return int(value) if isinstance(value, Decimal) and isinstance(column.type, sa.Integer) else value


@contextmanager
def sqlite_connection() -> Iterator[Connection]:
    """A database in memory."""
    database = open_database("sqlite://", SQLITE_SETUP)
    with database.write() as connection:
        yield connection
    database.engine.dispose()


@contextmanager
def postgresql_connection(url: str) -> Iterator[Connection]:
    """A transaction that leaves nothing behind; the functions `lc.*` are made in it where the database has none."""
    database = open_database(url)
    try:
        with database.read() as connection:
            there = connection.scalars(
                sa.text("select proname from pg_proc join pg_namespace n on n.oid = pronamespace where nspname = 'lc'")
            )
            if not function_names() <= set(there):
                for statement in install_statements():
                    connection.exec_driver_sql(statement)
            # Compiling a statement that runs once costs more than it saves.
            connection.exec_driver_sql("set local jit = off")
            yield connection
    finally:
        database.engine.dispose()
