"""子流程 by jobs: what a flow and the flows that it began tell each other, each told in the transaction in which it came about.

Nobody holds the lock of one approval while he waits for that of another, but for a parent that begins its child: so nobody waits
in a circle, and what was committed is told, however often a worker dies.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy.engine import Connection

from runtime.process.rows import Frame
from runtime.store.add_job import add_job
from workflow_engine import act_events as ae
from workflow_engine import events as ev

KIND = "sub_flow"
START, STOP, END = "start", "stop", "end"
#: The longest wait before something that is not possible yet is tried again.
_LONGEST = dt.timedelta(minutes=5)


def tell(connection: Connection, frame: Frame, entry: ev.Entry) -> None:
    """Leave the jobs that an event asks for: runs to begin, runs to stop, and the end of this one for who began it."""
    match entry.event:
        case ae.ChildrenStarted(children=children):
            for child in children:
                _add(connection, entry.at, START, frame.instance_id, child.instance, {})
        case ae.ChildrenStopped(instances=instances):
            for instance in instances:
                _add(connection, entry.at, STOP, frame.instance_id, instance, {})
        case ev.Finished(result=result) if frame.parent_id is not None:
            _add(connection, entry.at, END, frame.parent_id, frame.instance_id, {"result": result})
        case ae.Terminated() if frame.parent_id is not None:
            _add(connection, entry.at, END, frame.parent_id, frame.instance_id, {"result": "stopped"})
        case _:
            return


def put_off(connection: Connection, payload: Mapping[str, object], now: dt.datetime) -> None:
    """Leave the same job again for a later moment: what it is for is not possible yet."""
    tries = int(str(payload.get("tries", 0))) + 1
    due = now + min(dt.timedelta(seconds=2 * 2 ** min(tries, 10)), _LONGEST)
    key = f"{payload['child']}/{payload['what']}/{tries}"
    add_job(connection, KIND, key, {**payload, "tries": tries}, due, now=now)


def _add(connection: Connection, now: dt.datetime, what: str, parent: str, child: str, more: Mapping[str, object]) -> None:
    payload = {"what": what, "parent": parent, "child": child, **more}
    add_job(connection, KIND, f"{child}/{what}", payload, now, now=now)
