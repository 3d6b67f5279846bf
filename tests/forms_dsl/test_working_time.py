"""Working time: office hours, make-up days, holidays, and the end of what a calendar knows."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_dsl.durations import parse_duration
from forms_dsl.model import Calendar, Duration, Holiday, OfficeHours
from forms_dsl.source import Span
from forms_dsl.working_days import is_working_day
from forms_dsl.working_time import WorkClock, end_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOURS = (OfficeHours(9 * 60, 12 * 60), OfficeHours(13 * 60 + 30, 18 * 60))
#: The spring festival of 2026 with its make-up Saturday and Sunday.
CALENDAR = Calendar(
    "cn",
    "cn",
    {"zh": "中国"},
    Span("calendars/cn.yaml", 1, 1, 1, 1),
    dt.date(2026, 1, 1),
    dt.date(2026, 12, 31),
    frozenset({1, 2, 3, 4, 5}),
    (Holiday("spring_festival", {"zh": "春节"}, dt.date(2026, 2, 15), dt.date(2026, 2, 23)),),
    frozenset({dt.date(2026, 2, 14), dt.date(2026, 2, 28)}),
    HOURS,
)
CLOCK = WorkClock(CALENDAR, SHANGHAI)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("length", "start", "end"),
    [
        ("4 working hours", "2026-03-02T10:00", "2026-03-02T15:30"),
        ("2 working hours", "2026-03-02T10:00", "2026-03-02T12:00"),
        ("4 working hours", "2026-03-06T16:00", "2026-03-09T11:00"),
        ("1 working hour", "2026-03-07T10:00", "2026-03-09T10:00"),
        ("1 working day", "2026-03-06T16:10", "2026-03-09T16:10"),
        ("1 working day", "2026-03-06T19:00", "2026-03-10T09:00"),
        ("1 working day", "2026-03-06T12:15", "2026-03-09T13:30"),
        # The Friday before the festival: the Saturday after it is a working day, then nine days are free.
        ("1 working day", "2026-02-13T10:00", "2026-02-14T10:00"),
        ("2 working days", "2026-02-13T10:00", "2026-02-24T10:00"),
        ("5 working days", "2026-02-24T10:00", "2026-03-02T10:00"),
        ("2 hours", "2026-03-06T23:00", "2026-03-07T01:00"),
    ],
)
def test_working_time_ends_when_people_have_worked_so_long(length: str, start: str, end: str) -> None:
    """Nights, lunch, week-ends and holidays do not count; make-up days do."""
    assert at(end) == end_of(_length(length), at(start), CLOCK)


@pytest.mark.parametrize("start", ["2026-12-31T17:30", "2027-01-04T10:00", "2025-12-31T10:00"])
@pytest.mark.parametrize("length", ["1 working hour", "1 working day"])
def test_days_that_the_calendar_does_not_hold_are_missing(length: str, start: str) -> None:
    """Nothing is guessed beyond the calendar, nor without one; plain time needs none."""
    assert end_of(_length(length), at(start), CLOCK) is None
    assert end_of(_length(length), at("2026-03-02T10:00"), None) is None
    assert at("2027-01-05T10:00") == end_of(Duration(1, "day"), at("2027-01-04T10:00"), None)


MOMENTS = st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2026, 11, 30)).map(lambda moment: moment.replace(tzinfo=SHANGHAI))
LENGTHS = st.builds(Duration, st.integers(1, 20), st.sampled_from(("hour", "day")), st.just(value=True))


@given(LENGTHS, MOMENTS, MOMENTS)
def test_due_times_grow_with_their_start_and_lie_in_office_hours(length: Duration, one: dt.datetime, other: dt.datetime) -> None:
    """The later it starts the later it ends, never on a free day and never outside of office hours."""
    ends = [end_of(length, start, CLOCK) for start in sorted((one, other))]

    for start, end in zip(sorted((one, other)), ends, strict=True):
        assert end is not None
        assert start < end
        local = end.astimezone(SHANGHAI)
        minute = local.hour * 60 + local.minute + local.second / 60 + local.microsecond / 60e6
        assert is_working_day(CALENDAR, local.date())
        assert any(hours.begin <= minute <= hours.end for hours in HOURS)
    assert ends == sorted(ends)  # type: ignore[type-var]


def _length(text: str) -> Duration:
    length = parse_duration(text)
    assert length is not None
    return length
