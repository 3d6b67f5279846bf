"""What stands with an offer of work beside whom it is for: its place in the list of that person, so that a page of it is one range."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

#: Work without a due time stands behind all that has one.
NEVER = dt.datetime(9999, 12, 31, tzinfo=dt.UTC)
#: The state of a work item that stands for a copy: nothing to do, so it is in no list of work.
COPIED = "copied"


def offer_row(work: Mapping[str, object], person: str) -> dict[str, object]:
    """The row that offers a work item to somebody; `work` has at least the id, state and times of its own row."""
    return {
        "work_id": work["id"],
        "person_id": person,
        "copied": work["state"] == COPIED,
        "due_by": due_by(work),
        "created_at": work["created_at"],
        "unit": work.get("unit"),
    }


def due_by(work: Mapping[str, object]) -> object:
    """By when a work item stands in a list."""
    return work.get("due_at") or NEVER
