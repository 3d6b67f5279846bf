"""When a step is late: arithmetic on given moments, without a clock."""

from __future__ import annotations

import datetime as dt

from forms_dsl.model import HumanStep
from forms_dsl.working_time import WorkClock, end_of


def due_at(step: HumanStep, opened_at: dt.datetime, clock: WorkClock | None) -> dt.datetime | None:
    """When a visit that opens now is late; None when it has no time limit, or the calendar does not hold those days."""
    return None if step.due is None else end_of(step.due.within, opened_at, clock)


def closes_at(step: HumanStep, opened_at: dt.datetime, clock: WorkClock | None) -> dt.datetime | None:
    """When the ballot of a visit that opens now is closed; None when it has no end, or the calendar does not hold those days."""
    return None if step.open_for is None else end_of(step.open_for, opened_at, clock)
