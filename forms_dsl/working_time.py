"""Working time as arithmetic on a calendar's days and office hours; days that it does not hold are missing, never guessed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from forms_dsl.durations import seconds
from forms_dsl.model import Calendar, Duration, OfficeHours
from forms_dsl.working_days import is_working_day

_WHOLE_DAY = (OfficeHours(0, 24 * 60),)
_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkClock:
    """A calendar, and the time zone in which its days begin and its offices open."""

    calendar: Calendar
    zone: ZoneInfo


def end_of(length: Duration, start: dt.datetime, clock: WorkClock | None) -> dt.datetime | None:
    """When a length of time that starts now is over; None where it counts by a calendar that does not hold those days.

    Working time starts at the next moment at which people work, so it is the later the later it starts.
    """
    if not length.working:
        return start + dt.timedelta(seconds=seconds(length))
    if clock is None:
        return None
    if length.unit == "day":
        return _days_after(clock, start, length.amount)
    return _time_after(clock, start, dt.timedelta(seconds=seconds(length)))


def put_off(due: dt.datetime, since: dt.datetime, now: dt.datetime, clock: WorkClock | None) -> dt.datetime | None:
    """When a time is over that stood still from `since` to `now`: as much is left as then.

    Without a clock plain time is left, with one working time; None when the calendar does not hold those days.
    """
    if due <= since:
        return due
    if clock is None:
        return due + (now - since)
    stretches = ((max(since, begin), min(due, end)) for begin, end in _hours_until(clock, since, due))
    left = sum((end - begin for begin, end in stretches if begin < end), dt.timedelta())
    return _time_after(clock, now, left)


def _hours_until(clock: WorkClock, start: dt.datetime, end: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    for stretch in _hours_from(clock, start):
        if stretch[0] >= end:
            return
        yield stretch


def times(length: Duration, factor: int) -> Duration:
    """So many of a length, one after the other."""
    return replace(length, amount=length.amount * factor)


def _days_after(clock: WorkClock, start: dt.datetime, count: int) -> dt.datetime | None:
    opening = next((max(start, begin) for begin, end in _hours_from(clock, start) if start < end), None)
    if opening is None:
        return None
    local = opening.astimezone(clock.zone)
    for day in _working_days_from(clock.calendar, local.date()):
        if not count:
            return dt.datetime.combine(day, local.time(), clock.zone).astimezone(dt.UTC)
        count -= 1
    return None


def _time_after(clock: WorkClock, start: dt.datetime, left: dt.timedelta) -> dt.datetime | None:
    for begin, end in _hours_from(clock, start):
        there = end - max(start, begin)
        if there >= left:
            return max(start, begin) + left
        left -= max(there, dt.timedelta(0))
    return None


def _hours_from(clock: WorkClock, start: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """The stretches of work of the day of `start` and after it, as instants."""
    for day in _working_days_from(clock.calendar, start.astimezone(clock.zone).date()):
        midnight = dt.datetime.combine(day, dt.time())
        for hours in clock.calendar.hours or _WHOLE_DAY:
            yield _instant(clock, midnight, hours.begin), _instant(clock, midnight, hours.end)


def _instant(clock: WorkClock, midnight: dt.datetime, minutes: int) -> dt.datetime:
    return (midnight + dt.timedelta(minutes=minutes)).replace(tzinfo=clock.zone).astimezone(dt.UTC)


def _working_days_from(calendar: Calendar, day: dt.date) -> Iterator[dt.date]:
    """The working days from a day on, as far as the calendar knows them; none when it does not know the day itself."""
    if day < calendar.first:
        return
    while day <= calendar.last:
        if is_working_day(calendar, day):
            yield day
        day += _ONE_DAY
