"""Where the columns of expressions come from: in full for what a definition says, cell by cell for what a reader asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from forms_dsl.expr.tree import Expression, Ref
from forms_dsl.model import Field, Related
from forms_dsl.names import SYSTEM_FIELDS
from runtime.compile.app import CompiledApp
from runtime.compile.expr_scope import DialectName, Element, LateValues, RowSource, SqlScope
from runtime.compile.expr_sql import lower, lower_column, lower_value
from runtime.compile.names import column_name
from runtime.compile.tables import column_type, is_kept, storage_of
from runtime.query.source import Hops, Place, Source, column_at, target_place


@dataclass(slots=True)
class Statement:
    """What the expressions of one statement share: the database, the tables, and for each app its late values."""

    dialect: DialectName
    source: Source
    lates: dict[str, tuple[CompiledApp, LateValues]] = field(default_factory=dict)
    #: Tells the late values of two releases of an app in one statement apart.
    prefix: str = ""

    def late(self, compiled: CompiledApp) -> LateValues:
        """The late values of an app's expressions in this statement."""
        name = compiled.app.name
        if name not in self.lates:
            self.lates[name] = (compiled, LateValues(prefix=f"{self.prefix}{name}_"))
        return self.lates[name][1]


@dataclass(frozen=True, slots=True)
class FullScope:
    """The columns as a definition sees them: row rules, computed fields, filters of lists and reports."""

    statement: Statement
    base: Hops = ()

    @property
    def _place(self) -> Place:
        return self.statement.source.at(self.base)

    @property
    def dialect(self) -> DialectName:
        """The database that the statement is for."""
        return self.statement.dialect

    @property
    def timezone(self) -> str:
        """The time zone of the app whose definition it is."""
        return self._place.compiled.app.timezone

    @property
    def late(self) -> LateValues:
        """The values of the request for this app."""
        return self.statement.late(self._place.compiled)

    @property
    def complete_user(self) -> bool:
        """Plans without an attribute of the user that a rule reads are never made."""
        return True

    @property
    def parent(self) -> SqlScope | None:
        """No record around."""
        return None

    def column(self, path: Hops) -> Element:
        """The value of a field at the end of a path of references."""
        return value_at(self.statement, (*self.base, *path[:-1]), path[-1])

    def unit(self, path: Hops) -> Element | None:
        """The column of a reference to a unit."""
        if not path:
            return None
        place = self.statement.source.at((*self.base, *path[:-1]))
        declared = place.entity.entity.fields.get(path[-1])
        return column_at(place, path[-1]) if declared is not None and declared.value_type.entity == "org.branch" else None

    def rows(self, rows: Ref) -> RowSource:
        """The child rows of a field, or the related records that point here."""
        return rows_at(self.statement, self.base, rows)


@dataclass(frozen=True, slots=True)
class ReaderScope(FullScope):
    """The columns as a reader may know them; `cell` gives the value where it is shown in clear, else missing.

    `shown_rows` gives the child rows of a record where they are shown, cell by cell.
    """

    cell: Callable[[Hops, str], Element] = field(kw_only=True)
    shown_rows: Callable[[Ref], RowSource] = field(kw_only=True)

    def column(self, path: Hops) -> Element:
        """The value of a field that is shown in clear, missing on rows where it is not."""
        return self.cell(path[:-1], path[-1])

    def unit(self, path: Hops) -> Element | None:
        """Only what the reader sees in clear everywhere may stand for the unit itself."""
        found = FullScope.unit(self, path)
        return found if found is not None and self.cell(path[:-1], path[-1]) is found else None

    def rows(self, rows: Ref) -> RowSource:
        """The child rows that the reader sees."""
        return self.shown_rows(rows)


def value_at(statement: Statement, hops: Hops, name: str) -> Element:
    """The value of a field or system field: its column, or what it is computed from."""
    place = statement.source.at(hops)
    if name in {"created_on", "changed_on"}:
        return lower_value(
            Ref(SYSTEM_FIELDS[name].value_type, "record", (name,), SYSTEM_FIELDS[name].span), FullScope(statement, hops)
        )
    declared = place.entity.entity.fields.get(name) or SYSTEM_FIELDS.get(name)
    if declared is not None and declared.compute is not None and not is_kept(declared):
        return computed(FullScope(statement, hops), declared, declared.compute)
    return column_at(place, name)


