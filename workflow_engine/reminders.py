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
    """One more reminder of a late visit; one that was made, whose turn has not come or that nobody asks for changes nothing."""
    if reminder == visit.reminders + 1 and _is_another(progress, visit, visit.reminders):
        next_at, raised = _next(progress, visit, reminder)
        progress.emit(ev.Reminded(visit.step, visit.number, reminder, next_at, raised))


def _next(progress: Progress, visit: Visit, made: int) -> tuple[dt.datetime | None, str | None]:
    """When the next reminder is due after so many; None when there is none, with a reason where nobody can tell."""
    due = progress.definition.human(visit.step).due
    if due is None or due.every is None or not _is_another(progress, visit, made):
        return None, None
    next_at = end_of(due.every, progress.world.now, progress.world.clock)
    return next_at, None if next_at is not None else NO_CALENDAR


def _is_another(progress: Progress, visit: Visit, made: int) -> bool:
    """Whether the step asks for one more reminder after so many."""
    due = progress.definition.human(visit.step).due
    return due is not None and due.every is not None and (due.at_most is None or made < due.at_most)
