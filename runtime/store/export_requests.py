"""Exports that wait for another person, or were decided by one; each kept for good."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.store.export_tables import export_request
from runtime.store.identifiers import new_id

ExportState = Literal["open", "released", "returned", "withdrawn"]


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """One export that was asked for, with what became of it."""

    id: str
    app: str
    entity: str
    question: Mapping[str, object]
    rows: int
    released_by: tuple[str, ...]
    note: str | None
    asked_by: str
    asked_at: dt.datetime
    state: ExportState = "open"
    decided_by: str | None = None
    decided_at: dt.datetime | None = None
    decision_note: str | None = None
    taken: int = 0


def add_request(
    connection: Connection,
    place: tuple[str, str],
    question: Mapping[str, object],
    rows: int,
    released_by: Sequence[str],
    note: str | None,
    *,
    by: str,
    now: dt.datetime,
) -> ExportRequest:
    """Keep an export that is asked for; `place` is its app and entity."""
    app, entity = place
    made = ExportRequest(new_id(now), app, entity, dict(question), rows, tuple(released_by), note, by, now)
    values = {"id": made.id, "app": app, "entity": entity, "question": dict(question), "rows": rows, "note": note}
    values |= {"released_by": list(released_by), "asked_by": by, "asked_at": now, "state": "open"}
    connection.execute(sa.insert(export_request).values(values))
    return made


def close_request(connection: Connection, id: str, state: ExportState, note: str | None, *, by: str, now: dt.datetime) -> bool:
    """Decide an open request; false when somebody else did meanwhile."""
    open_one = sa.update(export_request).where(export_request.c.id == id, export_request.c.state == "open")
    done = connection.execute(open_one.values(state=state, decided_by=by, decided_at=now, decision_note=note))
    return done.rowcount == 1


def count_taking(connection: Connection, id: str) -> None:
    """Count that the file of a request was taken once more."""
    connection.execute(sa.update(export_request).where(export_request.c.id == id).values(taken=export_request.c.taken + 1))


def request_by_id(connection: Connection, app: str, id: str) -> ExportRequest | None:
    """One request of an app."""
    found = sa.select(export_request).where(export_request.c.app == app, export_request.c.id == id)
    row = connection.execute(found).one_or_none()
    return None if row is None else _request(row)


def requests_of(connection: Connection, app: str, entity: str) -> Iterator[ExportRequest]:
    """The requests for records of an entity, the newest first, fetched as they are asked for."""
    query = sa.select(export_request).where(export_request.c.app == app, export_request.c.entity == entity)
    ordered = query.order_by(export_request.c.asked_at.desc(), export_request.c.id.desc())
    return (_request(row) for row in connection.execute(ordered))


def _request(row: sa.Row[tuple[object, ...]]) -> ExportRequest:
    return ExportRequest(
        row.id,
        row.app,
        row.entity,
        row.question,
        row.rows,
        tuple(row.released_by),
        row.note,
        row.asked_by,
        row.asked_at,
        cast("ExportState", row.state),
        row.decided_by,
        row.decided_at,
        row.decision_note,
        row.taken,
    )
