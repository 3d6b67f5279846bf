"""What stands with an offer of work beside whom it is for: its place in the list of that person, so that a page of it is one range."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

#: Work without a due time stands behind all that has one.
NEVER = dt.datetime(9999, 12, 31, tzinfo=dt.UTC)
#: The state of a work item that stands for a copy: nothing to decide, so it is in no list of work but that of who has to read it.
COPIED = "copied"


def offer_row(work: Mapping[str, object], person: str, *, owed: bool = False) -> dict[str, object]:
    """The row that offers a work item to somebody; `work` has at least the id, state and times of its own row.

    A copy is `owed` while its reader has to say that he has read it: until then it stands among his work.
    """
    return {
        "work_id": work["id"],
        "person_id": person,
        "copied": work["state"] == COPIED and not owed,
        "due_by": due_by(work),
        "created_at": work["created_at"],
        "unit": work.get("unit"),
    }


def due_by(work: Mapping[str, object]) -> object:
    """By when a work item stands in a list."""
    return work.get("due_at") or NEVER
