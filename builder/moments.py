"""Moments and days as people write them at the command line: where the bank is."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from builder.commands import Mistake
from runtime.settings import Settings


def moment_of(text: str | None, settings: Settings) -> dt.datetime | None:
    """A day's beginning, or a day and a time, in the bank's own zone; raises Mistake for anything else."""
    if text is None:
        return None
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError as wrong:
        raise Mistake({"en": f"{text!r} is no moment.", "zh": f"“{text}”不是有效的时间。"}) from wrong
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(settings.timezone))


def moment_after(text: str | None, settings: Settings) -> dt.datetime | None:
    """As `moment_of`, but the end of a day that is named alone: what is written as the last day is included."""
    found = moment_of(text, settings)
    alone = found is not None and text is not None and len(text) == len("2026-12-31")
    return found + dt.timedelta(days=1) if found is not None and alone else found


def day_of(text: str | None) -> dt.date | None:
    """A day; raises Mistake for anything else."""
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as wrong:
        raise Mistake({"en": f"{text!r} is no day.", "zh": f"“{text}”不是有效的日期。"}) from wrong