def computed(scope: SqlScope, declared: Field, compute: Expression) -> Element:
    """A computed field as a column of its type would hold it."""
    return lower_column(compute.tree, scope, column_type(storage_of(declared)))


def condition(scope: SqlScope, expression: Expression) -> sa.ColumnElement[bool]:
    """A condition in WHERE: NULL is as good as false."""
    return lower(expression.tree, scope, positive=True)


def denial(scope: SqlScope, expression: Expression) -> sa.ColumnElement[bool]:
    """What is left when the rows of a condition are taken away."""
    return sa.not_(lower(expression.tree, scope, positive=False))


def rows_at(statement: Statement, base: Hops, rows: Ref) -> RowSource:
    """The rows that a field of rows or a relation means for the record at the end of `base` and of the path before it."""
    place = statement.source.at((*base, *rows.path[:-1]))
    declared = place.entity.entity.fields.get(rows.path[-1])
    if declared is not None:
        return child_rows(statement, place, declared)
    return _related(statement, place, place.entity.entity.related[rows.path[-1]])


def child_rows(statement: Statement, place: Place, declared: Field) -> RowSource:
    """The child rows of a field of rows."""
    of = declared.options.of or ""
    table = place.entity.row_tables[of].alias()
    parent = FullScope(statement, statement.source.hops_of(place))
    rows = _Rows(statement, Place(place.compiled, place.entity, table), place.entity.entity.rows[of].fields, parent)
    return RowSource(table, table.c.parent_id == place.table.c.id, rows.column, rows.unit)


def _related(statement: Statement, place: Place, related: Related) -> RowSource:
    """Living records of another entity that refer to this one, with the joins that their own fields need inside."""
    app = related.entity.rpartition(".")[0]
    compiled = place.compiled if app in {"", place.compiled.app.name} else place.compiled.required[app]
    other = place.compiled.entity(related.entity)
    table = other.table.alias()
    rows = _Rows(statement, Place(compiled, other, table), other.entity.fields, None)
    parts = [column_at(Place(compiled, other, table), related.by) == place.table.c.id]
    if "deleted_at" in table.c:
        parts.append(table.c.deleted_at.is_(None))
    if related.where is not None:
        parts.append(lower(related.where.tree, rows, positive=True))
    return RowSource(table, sa.and_(*parts), rows.column, rows.unit)


@dataclass(frozen=True, slots=True)
class _Rows:
    """A row of a subquery as a record of its own: what lies beyond its references is looked up one by one."""

    statement: Statement
    place: Place
    fields: Mapping[str, Field]
    parent: SqlScope | None

    @property
    def dialect(self) -> DialectName:
        return self.statement.dialect

    @property
    def timezone(self) -> str:
        return self.place.compiled.app.timezone

    @property
    def late(self) -> LateValues:
        return self.statement.late(self.place.compiled)

    @property
    def complete_user(self) -> bool:
        return True

    def column(self, path: Hops) -> Element:
        """The value of a field of the row, or beyond one of its references."""
        declared = self.fields.get(path[0]) or SYSTEM_FIELDS.get(path[0])
        if len(path) == 1 and declared is not None and declared.compute is not None and not is_kept(declared):
            return computed(self, declared, declared.compute)
        column = self.place.table.c[column_name(declared)] if path[0] in self.fields else self.place.table.c[path[0]]  # type: ignore[arg-type]
        if len(path) == 1:
            return column
        inner = Statement(
            self.dialect, Source(target_place(self.place, self.fields.get(path[0]))), self.statement.lates, self.statement.prefix
        )
        value = value_at(inner, path[1:-1], path[-1])
        found = sa.select(value.label("x")).select_from(inner.source.from_clause()).where(inner.source.root.table.c.id == column)
        living = inner.source.root.table.c.get("deleted_at")
        if living is not None:
            found = found.where(living.is_(None))
        return sa.type_coerce(found.correlate(self.place.table).scalar_subquery(), value.type)

    def unit(self, path: Hops) -> Element | None:
        """The column of a reference to a unit."""
        declared = self.fields.get(path[-1]) if len(path) == 1 else None
        return self.column(path) if declared is not None and declared.value_type.entity == "org.branch" else None

    def rows(self, rows: Ref) -> RowSource:
        """Rows of rows are not in the language."""
        raise ValueError(f"{'.'.join(rows.path)}: a row has no rows")
