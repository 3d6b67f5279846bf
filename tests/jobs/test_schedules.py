"""When schedules are due."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_dsl.durations import parse_schedule
from runtime.jobs.schedules import last_due, next_due


def _at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).astimezone(dt.UTC)


@pytest.mark.parametrize(
    ("schedule", "zone", "after", "due"),
    [
        ("06:00 day", "Asia/Shanghai", "2026-03-02T05:59:59+08:00", "2026-03-02T06:00:00+08:00"),
        ("06:00 day", "Asia/Shanghai", "2026-03-02T06:00:00+08:00", "2026-03-03T06:00:00+08:00"),
        ("06:00 business_day", "Asia/Shanghai", "2026-03-06T07:00:00+08:00", "2026-03-09T06:00:00+08:00"),
        ("08:00 monday", "Asia/Shanghai", "2026-03-02T08:00:00+08:00", "2026-03-09T08:00:00+08:00"),
        ("01:00 month_first", "Asia/Shanghai", "2026-03-02T00:00:00+08:00", "2026-04-01T01:00:00+08:00"),
        ("23:30 month_last", "Asia/Shanghai", "2024-02-10T00:00:00+08:00", "2024-02-29T23:30:00+08:00"),
        ("01:00 quarter_first", "Asia/Shanghai", "2026-01-01T02:00:00+08:00", "2026-04-01T01:00:00+08:00"),
        ("01:00 year_first", "Asia/Shanghai", "2026-01-01T01:00:00+08:00", "2027-01-01T01:00:00+08:00"),
        ("15m", "Asia/Shanghai", "2026-03-02T06:07:00+08:00", "2026-03-02T06:15:00+08:00"),
        ("02:30 day", "Europe/Paris", "2026-03-28T12:00:00+01:00", "2026-03-29T03:30:00+02:00"),
        ("02:30 day", "Europe/Paris", "2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"),
    ],
)
def test_the_next_time_is_the_one_on_the_clock_of_the_app(schedule: str, zone: str, after: str, due: str) -> None:
    """A schedule is read in the app's zone; a skipped hour moves, a repeated hour counts once."""
    parsed = parse_schedule(schedule)
    assert parsed is not None

    assert _at(due) == next_due(parsed, zone, _at(after))


@given(
    st.sampled_from(
        [
            "06:00 day",
            "06:00 business_day",
            "08:00 sunday",
            "00:00 month_first",
            "23:59 month_last",
            "12:00 quarter_first",
            "01:00 year_first",
            "7m",
            "3d",
        ]
    ),
    st.sampled_from(["Asia/Shanghai", "Europe/Paris", "America/New_York"]),
    st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2090, 1, 1), timezones=st.just(dt.UTC)),
)
def test_next_and_last_agree(text: str, zone: str, moment: dt.datetime) -> None:
    """Between the last due moment and the next one lies no other, and the next one's last is itself."""
    schedule = parse_schedule(text)
    assert schedule is not None

    before, after = last_due(schedule, zone, moment), next_due(schedule, zone, moment)

    assert before <= moment < after
    assert after == next_due(schedule, zone, before)
    assert after == last_due(schedule, zone, after)
