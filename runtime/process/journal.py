"""The history of an approval in the database: locked, read, and written together with the rows that it makes true."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.failures import Conflict
from runtime.process import codes
from runtime.process.known_states import Known, keep_state, known_state, new_write
from runtime.process.rows import Frame, Row, VisitRows, copy_row, rows_of
from runtime.store.direct import ask, ask_one, change, change_many, setting
from runtime.store.offers import due_by, offer_row
from runtime.store.tables import wf_event, wf_instance, wf_seat, wf_visit, wf_work, wf_work_person
from runtime.store.upsert import inserting_if_absent
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
_REVISION = setting(
    wf_instance,
    ("revision", "last_write", "state", "ended_at"),
    wf_instance.c.id == sa.bindparam("key"),
    wf_instance.c.revision == sa.bindparam("before"),
)
_ADD_EVENT, _ADD_VISIT, _ADD_SEAT, _ADD_WORK, _ADD_OFFER = (
    sa.insert(table) for table in (wf_event, wf_visit, wf_seat, wf_work, wf_work_person)
)
#: The columns that change after a row was written.
_VISIT_CHANGES = ("state", "due_at", "closed_at", "held_reason")
_SEAT_CHANGES = ("owner", "state")
_WORK_CHANGES = ("state", "result", "claimed_by", "done_by", "due_at", "done_at")
_CHANGE_VISIT = setting(
    wf_visit,
    _VISIT_CHANGES,
    wf_visit.c.instance_id == sa.bindparam("key"),
    wf_visit.c.step == sa.bindparam("key_step"),
    wf_visit.c.number == sa.bindparam("key_number"),
)
_CHANGE_SEAT = setting(wf_seat, _SEAT_CHANGES, wf_seat.c.id == sa.bindparam("key"))
_CHANGE_WORK = setting(wf_work, _WORK_CHANGES, wf_work.c.id == sa.bindparam("key"))
_MOVE_OFFERS = setting(wf_work_person, ("due_by",), wf_work_person.c.work_id == sa.bindparam("work"))
_PUT_AWAY = setting(wf_work_person, ("copied",), wf_work_person.c.work_id == sa.bindparam("work"))
_DROP_OFFERS = sa.delete(wf_work_person).where(wf_work_person.c.work_id == sa.bindparam("work"))
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
    """Take the instance for this transaction with its state, rebuilt from its events where it is not known; None without one.

    The row is locked before anything is read (approvals.md R1): on SQLite the write transaction has the lock already.
    """
    return _journal(connection, ask_one(connection, _LOCK, {"instance": instance_id}))


def read_instance(connection: Connection, instance_id: str) -> Journal | None:
    """An instance as it is now, without a lock."""
    return _journal(connection, ask_one(connection, _READ, {"instance": instance_id}))


def read_entries(connection: Connection, instance_id: str) -> list[Entry]:
    """The events of an instance in their order."""
    rows = ask(connection, _EVENTS, {"instance": instance_id})
    return [Entry(row.at, row.actor, decode(row.kind, row.body)) for row in rows]


def rebuild(connection: Connection, instance_id: str) -> Instance:
    """The state that the stored events make, whatever is remembered."""
    return replay(read_entries(connection, instance_id))


def frame_of(row: sa.Row[tuple[object, ...]]) -> Frame:
    """The common values of an instance row."""
    return Frame(row.id, row.app, row.release, row.entity, row.record_id, row.workflow_id, row.starter_unit, row.parent_id)


def _journal(connection: Connection, row: sa.Row[tuple[object, ...]] | None) -> Journal | None:
    if row is None:
        return None
    known = known_state(row.id, row.last_write)
    if known is None:
        entries = tuple(read_entries(connection, row.id))
        known = Known(replay(entries), entries)
        keep_state(row.id, row.last_write, known)
    return Journal(frame_of(row), known.state, known.entries)


def write_start(connection: Connection, frame: Frame, state: Instance, entries: Sequence[Entry]) -> None:
    """Write a new instance with its first events and rows; Conflict when one is running over the same record."""
    write = new_write()
    row = {
        "id": frame.instance_id,
        "app": frame.app,
        "release": frame.release,
        "workflow_id": frame.workflow_id,
        "entity": frame.entity,
        "record_id": frame.record_id,
        "starter": state.starter,
        "starter_unit": frame.starter_unit,
        "parent_id": frame.parent_id,
        "state": state.state,
        "revision": len(entries),
        "last_write": write,
        "started_at": state.started_at,
        "ended_at": state.ended_at,
        "reverses": state.reverses.instance if state.reverses is not None else None,
    }
    if change(connection, inserting_if_absent(connection.dialect, wf_instance), row) != 1:
        raise Conflict(
            {"zh": "该记录已有审批在进行中。", "en": "An approval of this record is running already."}, code=codes.RUNNING.id
        )
    _write_events(connection, frame, 0, entries)
    _write_rows(connection, [rows_of(frame, visit) for visit in state.visits], [])
    _write_copies(connection, frame, (), state.copies)
    keep_state(frame.instance_id, write, Known(state, tuple(entries)))


def write_progress(connection: Connection, before: Journal, state: Instance, entries: Sequence[Entry]) -> None:
    """Write what one command did: its events, and the rows of the visits that it changed."""
    key = {"key": before.frame.instance_id, "before": before.revision}
    write = new_write()
    values = {
        "revision": before.revision + len(entries),
        "last_write": write,
        "state": state.state,
        "ended_at": state.ended_at,
    }
    if change(connection, _REVISION, key | values) != 1:
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
    keep_state(before.frame.instance_id, write, Known(state, (*before.entries, *entries)))


def _write_copies(connection: Connection, frame: Frame, old: tuple[Copy, ...], new: tuple[Copy, ...]) -> None:
    """Write the copies that were given, and who has read his."""
    added = [(copy_row(frame, copy), copy) for copy in new[len(old) :]]
    change_many(connection, _ADD_WORK, [row for row, _ in added])
    change_many(connection, _ADD_OFFER, [offer_row(row, copy.person, owed=copy.is_owed) for row, copy in added])
    read = [copy for copy, former in zip(new, old, strict=False) if copy != former]
    rows = [copy_row(frame, copy) for copy in read]
    change_many(connection, _CHANGE_WORK, [{"key": row["id"], **{name: row[name] for name in _WORK_CHANGES}} for row in rows])
    confirmed = [row["id"] for row, copy in zip(rows, read, strict=True) if copy.must_read and not copy.is_owed]
    change_many(connection, _PUT_AWAY, [{"work": work, "copied": True} for work in confirmed])


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
    change_many(connection, _ADD_EVENT, rows)


def _write_rows(connection: Connection, added: list[VisitRows], altered: list[tuple[VisitRows, VisitRows]]) -> None:
    kept = {work for _, new in altered for work, _ in new.offers}
    dropped = {offer for old, new in altered for offer in old.offers - new.offers}
    closed = sorted({work for work, _ in dropped} - kept)
    dropped = {offer for offer in dropped if offer[0] in kept}
    offered = {offer for rows in added for offer in rows.offers} | {
        offer for old, new in altered for offer in new.offers - old.offers
    }
    change_many(connection, _DROP_OFFERS, [{"work": work} for work in closed])
    change_many(connection, _DROP_OFFER, [{"work": work, "person": person} for work, person in sorted(dropped)])
    change_many(connection, _CHANGE_VISIT, [_visit_change(new.visit) for old, new in altered if old.visit != new.visit])
    change_many(connection, _CHANGE_SEAT, _changes(((old.seats, new.seats) for old, new in altered), _SEAT_CHANGES))
    change_many(connection, _CHANGE_WORK, _changes(((old.works, new.works) for old, new in altered), _WORK_CHANGES))
    moved = [row for old, new in altered for key, row in new.works.items() if key in old.works and _is_moved(old.works[key], row)]
    change_many(connection, _MOVE_OFFERS, [{"work": row["id"], "due_by": due_by(row)} for row in moved])
    change_many(connection, _ADD_VISIT, [rows.visit for rows in added])
    change_many(connection, _ADD_SEAT, [row for rows in added for row in rows.seats.values()])
    change_many(connection, _ADD_SEAT, [row for old, new in altered for row in _new(old.seats, new.seats)])
    change_many(connection, _ADD_WORK, [row for rows in added for row in rows.works.values()])
    change_many(connection, _ADD_WORK, [row for old, new in altered for row in _new(old.works, new.works)])
    works = {work: row for rows in (*added, *(new for _, new in altered)) for work, row in rows.works.items()}
    change_many(connection, _ADD_OFFER, [offer_row(works[work], person) for work, person in sorted(offered)])


def _is_moved(old: Row, new: Row) -> bool:
    return old["due_at"] != new["due_at"]


def _visit_change(row: Row) -> Row:
    key = {"key": row["instance_id"], "key_step": row["step"], "key_number": row["number"]}
    return key | {name: row[name] for name in _VISIT_CHANGES}


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
