"""What every request of a process may use; made once when it starts."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast
from weakref import WeakKeyDictionary

from starlette.requests import HTTPConnection

from forms_dsl.model import Label
from runtime.failures import Unavailable
from runtime.settings import Settings
from runtime.store.business_day import BusinessDay
from runtime.store.database import Database
from runtime.store.lanes import Lanes, open_lanes

if TYPE_CHECKING:
    from connectors.engine import Engine
    from runtime.releases import Releases


#: As many lists as one process writes to files at a time.
_EXPORTS = 4


@dataclass(frozen=True, slots=True)
class Services:
    """Settings, database, live releases and the clock of this process."""

    settings: Settings
    database: Database
    releases: Releases
    clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    #: The way to other systems; None where a process has none, as in tests of other things.
    engine: Engine | None = None
    #: What became of publications that a crash had interrupted, as this process found them when it started.
    recovered: tuple[Label, ...] = ()
    #: Lists that are being written to files: each takes a thread and a connection for as long as its list is.
    exports: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(_EXPORTS), repr=False)
    day: BusinessDay = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "day", BusinessDay(self.database, self.settings))


def services_of(request: HTTPConnection) -> Services:
    """The services of the app that serves this request."""
    return cast("Services", request.app.state.services)


def lanes_of(request: HTTPConnection) -> Lanes:
    """The running event loop's own way to the database, opened when it is first used."""
    known: WeakKeyDictionary[asyncio.AbstractEventLoop, Lanes] | None = getattr(request.app.state, "lanes", None)
    if known is None:
        known = request.app.state.lanes = WeakKeyDictionary()
    loop = asyncio.get_running_loop()
    if loop not in known:
        known[loop] = open_lanes(services_of(request).database)
    return known[loop]


def engine_of(request: HTTPConnection) -> Engine:
    """The way to other systems of the app that serves this request; raises Unavailable where there is none."""
    engine = services_of(request).engine
    if engine is None:
        raise Unavailable({"zh": "本进程不连接外部系统。", "en": "This process does not call other systems."})
    return engine
