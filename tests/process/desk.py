"""A running server over the small bank, for tests that speak HTTP; its clock is turned by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from forms_dsl.org import BUILT_IN
from runtime.compile.app import compile_app
from runtime.http.routes import build_app
from runtime.http.services import Services
from runtime.identity.holdings import Given, grant_role
from runtime.identity.sessions import start_session
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.store.database import Database
from runtime.worker import Worker, run_jobs
from tests.process.bank import NOW, Bank, open_bank
from tests.serving import PLAIN


@dataclass(frozen=True)
class Desk:
    """The bank with its server at `url`, its people and the time of day there."""

    bank: Bank
    services: Services
    url: str = ""
    clock: list[dt.datetime] = field(default_factory=lambda: [NOW])

    def client(self, username: str) -> httpx.Client:
        """Somebody signed in, who reads English."""
        with self.bank.database.write() as connection:
            secret = start_session(connection, self.bank.people[username], self.clock[0])
        return httpx.Client(
            base_url=self.url, timeout=30, headers={"Authorization": f"Bearer {secret}", "Accept-Language": "en"}, verify=PLAIN
        )

    def work_until(self, moment: dt.datetime) -> None:
        """Turn the clock and let the worker do what is due by then."""
        self.clock[0] = moment
        settings, releases = self.services.settings, self.services.releases
        worker = Worker(settings, self.bank.database, releases, None, None, lambda: self.clock[0])  # type: ignore[arg-type]
        while run_jobs(worker):
            pass


def open_desk(database: Database, url: str, folder: Path, workflow: str, files: Mapping[str, str] = {}) -> Desk:
    """The bank with an administrator `head`, ready to be served by `build_app(desk.services)`."""
    bank, clock = open_bank(database, workflow, files=files), [NOW]
    with database.write() as connection:
        grant_role(connection, bank.people["head"], "", "administrator", Given(NOW))
    releases = Releases(database, {"org": compile_app(BUILT_IN["org"], 0)})
    releases.refresh(database)
    services = Services(Settings(url, folder / "data"), database, releases, clock=lambda: clock[0])
    return Desk(bank, services, clock=clock)


__all__ = ["Desk", "build_app", "open_desk"]
