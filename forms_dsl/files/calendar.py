"""`calendars/<name>.yaml`: the working days of a span of days, with holidays, make-up days (调休) and office hours."""

from __future__ import annotations

import re
from typing import Annotated

from forms_dsl.diagnostics import Sentence
from forms_dsl.durations import WEEKDAYS
from forms_dsl.files.app import Day
from forms_dsl.files.labels import LabelText
from forms_dsl.files.values import Flag, Name, Shape, key, one_of, plain, text_of, wrong

_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]\Z|24:00\Z")


def time_of_day(value: object) -> str:
    """A time of day, `08:30`; `24:00` is the end of the day."""
    text = text_of(value)
    if not _TIME.match(text):
        hint = Sentence('Write it like "08:30".', '写法示例："08:30"。')
        raise wrong(f"{text!r} is not a time of day.", f"“{text}”不是时刻。", hint)
    return text


TimeOfDay = Annotated[str, plain(time_of_day, {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$"})]


class HolidayShape(Shape):
    """Free days in a row."""

    label: Annotated[LabelText, key("What the holiday is called.", "节日名称。")]
    from_: Annotated[Day, key("Its first day.", "第一天。", alias="from")]
    to: Annotated[Day | None, key("Its last day; without it, one day.", "最后一天；不填则只有一天。")] = None


class HoursShape(Shape):
    """Office hours of a working day."""

    from_: Annotated[TimeOfDay, key("When they begin.", "开始时刻。", alias="from")]
    to: Annotated[TimeOfDay, key("When they end.", "结束时刻。")]


class CalendarShape(Shape):
    """A calendar of working days and hours."""

    calendar: Annotated[Name, key("The calendar's name.", "日历名称。")]
    id: Annotated[Name | None, key("The name at first publication.", "首次发布时的名称。")] = None
    label: Annotated[LabelText, key("Its title.", "日历标题。")]
    sealed: Annotated[Flag, key("Whether a bank's overlay may not change it.", "银行的覆盖层是否不得修改。")] = False
    from_: Annotated[Day, key("The first day that it knows.", "日历的第一天。", alias="from")]
    to: Annotated[Day, key("The last day that it knows; beyond it nothing is guessed.", "日历的最后一天；之外的日期不作推测。")]
    working_days: Annotated[
        list[Annotated[str, one_of(*WEEKDAYS)]], key("The days of the week on which people work.", "每周的工作日。", min_length=1)
    ] = list(WEEKDAYS[:5])
    holidays: Annotated[dict[Name, HolidayShape], key("Free days by the name of the holiday.", "按节日列出的休息日。")] = {}
    make_up_days: Annotated[list[Day], key("Days of rest on which people work (调休).", "调休上班日。")] = []
    office_hours: Annotated[
        list[HoursShape],
        key("The hours that working hours count; without them, the whole day.", "计入工作小时的时段；不填则为全天。"),
    ] = []
