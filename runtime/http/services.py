"""What every request of a process may use; made once when it starts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from starlette.requests import HTTPConnection

from runtime.settings import Settings
from runtime.store.database import Database

if TYPE_CHECKING:
    from runtime.releases import Releases


@dataclass(frozen=True, slots=True)
class Services:
    """Settings, database, live releases and the clock of this process."""

    settings: Settings
    database: Database
    releases: Releases
    clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)


def services_of(request: HTTPConnection) -> Services:
    """The services of the app that serves this request."""
    return cast("Services", request.app.state.services)
