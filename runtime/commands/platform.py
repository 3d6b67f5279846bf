"""The platform as the one who acts: timers, automations and the ends of calls have no person behind them."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.engine import Connection

from runtime.context import SYSTEM, Context
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.store.business_day import business_date


def platform_context(
    connection: Connection, releases: Releases, settings: Settings, now: dt.datetime, request_id: str
) -> Context:
    """The context of an act of the platform in this transaction."""
    day = business_date(connection, settings, now)
    return Context(SYSTEM, releases.current(), now, day, request_id, channel="worker", demo=settings.demo)
