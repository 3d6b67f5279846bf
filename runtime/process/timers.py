"""The jobs that an open visit leaves behind: one for when it is due, one for when its ballot closes."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.engine import Connection

from runtime.process.rows import Frame
from runtime.store.add_job import add_job
from workflow_engine.act_events import NewTerm, WaitStarted
from workflow_engine.events import Overdue, Reminded, VisitOpened

#: What a timer is for; a timer without a word of its own is for the due time.
CLOSE = "close"


def call_key(frame: Frame, step: str, visit: int) -> str:
    """The business key of a visit's call or timer: one for each visit, the same for every repetition."""
    return f"{frame.instance_id}/{step}/{visit}"


def add_timers(connection: Connection, frame: Frame, now: dt.datetime, opened: VisitOpened | WaitStarted | NewTerm) -> None:
    """Jobs for the times of a visit that opened, or that goes on after a suspension.

    A job that was written for an earlier time fires too and finds that its time has moved: it changes nothing.
    """
    key = call_key(frame, opened.step, opened.visit)
    payload: dict[str, object] = {"instance": frame.instance_id, "step": opened.step, "visit": opened.visit}
    moved = f"/{int(now.timestamp())}" if isinstance(opened, NewTerm) else ""
    if opened.due_at is not None:
        reminder = opened.reminder if isinstance(opened, NewTerm) else 1
        add_job(connection, "timer", key + moved, payload | {"reminder": reminder}, opened.due_at, now=now)
    if not isinstance(opened, WaitStarted) and opened.closes_at is not None:
        add_job(connection, "timer", f"{key}/{CLOSE}{moved}", payload | {"what": CLOSE}, opened.closes_at, now=now)


def add_reminder(connection: Connection, frame: Frame, now: dt.datetime, late: Overdue | Reminded) -> None:
    """A job for the next reminder of a late visit, where there is one."""
    if late.next_at is None:
        return
    reminder = late.number + 1 if isinstance(late, Reminded) else 2
    payload = {"instance": frame.instance_id, "step": late.step, "visit": late.visit, "reminder": reminder}
    add_job(connection, "timer", f"{call_key(frame, late.step, late.visit)}/{reminder}", payload, late.next_at, now=now)
