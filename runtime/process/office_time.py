"""The calendar by which an app counts working time: bank data, so a running approval counts by the newest one."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from forms_dsl.working_time import WorkClock
from runtime.compile.app import CompiledApp


def clock_of(live: Mapping[str, CompiledApp], compiled: CompiledApp, calendar: str | None = None) -> WorkClock | None:
    """The calendar of this name, else the app's own: of the live release, whose calendar may hold more years by now."""
    name = calendar or compiled.app.calendar or ""
    newest = live.get(compiled.app.name, compiled)
    found = newest.app.calendars.get(name) or compiled.app.calendars.get(name)
    return None if found is None else WorkClock(found, ZoneInfo(compiled.app.timezone))
