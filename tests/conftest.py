"""What all tests share: a database of each kind, made from one prepared copy."""

from __future__ import annotations

import gc
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from hypothesis import HealthCheck, settings

from builder.expression_lab.postgres_server import postgres_url
from runtime.compile.sql_setup import SQLITE_SETUP
from runtime.start import prepare_database
from runtime.store.database import Database, open_database

_numbers = itertools.count(1)

# How long an example takes says something of the machine and what else it does, nothing of the product.
settings.register_profile("patient", parent=settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

#: Files in memory, where the system has them, and how much room they need so that a whole run fits.
_MEMORY = Path("/dev/shm")
_ROOM = 4 << 30


def pytest_configure() -> None:
    """Keep temporary files in memory where there is room: on a disk each commit of SQLite waits some milliseconds for it."""
    if "TMPDIR" not in os.environ and _is_roomy(_MEMORY):
        os.environ["TMPDIR"] = str(_MEMORY)
        tempfile.tempdir = None


def _is_roomy(folder: Path) -> bool:
    if not os.access(folder, os.W_OK):
        return False
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize >= _ROOM and not found.f_flag & os.ST_NOEXEC


def pytest_collection_finish() -> None:
    """Leave what was imported and collected out of every later search for cycles, and search less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The maintenance URL of a real PostgreSQL; the tests fail, never skip, when there is none."""
    with postgres_url() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """The name of a database with the platform's tables, to copy from."""
    name = _create(postgres_server, "qiqiao_template")
    database = open_database(_named(postgres_server, name))
    prepare_database(database)
    database.engine.dispose()
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the platform's tables, to copy from."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    database = open_database(f"sqlite:///{path}", SQLITE_SETUP)
    prepare_database(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.engine.dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh database with the platform's tables: once on SQLite, once on PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "test.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgres_server")
    name = _create(server, f"test_{next(_numbers)}", template=request.getfixturevalue("postgres_template"))
    yield _named(server, name)
    _execute(server, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh database with the platform's tables: once on SQLite, once on PostgreSQL."""
    opened = open_database(database_url, SQLITE_SETUP)
    yield opened
    opened.engine.dispose()


def _create(server: str, name: str, template: str | None = None) -> str:
    _execute(server, f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
    return name


def _named(server: str, name: str) -> str:
    return server.rsplit("/", 1)[0] + "/" + name


def _execute(server: str, statement: str) -> None:
    connection = psycopg2.connect(server)
    connection.autocommit = True
    try:
        connection.cursor().execute(statement)
    finally:
        connection.close()
