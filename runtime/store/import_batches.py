"""Batches of imports as they are kept: staged, moved from state to state, and asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.store.copying import put_rows
from runtime.store.import_tables import import_batch, import_reject, import_row

BatchState = Literal[
    "staged",
    "checked",
    "released",
    "refused",
    "cancelled",
    "writing",
    "stopped",
    "written",
    "undoing",
    "undone",
    "failed",
]
#: What is asked of one file of rejects at a time.
_PIECE = 1_000


@dataclass(frozen=True, slots=True)
class Batch:
    """One file on its way into records of an entity."""

    id: str
    app: str
    entity: str
    file: str
    file_hash: str
    started_by: str
    started_at: dt.datetime
    #: Kind, encoding, separator and size of the file, and what its columns became.
    reading: Mapping[str, object]
    state: BatchState = "staged"
    note: str | None = None
    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    checked: Mapping[str, int] | None = None
    preview: Sequence[Mapping[str, object]] = field(default=(), repr=False)
    roles: tuple[str, ...] = ()
    released_by: tuple[str, ...] = ()
    decided_by: str | None = None
    decided_at: dt.datetime | None = None
    decision_note: str | None = None
    reached: int = 0
    error: Mapping[str, str] | None = None
    ended_at: dt.datetime | None = None
    undone_by: str | None = None
    undone_from: int | None = None
    undone: int = 0
    left_alone: int = 0

    def counts(self) -> dict[str, int]:
        """The rows so far, and what became of them."""
        return {name: getattr(self, name) for name in ("rows", "created", "updated", "unchanged", "rejected")}


@dataclass(frozen=True, slots=True)
class RowDone:
    """What one row of a batch did to a record; `before` and `after` are empty for a new one."""

    row: int
    record_id: str
    version: int
    before: Mapping[str, object] | None
    after: Mapping[str, object] | None
    why_left: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class KeptReject:
    """One reason why one row does not go in."""

    row: int
    column: str | None
    field: str | None
    value: str | None
    code: str | None
    reason: Mapping[str, str]


def add_batch(connection: Connection, batch: Batch) -> None:
    """Keep a file that was staged."""
    names = ("id", "app", "entity", "file", "file_hash", "started_by", "started_at", "state", "note")
    values = {name: getattr(batch, name) for name in names}
    more = {"reading": dict(batch.reading), "roles": list(batch.roles)}
    connection.execute(sa.insert(import_batch).values({**values, **more}))


def batch_by_id(connection: Connection, app: str, entity: str, id: str) -> Batch | None:
    """One staged batch of an entity; what was imported at once is none."""
    return next(_batches(connection, import_batch.c.id == id, import_batch.c.app == app, import_batch.c.entity == entity), None)


def batches_of(connection: Connection, app: str, entity: str, limit: int) -> list[Batch]:
    """The newest staged batches of an entity."""
    return list(_batches(connection, import_batch.c.app == app, import_batch.c.entity == entity, limit=limit))


def earlier_of(connection: Connection, batch: Batch) -> Batch | None:
    """The newest batch before that brought the very same bytes into the same entity."""
    same = (import_batch.c.file_hash == batch.file_hash, import_batch.c.app == batch.app, import_batch.c.entity == batch.entity)
    went_in = import_batch.c.state.in_(["writing", "stopped", "written"])
    return next(
        _batches(connection, *same, went_in, import_batch.c.started_at <= batch.started_at, import_batch.c.id != batch.id), None
    )


def move(
    connection: Connection,
    id: str,
    before: Collection[BatchState],
    state: BatchState,
    values: Mapping[str, object] = {},
    *,
    at: int | None = None,
) -> bool:
    """Bring a batch from one of these states to another, and only if it got `at` this row; false when it was moved meanwhile."""
    mine = [import_batch.c.id == id, import_batch.c.state.in_(list(before))]
    if at is not None:
        mine.append(import_batch.c.reached == at)
    return connection.execute(sa.update(import_batch).where(*mine).values(state=state, **values)).rowcount == 1


def held_batch(connection: Connection, id: str) -> Batch:
    """A batch, locked until the transaction ends: nobody moves it or works on it meanwhile."""
    row = connection.execute(sa.select(import_batch).where(import_batch.c.id == id).with_for_update()).one()
    return _batch(row)


def forget_rejects(connection: Connection, id: str, after: int, last: int) -> None:
    """Drop the reasons of some rows, which are judged anew."""
    there = (import_reject.c.batch_id == id, import_reject.c.row > after, import_reject.c.row <= last)
    connection.execute(sa.delete(import_reject).where(*there))


def rejects_of(connection: Connection, id: str) -> Iterator[KeptReject]:
    """All reasons of a batch in the order of its rows, a piece in memory at a time."""
    after = (0, -1)
    while True:
        place = sa.tuple_(import_reject.c.row, import_reject.c.position)
        query = sa.select(import_reject).where(import_reject.c.batch_id == id, place > sa.tuple_(*map(sa.literal, after)))
        rows = connection.execute(query.order_by(import_reject.c.row, import_reject.c.position).limit(_PIECE)).all()
        for row in rows:
            yield KeptReject(row.row, row.column_name, row.field, row.value, row.code, row.reason)
        if len(rows) < _PIECE:
            return
        after = (rows[-1].row, rows[-1].position)


def add_rows(connection: Connection, id: str, rows: Sequence[RowDone]) -> None:
    """Keep what rows did, so that it can be undone."""
    if rows:
        values = ((each.row, each.record_id, each.version, each.before, each.after) for each in rows)
        put_rows(connection, import_row, ("row", "record_id", "version", "before", "after"), values, {"batch_id": id})


def rows_before(connection: Connection, id: str, row: int | None, limit: int) -> list[RowDone]:
    """What rows before this one did, the last one first."""
    query = sa.select(import_row).where(import_row.c.batch_id == id)
    query = query.where(import_row.c.row < row) if row is not None else query
    return [_row(found) for found in connection.execute(query.order_by(import_row.c.row.desc()).limit(limit))]


def leave_row(connection: Connection, id: str, row: int, why: Mapping[str, object]) -> None:
    """Say why an undo left what a row did."""
    here = (import_row.c.batch_id == id, import_row.c.row == row)
    connection.execute(sa.update(import_row).where(*here).values(why_left=dict(why)))


def left_rows(connection: Connection, id: str, after: int, limit: int) -> list[RowDone]:
    """The rows that an undo left, in their order."""
    query = sa.select(import_row).where(import_row.c.batch_id == id, import_row.c.why_left.is_not(None), import_row.c.row > after)
    return [_row(found) for found in connection.execute(query.order_by(import_row.c.row).limit(limit))]


def _batches(connection: Connection, *conditions: sa.ColumnElement[bool], limit: int = 1) -> Iterator[Batch]:
    query = sa.select(import_batch).where(*conditions, import_batch.c.reading.is_not(None))
    ordered = query.order_by(import_batch.c.started_at.desc(), import_batch.c.id.desc()).limit(limit)
    return (_batch(row) for row in connection.execute(ordered).all())


def _batch(row: sa.Row[tuple[object, ...]]) -> Batch:
    values: dict[str, Any] = dict(row._asdict())
    values["state"] = cast("BatchState", values["state"])
    values["preview"] = tuple(values["preview"] or ())
    values["roles"], values["released_by"] = tuple(values["roles"] or ()), tuple(values["released_by"] or ())
    return Batch(**values)


def _row(row: sa.Row[tuple[object, ...]]) -> RowDone:
    return RowDone(row.row, row.record_id, row.version, row.before, row.after, row.why_left)
