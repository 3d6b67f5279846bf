"""Rows of merges: written with the merge, read with the record, settled by its undoing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.store.tables import merged_record, merged_reference, org_person, record_merge


@dataclass(frozen=True, slots=True)
class Merge:
    """One merge; `changes` are by the field's id: the source of the value, what stood before, copies of files by their originals."""

    id: str
    app: str
    entity: str
    survivor_id: str
    state: str
    reason: str
    changes: Mapping[str, Any]
    moved: int
    made_by: str
    made_at: dt.datetime
    merged: tuple[str, ...] = ()
    undone_reason: str | None = None
    undone_by: str | None = None
    undone_at: dt.datetime | None = None
    stayed: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class MovedReference:
    """A reference that a merge led from a merged record to the one that stayed; entity and field by their ids."""

    app: str
    entity: str
    field: str
    record_id: str
    row_id: str
    from_id: str


def keep_merge(connection: Connection, merge: Merge, moved: Sequence[MovedReference]) -> None:
    """Write a merge that was just made."""
    columns = ("id", "app", "entity", "survivor_id", "state", "reason", "changes", "moved", "made_by", "made_at")
    connection.execute(sa.insert(record_merge).values({name: getattr(merge, name) for name in columns}))
    rows = [{"merge_id": merge.id, "record_id": id, "active": True} for id in merge.merged]
    connection.execute(sa.insert(merged_record), rows)
    if moved:
        names = ("app", "entity", "field", "record_id", "row_id", "from_id")
        rows = [{"merge_id": merge.id, **{name: getattr(each, name) for name in names}} for each in moved]
        connection.execute(sa.insert(merged_reference), rows)


def merges_of(connection: Connection, app: str, entity: str, survivor_id: str) -> list[tuple[Merge, str, str | None]]:
    """The merges into a record, newest first, each with what the people are called who made and undid it."""
    maker, undoer = org_person.alias(), org_person.alias()
    query = (
        sa.select(record_merge, maker.c.f_name.label("maker"), undoer.c.f_name.label("undoer"))
        .outerjoin(maker, maker.c.id == record_merge.c.made_by)
        .outerjoin(undoer, undoer.c.id == record_merge.c.undone_by)
        .where(record_merge.c.app == app, record_merge.c.entity == entity, record_merge.c.survivor_id == survivor_id)
        .order_by(record_merge.c.id.desc())
    )
    rows = connection.execute(query).mappings().all()
    merged = _merged(connection, [str(row["id"]) for row in rows])
    return [(_merge(row, merged[row["id"]]), row["maker"] or row["made_by"], row["undoer"] or row["undone_by"]) for row in rows]


def merge_by_id(connection: Connection, id: str) -> Merge | None:
    """A merge, locked until the transaction ends."""
    row = connection.execute(sa.select(record_merge).where(record_merge.c.id == id).with_for_update()).mappings().one_or_none()
    return None if row is None else _merge(row, _merged(connection, [id])[id])


def references_moved(connection: Connection, merge_id: str) -> list[MovedReference]:
    """The references that a merge moved."""
    rows = connection.execute(sa.select(merged_reference).where(merged_reference.c.merge_id == merge_id)).mappings()
    return [MovedReference(**{name: value for name, value in row.items() if name != "merge_id"}) for row in rows]


def settle_merge(connection: Connection, id: str, *, reason: str, by: str, at: dt.datetime, stayed: Mapping[str, object]) -> None:
    """Say that a merge was undone."""
    values = {"state": "unmerged", "undone_reason": reason, "undone_by": by, "undone_at": at, "stayed": stayed}
    connection.execute(sa.update(record_merge).where(record_merge.c.id == id).values(**values))
    connection.execute(sa.update(merged_record).where(merged_record.c.merge_id == id).values(active=False))


def _merged(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    query = sa.select(merged_record.c.merge_id, merged_record.c.record_id).where(merged_record.c.merge_id.in_(ids))
    found: dict[str, tuple[str, ...]] = dict.fromkeys(ids, ())
    for merge_id, record_id in connection.execute(query.order_by(merged_record.c.record_id)) if ids else ():
        found[merge_id] += (record_id,)
    return found


def _merge(row: sa.RowMapping, merged: tuple[str, ...]) -> Merge:
    names = {name for name in Merge.__slots__ if name != "merged"}
    return Merge(**{name: row[name] for name in names}, merged=merged)
