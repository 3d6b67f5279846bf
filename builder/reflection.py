"""Reads what a database says of its tables: the effectful half of importing definitions from it; reads no rows."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine.reflection import Inspector

from builder.commands import Mistake
from forms_dsl.importers.database.facts import ColumnFacts, ColumnKind, DatabaseFacts, ForeignKey, TableFacts
from runtime.store.database import open_database

_TABLES = 500


def reflect(url: str, schema: str | None, only: Sequence[str]) -> DatabaseFacts:
    """The facts of the tables and views named in `only`, else of all tables; raises Mistake for too many."""
    engine = open_database(url).engine
    try:
        with engine.connect() as connection:
            inspector = sa.inspect(connection)
            tables, views = inspector.get_table_names(schema), inspector.get_view_names(schema)
            there = {name.lower(): name for name in (*views, *tables)}
            names = [there[name.lower()] for name in only if name.lower() in there] if only else tables
            if len(names) > _TABLES:
                words = {
                    "en": f"There are {len(names)} tables; choose with --only.",
                    "zh": f"共有 {len(names)} 张表，请用 --only 选择。",
                }
                raise Mistake(words)
            found = tuple(_table(inspector, name, schema, is_view=name not in tables) for name in sorted(names))
            missing = tuple(name for name in only if name.lower() not in there)
            left = () if only else tuple(sorted(views))
            return DatabaseFacts(schema or (engine.url.database or "database").rpartition("/")[2], found, missing, left)
    finally:
        engine.dispose()


def _table(inspector: Inspector, name: str, schema: str | None, *, is_view: bool) -> TableFacts:
    foreign = tuple(
        ForeignKey(tuple(key["constrained_columns"]), key["referred_table"], tuple(key["referred_columns"]))
        for key in inspector.get_foreign_keys(name, schema)
    )
    unique: list[tuple[str | None, ...]] = [tuple(one["column_names"]) for one in inspector.get_unique_constraints(name, schema)]
    indexes = [(tuple(one["column_names"]), _where(dict(one))) for one in inspector.get_indexes(name, schema) if one["unique"]]
    unique += [columns for columns, where in indexes if where is None]
    return TableFacts(
        name,
        tuple(_column(dict(column)) for column in inspector.get_columns(name, schema)),
        _comment(inspector, name, schema),
        is_view,
        tuple(inspector.get_pk_constraint(name, schema)["constrained_columns"]),
        foreign,
        tuple(dict.fromkeys(unique)),
        tuple((str(one["name"] or ""), str(one["sqltext"])) for one in _checks(inspector, name, schema)),
        tuple((columns, where) for columns, where in indexes if where is not None),
    )


def _where(index: dict[str, object]) -> str | None:
    """The condition of an index that holds for some rows only."""
    options = index.get("dialect_options")
    found = [value for key, value in options.items() if key.endswith("_where")] if isinstance(options, dict) else []
    return str(found[0]) if found else None


def _comment(inspector: Inspector, name: str, schema: str | None) -> str | None:
    try:
        return inspector.get_table_comment(name, schema)["text"]
    except (NotImplementedError, sa.exc.NoSuchTableError):
        return None  # this kind of database keeps none


def _checks(inspector: Inspector, name: str, schema: str | None) -> Sequence[dict[str, object]]:
    try:
        return [dict(one) for one in inspector.get_check_constraints(name, schema)]
    except (NotImplementedError, sa.exc.NoSuchTableError):
        return ()  # this kind of database, or a view, has none


def _column(column: dict[str, object]) -> ColumnFacts:
    type = column["type"]
    computed = column.get("computed")
    return ColumnFacts(
        str(column["name"]),
        _kind(type),
        str(type) if not isinstance(type, sa.types.NullType) else "?",
        getattr(type, "length", None),
        64 if isinstance(type, sa.BigInteger) else getattr(type, "precision", None),
        getattr(type, "scale", None),
        bool(column.get("nullable", True)),
        column.get("comment"),  # type: ignore[arg-type]
        str(column["default"]) if column.get("default") is not None else None,
        str(computed.get("sqltext")) if isinstance(computed, dict) else None,
    )


def _kind(type: object) -> ColumnKind:
    kinds: tuple[tuple[tuple[object, ...], ColumnKind], ...] = (
        ((sa.Boolean,), "boolean"),
        ((sa.Integer,), "integer"),
        ((sa.Float, sa.Double), "float"),
        ((sa.Numeric,), "number"),
        ((sa.Uuid,), "uuid"),
        ((sa.JSON,), "json"),
        ((sa.ARRAY,), "array"),
        ((sa.CHAR, sa.NCHAR), "char"),
        ((sa.String,), "text"),
        ((sa.Date,), "date"),
        ((sa.Time,), "time"),
        ((sa.Interval,), "interval"),
        ((sa.LargeBinary,), "binary"),
    )
    if isinstance(type, sa.DateTime):
        return "timestamptz" if type.timezone else "timestamp"
    return next((kind for classes, kind in kinds if isinstance(type, classes)), "other")  # type: ignore[arg-type]
