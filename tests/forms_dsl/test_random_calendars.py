"""Invariant 15: working time over random calendars agrees with counting it minute by minute, and is monotone in its start."""

from __future__ import annotations

import datetime as dt
import os
from bisect import bisect_left
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

from forms_dsl.model import Calendar, Duration, Holiday, OfficeHours
from forms_dsl.source import Span
from forms_dsl.working_time import WorkClock, end_of, put_off

SEEDS = int(os.environ.get("QIQIAO_CALENDARS", "16"))
MINUTE = dt.timedelta(minutes=1)
#: The third one puts its clocks forward on 29 March and back on 25 October.
ZONES = ("Asia/Shanghai", "UTC", "Europe/Berlin")
DAYS = 25


def random_clock(random: Random) -> WorkClock:
    """Some weeks around a change of clocks, with holidays, make-up days, and office hours of every kind."""
    first = random.choice((dt.date(2026, 3, 10), dt.date(2026, 10, 12)))
    days = [first + dt.timedelta(number) for number in range(DAYS)]
    holidays = []
    for number in range(random.randint(0, 3)):
        begin = random.choice(days)
        holidays.append(Holiday(f"h{number}", {"en": "holiday"}, begin, begin + dt.timedelta(random.randint(0, 4))))
    weekdays = frozenset(random.sample(range(1, 8), random.choice((1, 4, 5, 5, 6))))
    make_up = frozenset(random.sample(days, random.choice((0, 1, 3))))
    span = Span("calendars/c.yaml", 1, 1, 1, 1)
    hours = _random_hours(random)
    calendar = Calendar("c", "c", {"en": "c"}, span, first, days[-1], weekdays, tuple(holidays), make_up, hours)
    return WorkClock(calendar, ZoneInfo(random.choice(ZONES)))


def _random_hours(random: Random) -> tuple[OfficeHours, ...]:
    if random.random() < 0.2:
        return ()
    marks = sorted(random.sample(range(5 * 60, 23 * 60), random.choice((2, 2, 4, 6))))
    return tuple(OfficeHours(begin, end) for begin, end in zip(marks[::2], marks[1::2], strict=True))


@cache
def counted(seed: int) -> tuple[WorkClock, list[dt.datetime]]:
    """The clock of a seed with its working minutes: counting them is most of the work."""
    clock = random_clock(Random(seed))
    return clock, working_minutes(clock)


def working_minutes(clock: WorkClock) -> list[dt.datetime]:
    """Every minute in which people work, by asking each minute of the calendar's days what day and time it is there."""
    calendar = clock.calendar
    now = dt.datetime.combine(calendar.first, dt.time(), clock.zone).astimezone(dt.UTC)
    end = dt.datetime.combine(calendar.last + dt.timedelta(1), dt.time(), clock.zone).astimezone(dt.UTC)
    found = []
    while now < end:
        local = now.astimezone(clock.zone)
        minute = local.hour * 60 + local.minute
        if _is_working(calendar, local.date()) and (
            not calendar.hours or any(hours.begin <= minute < hours.end for hours in calendar.hours)
        ):
            found.append(now)
        now += MINUTE
    return found


def _is_working(calendar: Calendar, day: dt.date) -> bool:
    if day in calendar.make_up_days:
        return True
    return day.isoweekday() in calendar.weekdays and all(day < each.first or day > each.last for each in calendar.holidays)


def random_moments(random: Random, clock: WorkClock, count: int) -> list[dt.datetime]:
    begin = dt.datetime.combine(clock.calendar.first, dt.time(), clock.zone).astimezone(dt.UTC)
    return sorted(begin + random.randrange(DAYS * 24 * 60) * MINUTE for _ in range(count))


def after_minutes(minutes: list[dt.datetime], start: dt.datetime, count: int) -> dt.datetime | None:
    """When so many minutes of work are over."""
    last = bisect_left(minutes, start) + count - 1
    return minutes[last] + MINUTE if last < len(minutes) else None


def after_days(clock: WorkClock, minutes: list[dt.datetime], start: dt.datetime, count: int) -> dt.datetime | None:
    """The time of day at which work goes on, so many working days later."""
    first = bisect_left(minutes, start)
    if first == len(minutes):
        return None
    local = minutes[first].astimezone(clock.zone)
    days = [clock.calendar.first + dt.timedelta(number) for number in range(DAYS)]
    later = [day for day in days if day >= local.date() and _is_working(clock.calendar, day)]
    return dt.datetime.combine(later[count], local.time(), clock.zone).astimezone(dt.UTC) if count < len(later) else None


def test_working_time_is_what_counting_minutes_gives() -> None:
    """Hours and minutes of work end where so many working minutes are over, days at the same time so many working days on."""
    missing = 0
    for seed in range(SEEDS):
        random = Random(seed)
        clock, minutes = counted(seed)
        for start in random_moments(random, clock, 15):
            hours, days = random.choice((1, 2, 4, 9, 40)), random.choice((1, 2, 5, 12))
            wanted = after_minutes(minutes, start, hours * 60), after_days(clock, minutes, start, days)
            found = tuple(end_of(Duration(*each, working=True), start, clock) for each in ((hours, "hour"), (days, "day")))
            assert wanted == found, (seed, start, hours, days)
            missing += None in wanted
    # Some run past the end of the calendar, most do not.
    assert 0 < missing < SEEDS * 12


def test_due_times_are_monotone_in_their_start() -> None:
    """Of two starts the later one is never due earlier, and what the calendar does not hold for the one it does not for the later."""
    for seed in range(SEEDS * 4):
        random = Random(seed)
        clock = random_clock(random)
        length = Duration(random.choice((1, 3, 10)), random.choice(("hour", "day", "minute")), working=True)
        ends = [end_of(length, start, clock) for start in random_moments(random, clock, 40)]
        known = [end for end in ends if end is not None]
        assert known == sorted(known), (seed, length)
        assert ends[: len(known)] == known, (seed, length)


def test_a_pause_adds_exactly_the_working_time_that_it_took() -> None:
    """As much work is left as when it was suspended, whenever it is resumed; a due time that was over stays where it was."""
    for seed in range(SEEDS):
        random = Random(seed)
        clock, minutes = counted(seed)

        def between(one: dt.datetime, other: dt.datetime, minutes: list[dt.datetime] = minutes) -> int:
            return bisect_left(minutes, other) - bisect_left(minutes, one)

        for _ in range(15):
            since, now, due = random_moments(random, clock, 3)
            if random.random() < 0.5:
                now, due = due, now  # it was late when it was resumed, had time stood still for nobody
            later = put_off(due, since, now, clock)
            left = between(since, due)
            if between(now, minutes[-1] + MINUTE) < max(left, 1):
                assert later is None or left == 0, seed
                continue
            assert later is not None
            assert (left, True) == (between(now, later), later >= now), (seed, since, now, due)
            assert due == put_off(due, due + MINUTE, now, clock)
