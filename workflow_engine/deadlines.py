"""When something is late: arithmetic on given moments, without a clock."""

from __future__ import annotations

import datetime as dt

from forms_dsl.durations import seconds
from forms_dsl.model import Duration, HumanStep


def length(duration: Duration) -> dt.timedelta:
    """The length of a duration in plain time; working time needs a calendar and is refused before it gets here."""
    if duration.working:
        raise ValueError("working time needs a calendar")
    return dt.timedelta(seconds=seconds(duration))


def due_at(step: HumanStep, opened_at: dt.datetime) -> dt.datetime | None:
    """When a visit that opens now is late."""
    return None if step.due is None else opened_at + length(step.due.within)
