"""JSON made by the database: values in their wire form, and objects and lists of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from forms_dsl.storage import BooleanStorage, DecimalStorage, FileStorage, JsonStorage, Storage, TimestampStorage

Value = sa.ColumnElement[Any]

#: SQLite's functions take at most 127 arguments, PostgreSQL's 100.
_PAIRS_AT_ONCE = 45
#: PostgreSQL cuts names of columns here, and a key with them.
_LONGEST_NAME = 63
_POSTGRES = "postgresql"
_INSTANT: Value = sa.literal_column("""'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'""")


@dataclass(frozen=True, slots=True)
class Pair:
    """One key of an object; `absent` is true for the rows where the key is left out."""

    key: str
    value: Value
    absent: sa.ColumnElement[bool] | None = None


def wire_value(dialect: str, storage: Storage, value: Value) -> Value:
    """A column's value as it stands in an object: a text, a number, a boolean or JSON itself."""
    match storage:
        case DecimalStorage(scale):
            return sa.cast(value, sa.Text) if dialect == _POSTGRES else _fixed_text(value, scale)
        case TimestampStorage() if dialect == _POSTGRES:
            return sa.func.to_char(sa.func.timezone(_word("UTC"), value), _INSTANT, type_=sa.Text)
        case BooleanStorage() if dialect != _POSTGRES:
            return sa.func.json(
                sa.case((value.is_(True), _word("true")), (value.is_(False), _word("false")), else_=_word("null"))
            )
        case JsonStorage() | FileStorage():
            plain = sa.type_coerce(value, sa.Text)
            return sa.cast(plain, sa.JSON) if dialect == _POSTGRES else sa.func.json(plain)
        case _:
            return value


def wire_choice(dialect: str, storage: Storage, cases: Sequence[tuple[sa.ColumnElement[bool], Value, bool]]) -> Value:
    """The first wire value whose condition holds, else null; the last of each triple says whether it is a mask's text."""
    if dialect == _POSTGRES:
        return sa.case(*((when, sa.func.to_json(value)) for when, value, _ in cases), else_=sa.null())
    own = isinstance(storage, BooleanStorage | JsonStorage | FileStorage)
    texts = ((when, value if own and not is_mask else sa.func.json_quote(value)) for when, value, is_mask in cases)
    return sa.func.json(sa.func.coalesce(sa.case(*texts, else_=sa.null()), _word("null")))


def json_object(
    dialect: str, pairs: Sequence[Pair], name: str, tables: Sequence[sa.FromClause]
) -> tuple[Value, sa.FromClause | None]:
    """The object with these pairs over the `tables` around it, and what it needs in FROM under `name`.

    PostgreSQL writes the columns of a lateral row faster than a list of pairs.
    """
    absent = [(pair.key, pair.absent) for pair in pairs if pair.absent is not None]
    if dialect == _POSTGRES and all(len(pair.key.encode()) <= _LONGEST_NAME for pair in pairs):
        row = sa.select(*(pair.value.label(pair.key) for pair in pairs)).correlate(*tables).lateral(name)
        return _without_absent(dialect, sa.func.row_to_json(sa.literal_column(name)), absent), row
    make = sa.func.json_build_object if dialect == _POSTGRES else sa.func.json_object
    parts: list[Value] = []
    for start in range(0, len(pairs), _PAIRS_AT_ONCE):
        some = pairs[start : start + _PAIRS_AT_ONCE]
        parts.append(make(*(part for pair in some for part in (_word(pair.key), pair.value))))
    return _without_absent(dialect, _joined(dialect, parts), absent), None


def json_list(dialect: str, objects: sa.Select[Any]) -> Value:
    """The list of the objects `item` of a SELECT, by their `position`."""
    listed = objects.subquery()
    if dialect == _POSTGRES:
        made = sa.func.json_agg(aggregate_order_by(listed.c.item, listed.c.position))
        return sa.select(sa.func.coalesce(made, sa.cast(_word("[]"), sa.JSON))).select_from(listed).scalar_subquery()
    # The inner order is the order of the list: SQLite aggregates rows as they come.
    return sa.func.json(sa.select(sa.func.json_group_array(sa.func.json(listed.c.item))).select_from(listed).scalar_subquery())


def _fixed_text(value: Value, scale: int) -> Value:
    """A scaled integer of SQLite as text with exactly `scale` decimals."""
    number = sa.type_coerce(value, sa.BigInteger)
    if scale == 0:
        return sa.cast(number, sa.Text)
    unit: Value = sa.literal_column(str(10**scale))
    sign = sa.case((number < 0, _word("-")), else_=_word(""))
    size = sa.func.abs(number)
    written = sa.func.printf(_word(f"%s%d.%0{scale}d"), sign, size.op("/")(unit), size.op("%")(unit), type_=sa.Text)
    return sa.case((number.is_not(None), written), else_=sa.null())


def _joined(dialect: str, parts: Sequence[Value]) -> Value:
    """One object from several: `{a}` and `{b}` become `{a,b}`; no value of ours ends with a brace."""
    if len(parts) == 1:
        return parts[0]
    texts = [sa.cast(part, sa.Text) if dialect == _POSTGRES else part for part in parts]
    whole: Value = sa.func.rtrim(texts[0], _word("}"), type_=sa.Text)
    for text in texts[1:]:
        whole = whole.concat(_word(",")).concat(sa.func.rtrim(sa.func.substr(text, 2, type_=sa.Text), _word("}"), type_=sa.Text))
    whole = whole.concat(_word("}"))
    return sa.cast(whole, sa.JSON) if dialect == _POSTGRES else sa.func.json(whole)


def _without_absent(dialect: str, whole: Value, absent: Sequence[tuple[str, sa.ColumnElement[bool]]]) -> Value:
    if not absent:
        return whole
    if dialect == _POSTGRES:
        made: Value = sa.cast(whole, JSONB)
        for key, when in absent:
            made = made.op("-")(sa.cast(sa.case((when, _word(key)), else_=_word("")), sa.Text))
        return made
    paths = [sa.case((when, _word(f'$."{key}"')), else_=_word('$.""')) for key, when in absent]
    return sa.func.json_remove(whole, *paths)


def _word(text: str) -> Value:
    """A constant of our own in the statement: never a value of a person."""
    if not all(c.isascii() and c.isprintable() and c not in "'\\" for c in text):
        raise ValueError(f"{text!r} cannot stand in a statement")
    return sa.literal_column(f"'{text}'", sa.Text)
