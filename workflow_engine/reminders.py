"""A step that is late: the first mark, and the reminders after it."""

from __future__ import annotations

import datetime as dt

from forms_dsl.working_time import end_of
from workflow_engine import events as ev
from workflow_engine.progress import Progress
from workflow_engine.state import Visit

#: Where reminders count by a calendar that does not reach so far.
NO_CALENDAR = "calendar_missing"


def mark_late(progress: Progress, visit: Visit) -> None:
    """The due time has passed: this is the first reminder."""
    next_at, raised = _next(progress, visit, 1)
    progress.emit(ev.Overdue(visit.step, visit.number, next_at, raised))


def remind_again(progress: Progress, visit: Visit, reminder: int) -> None:
    """One more reminder of a late visit; one that was made, or whose turn has not come, changes nothing."""
    if reminder == visit.reminders + 1:
        next_at, raised = _next(progress, visit, reminder)
        progress.emit(ev.Reminded(visit.step, visit.number, reminder, next_at, raised))


def _next(progress: Progress, visit: Visit, made: int) -> tuple[dt.datetime | None, str | None]:
    """When the next reminder is due after so many; None when there is none, with a reason where nobody can tell."""
    due = progress.definition.human(visit.step).due
    if due is None or due.every is None or (due.at_most is not None and made >= due.at_most):
        return None, None
    next_at = end_of(due.every, progress.world.now, progress.world.clock)
    return next_at, None if next_at is not None else NO_CALENDAR
