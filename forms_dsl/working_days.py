"""A calendar's working days as the table that expressions read."""

from __future__ import annotations

import datetime as dt

from forms_dsl.expr.calendars import BusinessDays
from forms_dsl.model import Calendar


def is_working_day(calendar: Calendar, day: dt.date) -> bool:
    """Whether people work on a day of the calendar: a make-up day always, a holiday never, else by the day of the week."""
    if day in calendar.make_up_days:
        return True
    return day.isoweekday() in calendar.weekdays and not any(each.first <= day <= each.last for each in calendar.holidays)


def business_days(calendar: Calendar) -> BusinessDays:
    """All days of the calendar with the holidays and make-up days (调休) counted in."""
    count = (calendar.last - calendar.first).days + 1
    days = (calendar.first + dt.timedelta(number) for number in range(count))
    return BusinessDays(calendar.first, "".join("1" if is_working_day(calendar, day) else "0" for day in days))
