"""Calendars: days that follow each other and hours that do not overlap."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

from forms_dsl import codes
from forms_dsl.build.bench import Workbench
from forms_dsl.build.place import Place, SourceFile
from forms_dsl.build.reading_days import read_day
from forms_dsl.diagnostics import Sentence
from forms_dsl.durations import WEEKDAYS
from forms_dsl.files.calendar import CalendarShape, HoursShape
from forms_dsl.model import Calendar, Holiday, OfficeHours

#: A calendar of more days is a mistake in a year.
_MOST_DAYS = 366 * 60


def build_calendar(bench: Workbench, file: SourceFile) -> Calendar | None:
    """The calendar of a file; None with findings when its days are wrong."""
    shape = file.shape
    if not isinstance(shape, CalendarShape):
        return None
    place = Place(file)
    first, last = read_day(bench, place.at("from"), shape.from_), read_day(bench, place.at("to"), shape.to)
    if first is None or last is None:
        return None
    if not 0 <= (last - first).days < _MOST_DAYS:
        message = Sentence(
            "The calendar ends before it begins, or is longer than 60 years.", "日历的结束早于开始，或超过 60 年。"
        )
        bench.find(codes.WRONG_TYPE, place.at("to"), message)
        return None
    holidays = []
    for name, holiday in shape.holidays.items():
        here = place.at("holidays", name)
        begin = read_day(bench, here.at("from"), holiday.from_)
        end = read_day(bench, here.at("to"), holiday.to) if holiday.to else begin
        if begin is not None and end is not None and _lies_within(bench, here, begin, end, first, last):
            holidays.append(Holiday(name, holiday.label, begin, end))
    weekdays = frozenset(WEEKDAYS.index(day) + 1 for day in shape.working_days)
    make_up = []
    for number, text in enumerate(shape.make_up_days):
        here = place.at("make_up_days", number)
        day = read_day(bench, here, text)
        if day is None or not _lies_within(bench, here, day, day, first, last):
            continue
        if day.isoweekday() in weekdays and not any(each.first <= day <= each.last for each in holidays):
            message = Sentence(f"{day} is a working day anyway.", f"{day} 本来就是工作日。")
            bench.find(codes.WRONG_TYPE, here, message)
        make_up.append(day)
    return Calendar(
        id=shape.id or file.name,
        name=file.name,
        label=shape.label,
        span=place.at("calendar").span,
        first=first,
        last=last,
        weekdays=weekdays,
        holidays=tuple(holidays),
        make_up_days=frozenset(make_up),
        hours=_hours(bench, place.at("office_hours"), shape.office_hours),
    )


def _lies_within(bench: Workbench, place: Place, begin: dt.date, end: dt.date, first: dt.date, last: dt.date) -> bool:
    if first <= begin <= end <= last:
        return True
    message = Sentence(f"These days do not lie between {first} and {last}.", f"这些日期不在 {first} 至 {last} 之间。")
    bench.find(codes.WRONG_TYPE, place, message, key=not isinstance(place.pointer[-1], int))
    return False


def _hours(bench: Workbench, place: Place, shapes: list[HoursShape]) -> tuple[OfficeHours, ...]:
    hours = [OfficeHours(_minutes(shape.from_), _minutes(shape.to)) for shape in shapes]
    for number, each in enumerate(hours):
        if each.begin >= each.end:
            message = Sentence("The hours end before they begin.", "时段的结束早于开始。")
            bench.find(codes.WRONG_TYPE, place.at(number), message, key=True)
    for number, (one, other) in enumerate(pairwise(hours), 1):
        if other.begin < one.end:
            message = Sentence("Hours stand in order and do not overlap.", "时段须按顺序排列且不得重叠。")
            bench.find(codes.WRONG_TYPE, place.at(number), message, key=True)
    return tuple(hours)


def _minutes(text: str) -> int:
    hour, _, minute = text.partition(":")
    return int(hour) * 60 + int(minute)


def check_calendar(bench: Workbench, place: Place, name: str | None) -> None:
    """The calendar that a file names is one of the app's; an app without any takes the bank's own."""
    if name is not None and bench.files.get("calendar"):
        bench.has_file("calendar", place.at("calendar"), name, Sentence("calendar", "工作日历"))
