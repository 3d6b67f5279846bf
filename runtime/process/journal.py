"""The history of an approval in the database: locked, read, and written together with the rows that it makes true."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.failures import Conflict
from runtime.process import codes
from runtime.process.rows import Frame, Row, VisitRows, copy_row, rows_of
from runtime.store.tables import wf_event, wf_instance, wf_seat, wf_visit, wf_work, wf_work_person
from runtime.store.upsert import insert_if_absent
from workflow_engine.apply import replay
from workflow_engine.event_codec import decode, encode, kind_of
from workflow_engine.events import Entry
from workflow_engine.state import Copy, Instance

_READ = sa.select(wf_instance).where(wf_instance.c.id == sa.bindparam("instance"))
_LOCK = _READ.with_for_update()
_EVENTS = (
    sa.select(wf_event.c.at, wf_event.c.actor, wf_event.c.kind, wf_event.c.body)
    .where(wf_event.c.instance_id == sa.bindparam("instance"))
    .order_by(wf_event.c.position)
)
_REVISION = sa.update(wf_instance).where(
    wf_instance.c.id == sa.bindparam("key"), wf_instance.c.revision == sa.bindparam("before")
)
_ADD_EVENT, _ADD_VISIT, _ADD_SEAT, _ADD_WORK, _ADD_OFFER = (
    sa.insert(table) for table in (wf_event, wf_visit, wf_seat, wf_work, wf_work_person)
)
#: The columns that a change sets are those of its parameters.
_CHANGE_VISIT = sa.update(wf_visit).where(
    wf_visit.c.instance_id == sa.bindparam("key"),
    wf_visit.c.step == sa.bindparam("key_step"),
    wf_visit.c.number == sa.bindparam("key_number"),
)
_CHANGE_SEAT = sa.update(wf_seat).where(wf_seat.c.id == sa.bindparam("key"))
_CHANGE_WORK = sa.update(wf_work).where(wf_work.c.id == sa.bindparam("key"))
_DROP_OFFER = sa.delete(wf_work_person).where(
    wf_work_person.c.work_id == sa.bindparam("work"), wf_work_person.c.person_id == sa.bindparam("person")
)


@dataclass(frozen=True, slots=True)
class Journal:
    """An instance: its common values, its state and the events that made it."""

    frame: Frame
    state: Instance
    entries: Sequence[Entry]

    @property
    def revision(self) -> int:
        """How many events there are."""
        return len(self.entries)


def lock_instance(connection: Connection, instance_id: str) -> Journal | None:
    """Take the instance for this transaction and rebuild its state from its events; None when there is none.

    The row is locked before anything is read (approvals.md R1): on SQLite the write transaction has the lock already.
    """
    return _journal(connection, connection.execute(_LOCK, {"instance": instance_id}).one_or_none())


def read_instance(connection: Connection, instance_id: str) -> Journal | None:
    """An instance as it is now, without a lock."""
    return _journal(connection, connection.execute(_READ, {"instance": instance_id}).one_or_none())


def read_entries(connection: Connection, instance_id: str) -> list[Entry]:
    """The events of an instance in their order."""
    rows = connection.execute(_EVENTS, {"instance": instance_id})
    return [Entry(row.at, row.actor, decode(row.kind, row.body)) for row in rows]


def frame_of(row: sa.Row[tuple[object, ...]]) -> Frame:
    """The common values of an instance row."""
    return Frame(row.id, row.app, row.release, row.entity, row.record_id, row.workflow_id, row.starter_unit)


def _journal(connection: Connection, row: sa.Row[tuple[object, ...]] | None) -> Journal | None:
    if row is None:
        return None
    entries = read_entries(connection, row.id)
    return Journal(frame_of(row), replay(entries), entries)


def write_start(connection: Connection, frame: Frame, state: Instance, entries: Sequence[Entry]) -> None:
    """Write a new instance with its first events and rows; Conflict when one is running over the same record."""
    row = {
        "id": frame.instance_id,
        "app": frame.app,
        "release": frame.release,
        "workflow_id": frame.workflow_id,
        "entity": frame.entity,
        "record_id": frame.record_id,
        "starter": state.starter,
        "starter_unit": frame.starter_unit,
        "state": state.state,
        "revision": len(entries),
        "started_at": state.started_at,
        "ended_at": state.ended_at,
    }
    if connection.execute(insert_if_absent(connection, wf_instance, row)).rowcount != 1:
        raise Conflict(
            {"zh": "该记录已有审批在进行中。", "en": "An approval of this record is running already."}, code=codes.RUNNING.id
        )
    _write_events(connection, frame, 0, entries)
    _write_rows(connection, [rows_of(frame, visit) for visit in state.visits], [])
    _write_copies(connection, frame, (), state.copies)


def write_progress(connection: Connection, before: Journal, state: Instance, entries: Sequence[Entry]) -> None:
    """Write what one command did: its events, and the rows of the visits that it changed."""
    key = {"key": before.frame.instance_id, "before": before.revision}
    values = {"revision": before.revision + len(entries), "state": state.state, "ended_at": state.ended_at}
    changed = connection.execute(_REVISION, key | values)
    if changed.rowcount != 1:
        raise Conflict({"zh": "审批刚刚被他人处理。", "en": "The approval was changed by somebody else."}, code=codes.DECIDED.id)
    _write_events(connection, before.frame, before.revision, entries)
    known = {(visit.step, visit.number): visit for visit in before.state.visits}
    added: list[VisitRows] = []
    altered: list[tuple[VisitRows, VisitRows]] = []
    for visit in state.visits:
        former = known.get((visit.step, visit.number))
        if former is None:
            added.append(rows_of(before.frame, visit))
        elif former is not visit:
            altered.append((rows_of(before.frame, former), rows_of(before.frame, visit)))
    _write_rows(connection, added, altered)
    _write_copies(connection, before.frame, before.state.copies, state.copies)


def _write_copies(connection: Connection, frame: Frame, old: tuple[Copy, ...], new: tuple[Copy, ...]) -> None:
    """Write the copies that were given, and who has read his."""
    added = [(copy_row(frame, copy), copy.person) for copy in new[len(old) :]]
    _many(connection, _ADD_WORK, [row for row, _ in added])
    _many(connection, _ADD_OFFER, [{"work_id": row["id"], "person_id": person} for row, person in added])
    read = [copy for copy, former in zip(new, old, strict=False) if copy != former]
    closing = ("state", "result", "claimed_by", "done_by", "due_at", "done_at")
    rows = [copy_row(frame, copy) for copy in read]
    _many(connection, _CHANGE_WORK, [{"key": row["id"], **{name: row[name] for name in closing}} for row in rows])


def _write_events(connection: Connection, frame: Frame, before: int, entries: Iterable[Entry]) -> None:
    rows = [
        {
            "instance_id": frame.instance_id,
            "position": position,
            "at": entry.at,
            "kind": kind_of(entry.event),
            "actor": entry.actor,
            "body": encode(entry.event),
        }
        for position, entry in enumerate(entries, start=before + 1)
    ]
    _many(connection, _ADD_EVENT, rows)


def _write_rows(connection: Connection, added: list[VisitRows], altered: list[tuple[VisitRows, VisitRows]]) -> None:
    dropped = {offer for old, new in altered for offer in old.offers - new.offers}
    offered = {offer for rows in added for offer in rows.offers} | {
        offer for old, new in altered for offer in new.offers - old.offers
    }
    _many(connection, _DROP_OFFER, [{"work": work, "person": person} for work, person in sorted(dropped)])
    _many(connection, _CHANGE_VISIT, [_visit_change(new.visit) for old, new in altered if old.visit != new.visit])
    _many(connection, _CHANGE_SEAT, _changes(((old.seats, new.seats) for old, new in altered), ("owner", "state")))
    closing = ("state", "result", "claimed_by", "done_by", "due_at", "done_at")
    _many(connection, _CHANGE_WORK, _changes(((old.works, new.works) for old, new in altered), closing))
    _many(connection, _ADD_VISIT, [rows.visit for rows in added])
    _many(connection, _ADD_SEAT, [row for rows in added for row in rows.seats.values()])
    _many(connection, _ADD_SEAT, [row for old, new in altered for row in _new(old.seats, new.seats)])
    _many(connection, _ADD_WORK, [row for rows in added for row in rows.works.values()])
    _many(connection, _ADD_WORK, [row for old, new in altered for row in _new(old.works, new.works)])
    _many(connection, _ADD_OFFER, [{"work_id": work, "person_id": person} for work, person in sorted(offered)])


def _visit_change(row: Row) -> Row:
    key = {"key": row["instance_id"], "key_step": row["step"], "key_number": row["number"]}
    return key | {name: row[name] for name in ("state", "due_at", "closed_at", "held_reason")}


def _new(old: Mapping[str, Row], new: Mapping[str, Row]) -> list[Row]:
    """Rows of seats that were added, and of opinions that were asked for, since the visit opened."""
    return [row for key, row in new.items() if key not in old]


def _changes(pairs: Iterable[tuple[Mapping[str, Row], Mapping[str, Row]]], columns: tuple[str, ...]) -> list[Row]:
    return [
        {"key": key, **{name: row[name] for name in columns}}
        for old, new in pairs
        for key, row in new.items()
        if key in old and old[key] != row
    ]


def _many(connection: Connection, statement: sa.Insert | sa.Update | sa.Delete, rows: Sequence[Row]) -> None:
    if rows:
        connection.execute(statement, [dict(row) for row in rows])
