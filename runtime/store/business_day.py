"""The bank's business date (会计日期): set by the bank or its core system, else the calendar day where the bank is."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from dataclasses import dataclass, field
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect

from runtime.settings import Settings
from runtime.store.asking import Asking, Question, answer
from runtime.store.database import Database
from runtime.store.prepared import Prepared, prepare
from runtime.store.tables import setting
from runtime.store.upsert import upsert

_NAME = "business_date"
#: A changed date is known to every process within this time.
_FRESH_SECONDS = 1.0


def business_date(connection: Connection, settings: Settings, now: dt.datetime) -> dt.date:
    """The business date at a moment, as this transaction sees it."""
    value = connection.scalar(sa.select(setting.c.value).where(setting.c.name == _NAME))
    return dt.date.fromisoformat(value) if isinstance(value, str) else settings.business_date(now)


def set_business_date(connection: Connection, day: dt.date | None) -> None:
    """Fix the business date, or let it follow the calendar again."""
    if day is None:
        connection.execute(sa.delete(setting).where(setting.c.name == _NAME))
        return
    connection.execute(upsert(connection, setting, {"name": _NAME, "value": day.isoformat()}, key=("name",)))


@dataclass(slots=True)
class BusinessDay:
    """The business date for every request of a process, read at most once a second."""

    database: Database
    settings: Settings
    _fixed: dt.date | None = None
    _read_at: float | None = None
    _guard: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def at(self, now: dt.datetime) -> dt.date:
        """The business date at a moment."""
        if self._read_at is not None and time.monotonic() - self._read_at <= _FRESH_SECONDS:
            return self._fixed or self.settings.business_date(now)
        with self._guard, self.database.read() as connection:
            return answer(connection, self.asking(now))

    def asking(self, now: dt.datetime) -> Asking[dt.date]:
        """The business date at a moment, as `at`."""
        if self._read_at is None or time.monotonic() - self._read_at > _FRESH_SECONDS:
            rows = yield Question(_prepared(self.database.engine.dialect), {})
            value = json.loads(rows[0][0]) if rows else None
            self._fixed = dt.date.fromisoformat(value) if isinstance(value, str) else None
            self._read_at = time.monotonic()
        return self._fixed or self.settings.business_date(now)


@lru_cache(maxsize=4)
def _prepared(dialect: Dialect) -> Prepared:
    return prepare(sa.select(setting.c.value).where(setting.c.name == _NAME), dialect)
