"""The full server over a real database, with the desk live and people who build, publish and work."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from builder.asgi import create_app
from runtime.compile.sql_setup import SQLITE_SETUP
from runtime.environment import Environment
from runtime.http.services import Services
from runtime.identity.holdings import Given, grant_role
from runtime.identity.organisation import add_person, add_unit
from runtime.identity.sessions import start_session
from runtime.publish.history import active_release
from runtime.publish.types import Release
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.start import open_releases
from runtime.store.database import Database, open_database
from runtime.store.tables import audit_event
from tests.publish.desk import FILES, NOW, put_live
from tests.serving import PLAIN, serving

PROMOTIONS = "/api/builder/promotions"
TEST = Environment("test", "测试一区", "#b7791f")
PRODUCTION = Environment("production", None, "#b3261e")

#: Person: roles in the desk, platform roles.
PEOPLE = {
    "shen": (["agent"], ["designer"]),
    "he": ([], ["designer", "publisher"]),
    "zhao": ([], ["publisher"]),
    "zhou": (["agent"], []),
}


@dataclass
class Workshop:
    """The running server, its database and its people's clients."""

    url: str
    services: Services
    people: dict[str, str]

    def client(self, username: str) -> httpx.Client:
        """A program that acts as a person, in English."""
        with self.services.database.write() as connection:
            secret = start_session(connection, self.people[username], self.services.clock())
        headers = {"Authorization": f"Bearer {secret}", "Accept-Language": "en"}
        return httpx.Client(base_url=self.url, timeout=30, headers=headers, verify=PLAIN)


@pytest.fixture
def releases(database: Database) -> Releases:
    """Live releases with the built-in apps."""
    return open_releases(database)


@pytest.fixture
def workshop(database: Database, releases: Releases, database_url: str, tmp_path: Path) -> Iterator[Workshop]:
    """A server with the desk live."""
    with open_workshop(database, releases, Settings(database_url, tmp_path / "data")) as opened:
        yield opened


@contextmanager
def open_workshop(database: Database, releases: Releases, settings: Settings) -> Iterator[Workshop]:
    """A server of these settings with its people, and the desk live."""
    with database.write() as connection:
        unit = add_unit(connection, "IT", "科技部", NOW)
        people = {}
        for name, (roles, platform_roles) in PEOPLE.items():
            people[name] = add_person(connection, name, f"{name} 先生", NOW, unit_id=unit)
            for role in roles:
                grant_role(connection, people[name], "desk", role, Given(NOW))
            for role in platform_roles:
                grant_role(connection, people[name], "", role, Given(NOW))
    put_live(database, releases, FILES)
    app = create_app(settings)
    with serving(app) as url:
        yield Workshop(url, app.state.services, people)


@dataclass
class Bank:
    """A test server and a production server, each with its own database, people and key."""

    test: Workshop
    production: Workshop

    def key(self) -> str:
        return str(self.test.client("he").get(PROMOTIONS).json()["key"])

    def administrator(self) -> httpx.Client:
        return self.production.client("admin")

    def trust(self, **more: object) -> httpx.Response:
        return self.administrator().put(f"{PROMOTIONS}/sources/test", json={"kind": "test", "key": self.key(), **more})

    def live(self) -> Release:
        with self.production.services.database.read() as connection:
            found = active_release(connection, "desk")
        assert found is not None
        return found

    def kinds(self) -> list[str]:
        query = sa.select(audit_event.c.kind).where(audit_event.c.kind != "published").order_by(audit_event.c.id)
        with self.production.services.database.read() as connection:
            return list(connection.execute(query).scalars())


@pytest.fixture
def bank(database: Database, releases: Releases, database_url: str, tmp_path: Path, sqlite_template: Path) -> Iterator[Bank]:
    """The desk is live on both; production is on either database."""
    file = tmp_path / "test-server.db"
    shutil.copyfile(sqlite_template, file)
    there = open_database(f"sqlite:///{file}", SQLITE_SETUP)
    on_test = Settings(f"sqlite:///{file}", tmp_path / "there", environment=TEST)
    on_production = Settings(database_url, tmp_path / "data", environment=PRODUCTION, promotions_only=True)
    with (
        open_workshop(there, open_releases(there), on_test) as test,
        open_workshop(database, releases, on_production) as production,
    ):
        with database.write() as connection:
            production.people["admin"] = add_person(connection, "admin", "管理员", NOW)
            grant_role(connection, production.people["admin"], "", "administrator", Given(NOW))
        yield Bank(test, production)
    there.engine.dispose()
