"""What people decided on a record, for its printed page: opinions and signatures of named steps."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.engine import Connection

from runtime.context import Context
from runtime.process.opened import look_at_instance
from runtime.process.signing import is_genuine
from runtime.process.view import latest_instance, show_process
from runtime.store.types import format_instant
from workflow_engine import events as ev

#: How decisions are called in the trail, as far as they are printed.
_DECISIONS = frozenset({"approved", "rejected", "returned", "completed", "submitted", "resubmitted", "abstained", "vetoed"})


def printed_decisions(
    connection: Connection, context: Context, app: str, record_id: str, steps: Collection[str]
) -> list[dict[str, object]]:
    """The decisions at these steps in the last approval of a record, in their order, each with its signature if it has a genuine one.

    Whether this person may see the record is for the caller to know. Secret ballots are left out.
    """
    instance = latest_instance(connection, app, record_id)
    if instance is None:
        return []
    opened = look_at_instance(connection, context, instance)
    signed = {
        (format_instant(entry.at), entry.event.step, entry.actor): entry.event.signature
        for entry in opened.journal.entries
        if isinstance(entry.event, ev.SeatDecided) and is_genuine(opened.instance_id, entry)
    }
    trail = show_process(opened)["trail"]
    found = []
    for each in trail if isinstance(trail, list) else []:
        step = str(each["step"] or "")
        # `decide` stands for every variant of it, `decide@branch` for itself.
        if each["kind"] in _DECISIONS and ({step, step.partition("@")[0]} & set(steps)):
            actor = str(each["actor"]["id"]) if each["actor"] else ""
            found.append({**each, "signature": signed.get((each["at"], step, actor))})
    return found
