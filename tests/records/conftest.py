"""The lab's tables in every database of these tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.http.routes import build_app
from runtime.http.services import Services
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.store.database import Database
from tests.records import lab
from tests.records.box import Box, open_box
from tests.records.served import Bank
from tests.serving import serving


@pytest.fixture
def db(database: Database) -> Database:
    """A database with the lab's tables, units and people."""
    lab.prepare(database)
    return database


@pytest.fixture
def bank(db: Database, tmp_path: object) -> Iterator[Bank]:
    """The lab's routes over a real server."""
    settings = Settings(database_url=db.url, data_folder=tmp_path, demo=False)  # type: ignore[arg-type]
    releases = Releases(db, {"org": lab.directory(), "lab": lab.lab()})
    with serving(build_app(Services(settings, db, releases, clock=lambda: lab.NOW))) as base:
        yield Bank(db, base)


@pytest.fixture
def box(db: Database, tmp_path: Path) -> Iterator[Box]:
    """A server with an app that has files."""
    with open_box(db, tmp_path) as opened:
        yield opened
