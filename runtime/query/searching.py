"""The search through the words of records: kept with each record in its own commit, looked up by their beginnings.

A hit counts only where the reader sees the field in clear, and the words of each field are kept apart for that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.engine import Connection, Dialect

from runtime.query.rights import Cell, When
from runtime.query.terms import after_all, asked_words, terms_of
from runtime.store.copying import put_rows
from runtime.store.prepared import Prepared, prepare
from runtime.store.tables import search_term
from runtime.store.waiting import change_each, change_later

Values = Mapping[str, object]
#: Searched fields by name, each with the number under which its words are kept.
Numbers = Mapping[str, int]
_Row = tuple[int, str, str]
_COLUMNS = ("field", "term", "record_id")


@dataclass(frozen=True, slots=True)
class Searched:
    """A text that is searched: the key of its record, its cell, and the number of its words where they are kept."""

    record_id: sa.ColumnElement[str]
    cell: Cell
    number: int | None
    #: Whether it stands in the record itself and not in one that it refers to.
    is_own: bool


def word_condition(place: int, texts: Sequence[Searched]) -> sa.ColumnElement[bool]:
    """Whether one of the texts, where it is shown in clear, has the word at this place of the search."""
    own = [each for each in texts if each.is_own and each.number is not None and each.cell.clear is not False]
    open_to_all = [each.number for each in own if each.cell.clear is True and each.number is not None]
    parts: list[sa.ColumnElement[bool]] = []
    if open_to_all:
        parts.append(own[0].record_id.in_(_hits(place, open_to_all)))
    for each in texts:
        if each.number is None:
            parts.append(_contains(place, each.cell))
        elif not (each.is_own and each.cell.clear is True):
            parts.append(_where(each.cell.clear, each.record_id.in_(_hits(place, [each.number]))))
    condition = sa.or_(*parts)
    if len(parts) == 1 or len(own) < sum(each.cell.clear is not False for each in texts):
        return condition
    # Says nothing new, but lets the index of the words lead.
    return sa.and_(own[0].record_id.in_(_hits(place, [each.number for each in own if each.number is not None])), condition)


def word_values(text: str) -> dict[str, object]:
    """What the words of a search are bound to."""
    values: dict[str, object] = {}
    for place, word in enumerate(asked_words(text)):
        escaped = word.typed.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        values |= {f"word_{place}": word.folded, f"behind_{place}": after_all(word.folded), f"within_{place}": f"%{escaped}%"}
    return values


def keep_words(connection: Connection, searched: Numbers, records: Mapping[str, Values], *, new: bool = False) -> None:
    """Keep the words of these fields for records by their keys; `new` ones have none yet for sure."""
    rows = [row for id, values in records.items() for row in _rows(searched, id, values)]
    if len(records) > 1 and new:
        put_rows(connection, search_term, _COLUMNS, rows)
    else:
        _write(connection, _adding(connection.dialect), rows)


def change_words(connection: Connection, searched: Numbers, changes: Iterable[tuple[str, Values, Values]]) -> None:
    """Bring the words of records from what stood before to what stands now, for the fields that each one's second values name."""
    gone: list[_Row] = []
    come: list[_Row] = []
    for record_id, before, values in changes:
        touched = {name: number for name, number in searched.items() if name in values}
        if touched:
            old, new = set(_rows(touched, record_id, before)), set(_rows(touched, record_id, values))
            gone += old - new
            come += new - old
    _write(connection, _removing(connection.dialect), sorted(gone))
    _write(connection, _adding(connection.dialect), sorted(come))


def forget_words(connection: Connection, numbers: Collection[int], ids: Sequence[str] | None = None) -> None:
    """Drop the words of some fields, of all records or of these."""
    some = () if ids is None else (search_term.c.record_id.in_(ids),)
    connection.execute(sa.delete(search_term).where(search_term.c.field.in_(numbers), *some))


def _rows(searched: Numbers, record_id: str, values: Values) -> list[_Row]:
    return [
        (number, term, record_id)
        for name, number in searched.items()
        if isinstance(text := values.get(name), str)
        for term in terms_of(text)
    ]


def _write(connection: Connection, prepared: Prepared, rows: Sequence[_Row]) -> None:
    """Add or remove these words by the text of a statement that was made once: they are written with nearly every record."""
    if not rows:
        return
    if prepared.positions is not None:
        change_each(connection, prepared, [dict(zip(_COLUMNS, row, strict=True)) for row in rows])
    else:
        # One statement with three values, however many words, that travels with the next one.
        change_later(
            connection, prepared, {name: list(column) for name, column in zip(_COLUMNS, zip(*rows, strict=True), strict=True)}
        )


@lru_cache(maxsize=8)
def _adding(dialect: Dialect) -> Prepared:
    if dialect.name == "sqlite":
        return prepare(sa.insert(search_term).prefix_with("OR IGNORE").values(**_given()), dialect)
    return prepare(pg_insert(search_term).from_select(_COLUMNS, _unnested()).on_conflict_do_nothing(), dialect)


@lru_cache(maxsize=8)
def _removing(dialect: Dialect) -> Prepared:
    words = sa.tuple_(*(search_term.c[name] for name in _COLUMNS))
    gone = words == sa.tuple_(*_given().values()) if dialect.name == "sqlite" else words.in_(_unnested())
    return prepare(sa.delete(search_term).where(gone), dialect)


def _given() -> dict[str, sa.BindParameter[Any]]:
    return {name: sa.bindparam(name, type_=search_term.c[name].type) for name in _COLUMNS}


def _unnested() -> sa.Select[Any]:
    arrays: tuple[ARRAY[Any], ...] = (ARRAY(sa.BigInteger()), ARRAY(sa.Text()), ARRAY(sa.Text()))
    given = [sa.bindparam(name, type_=type) for name, type in zip(_COLUMNS, arrays, strict=True)]
    # All of them. PostgreSQL expects few of a limit that it does not know, else it plans the statement anew each time: 300 µs against 100.
    return sa.select(*map(sa.func.unnest, given)).limit(sa.func.array_length(given[0], sa.literal_column("1")))


def _hits(place: int, numbers: Sequence[int]) -> sa.Select[tuple[str]]:
    word, behind = (sa.bindparam(f"{name}_{place}", type_=search_term.c.term.type) for name in ("word", "behind"))
    kept = search_term.alias()
    return sa.select(kept.c.record_id).where(
        kept.c.field.in_([sa.literal_column(str(number), sa.BigInteger()) for number in numbers]),
        kept.c.term >= word,
        kept.c.term < behind,
    )


def _contains(place: int, cell: Cell) -> sa.ColumnElement[bool]:
    pattern = sa.bindparam(f"within_{place}", type_=sa.Text())
    return sa.type_coerce(cell.known, sa.Text()).ilike(pattern, escape="\\")


def _where(when: When, condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    if isinstance(when, bool):
        return condition if when else sa.false()
    return sa.and_(when, condition)
