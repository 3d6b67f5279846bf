"""The serving app: everything a production node needs, without the builder."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import AsyncIterator, Callable

from fastapi import FastAPI

from runtime.http.routes import build_app
from runtime.http.services import Services
from runtime.outbox.gateway import open_engine
from runtime.query.terms import get_ready
from runtime.releases import kept_fresh
from runtime.settings import Settings
from runtime.start import start

#: As long as a thread may compute before the others have their turn. While one compiles a release, the event loop waits so long
#: after each word with the system, of which a request has about eight: with the usual 5 ms that is 40 ms a request.
_TURN_SECONDS = 0.0005


def create_app(settings: Settings | None = None) -> FastAPI:
    """Open the database, load the live releases and build the app; a factory for uvicorn."""
    services = open_services(settings or Settings.read())
    return build_app(services, lifespan=lifespan_of(services))


def open_services(settings: Settings) -> Services:
    """The services of a serving process, after everything that must happen before the first request."""
    started = start(settings, dt.datetime.now(dt.UTC))
    get_ready()
    return Services(
        settings,
        started.database,
        started.releases,
        engine=open_engine(started.database, settings),
        recovered=tuple(one.words for one in started.recovered),
    )


def lifespan_of(services: Services) -> Callable[[FastAPI], AsyncIterator[None]]:
    """What runs beside the requests: the look for newly activated releases; the pool is closed at the end."""

    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        sys.setswitchinterval(_TURN_SECONDS)
        with kept_fresh(services.releases, services.database):
            yield
        services.database.engine.dispose()

    return lifespan
