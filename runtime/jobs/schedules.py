"""When a schedule is due, as pure calendar arithmetic in the app's time zone.

Without a calendar table a business day is a day from Monday to Friday: public holidays and make-up working days are not
known, and the manual says so.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from forms_dsl.durations import Schedule, seconds

#: A schedule of this language is due at least once in so many days (`year_first` in a leap year).
_FURTHEST = 367


def next_due(schedule: Schedule, timezone: str, after: dt.datetime) -> dt.datetime:
    """The first moment after `after` at which the schedule is due."""
    if schedule.interval is not None:
        length = seconds(schedule.interval)
        return dt.datetime.fromtimestamp((int(after.timestamp()) // length + 1) * length, dt.UTC)
    zone = ZoneInfo(timezone)
    day = after.astimezone(zone).date()
    for distance in range(_FURTHEST + 1):
        due = _moment(schedule, zone, day + dt.timedelta(days=distance))
        if due is not None and due > after:
            return due
    raise ValueError(f"{schedule} is never due")


def last_due(schedule: Schedule, timezone: str, at: dt.datetime) -> dt.datetime:
    """The last moment up to `at` at which the schedule was due."""
    if schedule.interval is not None:
        length = seconds(schedule.interval)
        return dt.datetime.fromtimestamp(int(at.timestamp()) // length * length, dt.UTC)
    zone = ZoneInfo(timezone)
    day = at.astimezone(zone).date()
    for distance in range(_FURTHEST + 1):
        due = _moment(schedule, zone, day - dt.timedelta(days=distance))
        if due is not None and due <= at:
            return due
    raise ValueError(f"{schedule} is never due")


def _moment(schedule: Schedule, zone: ZoneInfo, day: dt.date) -> dt.datetime | None:
    """The instant on `day`, or None on a day that is not the schedule's; a time the clock skips is the moment after the skip."""
    if not _is_its_day(schedule, day):
        return None
    return dt.datetime(day.year, day.month, day.day, schedule.hour, schedule.minute, tzinfo=zone).astimezone(dt.UTC)


def _is_its_day(schedule: Schedule, day: dt.date) -> bool:
    match schedule.day:
        case "day":
            return True
        case "business_day":
            return day.isoweekday() <= 5
        case "weekday":
            return day.isoweekday() == schedule.weekday
        case "month_first":
            return day.day == 1
        case "month_last":
            return (day + dt.timedelta(days=1)).day == 1
        case "quarter_first":
            return day.day == 1 and day.month % 3 == 1
        case "year_first":
            return day.day == 1 and day.month == 1
        case None:
            return False
