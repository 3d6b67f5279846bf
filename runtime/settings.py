"""Settings of one process, read once from the environment."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from runtime.environment import Environment, read_environment


@dataclass(frozen=True, slots=True)
class Settings:
    """What a process must know before it starts; every value has an environment variable of its name."""

    database_url: str
    data_folder: Path
    #: Demo people exist and may sign in only when this is true.
    demo: bool = False
    demo_password: str | None = None
    #: Whether cookies carry Secure and the __Host- prefix; off only for plain HTTP on loopback.
    secure_cookies: bool = False
    #: The key ring of encrypted fields; without one they can neither be written nor read.
    key_ring: Path | None = None
    #: The command that scans each file before it is kept, `{path}` in it or behind it: exit 0 clean, 1 refused, else unknown.
    scan_command: str | None = None
    #: Where the bank's day begins and ends.
    timezone: str = "Asia/Shanghai"
    #: What one sign-in or token may ask of one process, with five seconds' worth at once; 0 is without limit.
    requests_per_second: int = 100
    #: So many records a person may reveal masked fields of in a day of the bank; 0 is none.
    reveals_per_day: int = 50
    #: So many days what a release left behind is kept before it may be purged.
    purge_after_days: int = 90
    #: What this installation is for; without it no release comes in from another server, and none is given to one.
    environment: Environment | None = None
    #: Whether definitions change here by promotions only, and by direct changes for a reason.
    promotions_only: bool = False

    def business_date(self, now: dt.datetime) -> dt.date:
        """The bank's day at a moment."""
        return now.astimezone(ZoneInfo(self.timezone)).date()

    @staticmethod
    def read(environment: Mapping[str, str] = os.environ) -> Settings:
        """The settings of this environment; the database defaults to SQLite in the data folder."""
        folder = Path(environment.get("QIQIAO_DATA", ".data")).resolve()
        return Settings(
            database_url=environment.get("QIQIAO_DATABASE_URL") or f"sqlite:///{folder / 'qiqiao.db'}",
            data_folder=folder,
            demo=environment.get("QIQIAO_DEMO") == "1",
            demo_password=environment.get("QIQIAO_DEMO_PASSWORD") or None,
            secure_cookies=environment.get("QIQIAO_SECURE_COOKIES") == "1",
            key_ring=Path(environment.get("QIQIAO_KEY_RING") or folder / "keys" / "ring.json").resolve(),
            scan_command=environment.get("QIQIAO_SCAN_COMMAND") or None,
            timezone=environment.get("QIQIAO_TIMEZONE") or "Asia/Shanghai",
            requests_per_second=int(environment.get("QIQIAO_REQUESTS_PER_SECOND") or 100),
            purge_after_days=int(environment.get("QIQIAO_PURGE_AFTER_DAYS") or 90),
            reveals_per_day=int(environment.get("QIQIAO_REVEALS_PER_DAY") or 50),
            environment=read_environment(environment),
            promotions_only=environment.get("QIQIAO_PROMOTIONS_ONLY") == "1",
        )
