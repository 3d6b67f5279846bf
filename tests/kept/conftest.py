"""A desk with prices in several currencies, published, and its people behind a server."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from runtime.http.routes import build_app
from runtime.http.services import Services
from runtime.identity.holdings import Given, grant_role
from runtime.identity.organisation import add_person, add_unit
from runtime.identity.tokens import create_token
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.start import open_releases
from runtime.store.database import Database
from tests.publish import desk
from tests.serving import PLAIN, serving


@dataclass
class Bank:
    """The server and its people."""

    database: Database
    releases: Releases
    base: str = ""
    _people: dict[str, str] = field(default_factory=dict)

    def publish(self, files: Mapping[str, str]) -> None:
        """Make the texts live."""
        desk.put_live(self.database, self.releases, files)

    def caller(self, name: str, *roles: str, platform: tuple[str, ...] = (), unit: str | None = None) -> httpx.Client:
        """A person with a token; roles of the desk and of the platform."""
        with self.database.write() as connection:
            place = add_unit(connection, unit, unit, desk.NOW) if unit else None
            person = add_person(connection, name, name, desk.NOW, unit_id=place)
            for role in roles:
                grant_role(connection, person, "desk", role, Given(desk.NOW))
            for role in platform:
                grant_role(connection, person, "", role, Given(desk.NOW))
            _, token = create_token(connection, person, "test", dt.timedelta(days=1), desk.NOW)
        return httpx.Client(
            base_url=self.base, headers={"Authorization": f"Bearer {token}", "Accept-Language": "en"}, timeout=30, verify=PLAIN
        )


@pytest.fixture
def bank(database: Database, tmp_path: Path) -> Iterator[Bank]:
    """A server over the test's database."""
    releases = open_releases(database)
    settings = Settings(database_url=database.url, data_folder=tmp_path, demo=False)
    with serving(build_app(Services(settings, database, releases, clock=lambda: desk.NOW))) as base:
        yield Bank(database, releases, base)
