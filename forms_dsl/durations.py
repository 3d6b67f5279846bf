"""Lengths of time and schedules as people write them, to values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from forms_dsl.model import Duration

#: Ten years in seconds: nothing waits longer.
_LONGEST = 10 * 366 * 24 * 3600
SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_SHORT = {"s": "second", "m": "minute", "h": "hour", "d": "day"}
_SHORT_FORM = re.compile(r"([0-9]{1,9})([smhd])\Z")
_LONG_FORM = re.compile(r"([0-9]{1,9}) (working )?(second|minute|hour|day)s?\Z")

DayKind = Literal["day", "business_day", "weekday", "month_first", "month_last", "quarter_first", "year_first"]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY_KINDS: dict[str, DayKind] = {
    "day": "day",
    "business_day": "business_day",
    "month_first": "month_first",
    "month_last": "month_last",
    "quarter_first": "quarter_first",
    "year_first": "year_first",
}
_AT = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9]) ([a-z_]+)\Z")


@dataclass(frozen=True, slots=True)
class Schedule:
    """When an automation runs: every `interval`, or at `hour`:`minute` of each `day` (`weekday` 1 = Monday)."""

    interval: Duration | None = None
    day: DayKind | None = None
    hour: int = 0
    minute: int = 0
    weekday: int | None = None


def seconds(duration: Duration) -> int:
    """Its length in seconds, a working unit counted as the plain one."""
    return duration.amount * SECONDS[duration.unit]


def parse_duration(text: str) -> Duration | None:
    """`30s`, `5m`, `8h`, `90d`, `2 hours`, `1 working day`; None when it is not of these forms."""
    short = _SHORT_FORM.match(text)
    if short:
        return Duration(int(short[1]), _SHORT[short[2]])
    long = _LONG_FORM.match(text)
    if long and not (long[2] and long[3] in ("second", "minute")):
        return Duration(int(long[1]), long[3], bool(long[2]))
    return None


def is_possible(duration: Duration) -> bool:
    """Whether it is above zero and at most ten years."""
    return 0 < seconds(duration) <= _LONGEST


def parse_schedule(text: str) -> Schedule | None:
    """`06:00 day`, `08:00 monday`, `01:00 month_first`, or a duration; None when it is not of these forms."""
    interval = parse_duration(text)
    if interval is not None:
        return None if interval.working or not is_possible(interval) else Schedule(interval)
    match = _AT.match(text)
    if not match:
        return None
    hour, minute, word = int(match[1]), int(match[2]), match[3]
    if word in WEEKDAYS:
        return Schedule(None, "weekday", hour, minute, WEEKDAYS.index(word) + 1)
    return Schedule(None, DAY_KINDS[word], hour, minute) if word in DAY_KINDS else None
