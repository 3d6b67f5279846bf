"""What the database has now: tables, columns, indexes and the memory of every column that ever was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect

from runtime.compile.names import link_name
from runtime.publish.links import Link
from runtime.publish.move_links import MoveLink, link_told
from runtime.store.kept_columns import number_and_field
from runtime.store.tables import physical_column, release


@dataclass(frozen=True, slots=True)
class Remembered:
    """A column as it was made, and the release that dropped it (None while it is in use)."""

    storage: str
    dropped_in: int | None


@dataclass(frozen=True, slots=True)
class TableState:
    """One table as it stands; `filled` says whether it holds any row."""

    columns: frozenset[str]
    indexes: frozenset[str]
    constraints: frozenset[str]
    filled: bool
    #: The columns of fields that still give the records of a release that does not know them a value.
    defaults: frozenset[str] = frozenset()
    #: The triggers by which columns of one field follow one another.
    triggers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """All that a plan asks of the database."""

    dialect: Dialect = field(repr=False)
    next_release: int
    tables: Mapping[str, TableState]
    remembered: Mapping[tuple[str, str], Remembered]
    #: Columns that the database keeps the same.
    links: frozenset[Link] = frozenset()
    #: Fields that the database keeps the same in two tables.
    moves: frozenset[MoveLink] = frozenset()

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.dialect.name == "sqlite"

    def columns_of(self, table: str, field_id: str) -> Mapping[str, Remembered]:
        """The columns that ever kept a field, by name."""
        ours = (item for item in self.remembered.items() if item[0][0] == table)
        return {name: column for (_, name), column in ours if number_and_field(name)[1] == field_id}


def read_state(connection: Connection, app: str, tables: Iterable[str]) -> DatabaseState:
    """The present state of these tables and of the app's releases."""
    rows = connection.execute(sa.select(physical_column).where(physical_column.c.app == app))
    remembered = {(r.table_name, r.column_name): Remembered(r.storage, r.dropped_in) for r in rows}
    last = connection.execute(sa.select(sa.func.max(release.c.release)).where(release.c.app == app)).scalar()
    names = {*tables, *(table for table, _ in remembered)}
    catalogue = _sqlite_catalogue if connection.dialect.name == "sqlite" else _postgres_catalogue
    found = catalogue(connection, names)
    moves = frozenset(one for one in _moves(connection) if one.base in found or one.detail in found)
    return DatabaseState(connection.dialect, (last or 0) + 1, found, remembered, frozenset(_links(found, remembered)), moves)


_MOVES_ON_SQLITE = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND substr(name, 1, 5) = 'move_'"
_MOVES_ON_POSTGRES = (
    "SELECT prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace AND substr(proname, 1, 5) = 'move_'"
)


def _moves(connection: Connection) -> Iterator[MoveLink]:
    """The moves whose triggers are there."""
    query = _MOVES_ON_SQLITE if connection.dialect.name == "sqlite" else _MOVES_ON_POSTGRES
    for text in connection.exec_driver_sql(query).scalars():
        found = link_told(text)
        if found is not None:
            yield found


def _links(tables: Mapping[str, TableState], remembered: Iterable[tuple[str, str]]) -> Iterator[Link]:
    """The pairs of columns of one field that the database keeps the same."""
    columns: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    for table, name in remembered:
        number, field_id = number_and_field(name)
        columns[table, field_id].append((number, name))
    for (table, _), several in columns.items():
        triggers = tables[table].triggers if table in tables else frozenset()
        for (_, parent), (_, child) in combinations(sorted(several), 2):
            if any(link_name(table, (parent, child)) in trigger for trigger in triggers):
                yield Link(table, parent, child)


def _filled(connection: Connection, table: str) -> bool:
    return connection.exec_driver_sql(f'SELECT 1 FROM "{table}" LIMIT 1').first() is not None


def _sqlite_catalogue(connection: Connection, names: set[str]) -> dict[str, TableState]:
    listed = connection.exec_driver_sql("SELECT type, name, tbl_name FROM sqlite_master").all()
    indexes: dict[str, set[str]] = defaultdict(set)
    triggers: dict[str, set[str]] = defaultdict(set)
    for kind, name, table in listed:
        if kind in {"index", "trigger"}:
            (indexes if kind == "index" else triggers)[table].add(name)
    found = {}
    for table in sorted(names & {name for kind, name, _ in listed if kind == "table"}):
        columns = connection.exec_driver_sql("SELECT name FROM pragma_table_info(?)", (table,)).scalars()
        found[table] = TableState(
            frozenset(columns),
            frozenset(indexes[table]),
            frozenset(),
            _filled(connection, table),
            triggers=frozenset(triggers[table]),
        )
    return found


_COLUMNS = sa.text(
    "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
    "WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped "
    "AND c.relname = ANY(:names)"
)
#: An index whose concurrent build was cut short is not valid and counts as missing.
_INDEXES = sa.text(
    "SELECT t.relname, i.relname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid "
    "WHERE t.relnamespace = current_schema()::regnamespace AND x.indisvalid AND t.relname = ANY(:names)"
)
_DEFAULTS = sa.text(
    "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
    "WHERE c.relnamespace = current_schema()::regnamespace AND a.atthasdef AND a.attname ~ '^f[0-9]*_' "
    "AND c.relname = ANY(:names)"
)
_TRIGGERS = sa.text(
    "SELECT t.relname, g.tgname FROM pg_trigger g JOIN pg_class t ON t.oid = g.tgrelid "
    "WHERE t.relnamespace = current_schema()::regnamespace AND NOT g.tgisinternal AND t.relname = ANY(:names)"
)
_CONSTRAINTS = sa.text(
    "SELECT t.relname, k.conname FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid "
    "WHERE t.relnamespace = current_schema()::regnamespace AND t.relname = ANY(:names)"
)


def _postgres_catalogue(connection: Connection, names: set[str]) -> dict[str, TableState]:
    def listed(query: sa.TextClause) -> dict[str, set[str]]:
        made: dict[str, set[str]] = defaultdict(set)
        for table, name in connection.execute(query, {"names": sorted(names)}):
            made[table].add(name)
        return made

    columns, indexes, constraints, defaults, triggers = map(listed, (_COLUMNS, _INDEXES, _CONSTRAINTS, _DEFAULTS, _TRIGGERS))
    return {
        table: TableState(
            frozenset(columns[table]),
            frozenset(indexes[table]),
            frozenset(constraints[table]),
            _filled(connection, table),
            frozenset(defaults[table]),
            frozenset(triggers[table]),
        )
        for table in sorted(columns)
    }
