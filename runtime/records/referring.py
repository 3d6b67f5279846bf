"""What keeps a record from being deleted: living records of any app that refer to it, whoever may see them, and approvals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect

from forms_dsl.model import Field
from runtime.compile.app import CompiledApp, CompiledEntity
from runtime.compile.names import column_name
from runtime.compile.tables import is_kept
from runtime.context import Context
from runtime.store.among import AT_ONCE, among
from runtime.store.asking import Question, ask_now
from runtime.store.prepared import Prepared, prepare
from runtime.store.tables import wf_instance
from runtime.store.waiting import demand_later, demanding

_RUNNING = ("running", "held")


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference to a record: the record that has it, with the field of rows and the row where a child row does."""

    app: str
    entity: str
    rows: str | None
    field: Field
    record_id: str
    #: Empty where the record itself refers.
    row_id: str
    to: str

    @property
    def path(self) -> str:
        """The name of its field as rights use it."""
        return self.field.name if self.rows is None else f"{self.rows}.{self.field.name}"


def is_referred_to(
    connection: Connection, context: Context, compiled: CompiledApp, entity: CompiledEntity, record_id: str
) -> bool:
    """Whether a living record of a live app, or one of its rows, refers to this one."""
    target = f"{compiled.app.name}.{entity.entity.name}"
    apps = {**context.releases, compiled.app.name: compiled}.values()
    queries = (query for app in apps for query in _queries(app, target, record_id))
    return any(connection.execute(query).first() is not None for query in queries)


def busy_among(
    connection: Connection, context: Context, compiled: CompiledApp, entity: CompiledEntity, ids: Sequence[str]
) -> frozenset[str]:
    """Of these records those to which others refer, or about which an approval is under way."""
    target, found = f"{compiled.app.name}.{entity.entity.name}", set(in_approval(connection, entity, ids))
    apps = {**context.releases, compiled.app.name: compiled}.values()
    dialect = connection.dialect
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        for place in (place for app in apps for place in _places(app, target)):
            table, lead = place.holder.table, place.before_id
            # A record that refers to itself goes with itself.
            other = sa.literal(lead).concat(table.c.id) != place.column
            leading = among(dialect, place.column, [lead + id for id in some])
            query = sa.select(place.column).distinct().select_from(place.source).where(leading, _living(table), other)
            found.update(str(value).removeprefix(lead) for value in connection.scalars(query))
    return frozenset(found)


def in_approval(connection: Connection, entity: CompiledEntity, ids: Sequence[str]) -> frozenset[str]:
    """Of these records those about which an approval is under way."""
    mine = (wf_instance.c.app == entity.entity.app, wf_instance.c.state.in_(_RUNNING))
    found = set[str]()
    for start in range(0, len(ids), AT_ONCE):
        about = among(connection.dialect, wf_instance.c.record_id, ids[start : start + AT_ONCE])
        found.update(connection.scalars(sa.select(wf_instance.c.record_id).where(*mine, about)))
    return frozenset(found)


def is_in_approval(connection: Connection, entity: CompiledEntity, record_id: str) -> bool:
    """Whether an approval of the record is under way."""
    asked = Question(_running(connection.dialect), {"app": entity.entity.app, "record": record_id})
    return bool(ask_now(connection, asked)[0][0])


def demand_no_approval(connection: Connection, entity: CompiledEntity, record_id: str, refusal: Callable[[], Exception]) -> None:
    """Demand, with the next statement, that no approval of a locked record is under way; else what `refusal` makes is raised."""
    values = {"app": entity.entity.app, "record": record_id}
    demand_later(connection, _none_running(connection.dialect), values, refusal)


@lru_cache(maxsize=8)
def _running(dialect: Dialect) -> Prepared:
    return prepare(sa.select(_approvals()), dialect)


@lru_cache(maxsize=8)
def _none_running(dialect: Dialect) -> Prepared:
    return prepare(demanding(sa.not_(_approvals()), dialect), dialect)


def _approvals() -> sa.Exists:
    mine = (
        wf_instance.c.app == sa.bindparam("app", type_=sa.String()),
        wf_instance.c.record_id == sa.bindparam("record", type_=sa.String()),
        wf_instance.c.state.in_([sa.literal_column(f"'{state}'") for state in _RUNNING]),
    )
    return sa.exists(sa.select(wf_instance.c.id).where(*mine))


@dataclass(frozen=True, slots=True)
class _Place:
    """A column that can lead to records of an entity, of records or of their child rows."""

    app: CompiledApp
    holder: CompiledEntity
    field: Field
    rows: str | None
    source: sa.FromClause
    column: sa.ColumnElement[Any]
    row_id: sa.ColumnElement[Any]
    #: What stands before the id of the record in a value.
    before_id: str


def references_to(
    connection: Connection, context: Context, compiled: CompiledApp, entity: CompiledEntity, ids: Sequence[str], most: int
) -> list[Reference]:
    """The references of living records of all live apps to these records, whoever may see them; so many of a field at most."""
    target = f"{compiled.app.name}.{entity.entity.name}"
    apps = {**context.releases, compiled.app.name: compiled}.values()
    return [found for app in apps for place in _places(app, target) for found in _found(connection, place, ids, most)]


def _found(connection: Connection, place: _Place, ids: Sequence[str], most: int) -> Iterator[Reference]:
    table = place.holder.table
    values = [f"{place.before_id}{id}" for id in ids]
    query = (
        sa.select(table.c.id, place.row_id, place.column)
        .select_from(place.source)
        .where(place.column.in_(values), _living(table))
        .order_by(table.c.id)
        .limit(most)
    )
    for record_id, row_id, value in connection.execute(query):
        to = str(value).removeprefix(place.before_id)
        yield Reference(place.app.app.name, place.holder.entity.name, place.rows, place.field, record_id, row_id, to)


def _queries(app: CompiledApp, target: str, record_id: str) -> Iterator[sa.Select[Any]]:
    for place in _places(app, target):
        by = place.column == f"{place.before_id}{record_id}"
        table = place.holder.table
        yield sa.select(sa.literal(1)).limit(1).select_from(place.source).where(by, _living(table), table.c.id != record_id)


def _living(table: sa.Table) -> sa.ColumnElement[bool]:
    return table.c.deleted_at.is_(None) if "deleted_at" in table.c else sa.true()


def _places(app: CompiledApp, target: str) -> Iterator[_Place]:
    for holder in app.entities.values():
        table = holder.table
        for field in holder.entity.fields.values():
            before_id = _before_id(field, target)
            if before_id is not None and is_kept(field):
                column, nothing = table.c[column_name(field)], sa.literal("")
                yield _Place(app, holder, field, None, table, column, nothing, before_id)
        for rows in holder.entity.fields.values():
            row_type = holder.entity.rows.get(rows.options.of or "") if rows.type == "rows" else None
            for field in row_type.fields.values() if row_type else ():
                before_id = _before_id(field, target)
                if row_type and before_id is not None and is_kept(field):
                    of = holder.row_tables[row_type.name]
                    joined = of.join(table, table.c.id == of.c.parent_id)
                    yield _Place(app, holder, field, rows.name, joined, of.c[column_name(field)], of.c.id, before_id)


def _before_id(field: Field, target: str) -> str | None:
    """What stands before the id in a value that leads to the record; None where the field leads elsewhere."""
    if field.type == "reference" and field.value_type.entity == target:
        return ""
    return f"{target}/" if field.type == "any_reference" and target in field.options.targets else None
