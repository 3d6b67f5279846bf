"""The first steps of every process: tables upgraded, interrupted publications settled, releases loaded."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass

from forms_dsl.org import BUILT_IN
from runtime.compile.app import CompiledApp, compile_app
from runtime.compile.lc import install_statements
from runtime.compile.sql_setup import SQLITE_SETUP
from runtime.identity.demo import ensure_demo
from runtime.publish.recover import Recovered, recover
from runtime.publish.search_words import note_words
from runtime.records.filling import fill_words, unfilled
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.store.database import Database, open_database
from runtime.store.sealing import use_ring
from runtime.store.upgrade import alone, upgrade
from runtime.store.waiting import INSTALL_DEMAND

_LOG = logging.getLogger("qiqiao.start")


@dataclass(frozen=True, slots=True)
class Started:
    """An opened database and its live releases; `demo_password` only in demo mode."""

    database: Database
    releases: Releases
    recovered: tuple[Recovered, ...] = ()
    demo_password: str | None = None


def start(settings: Settings, now: dt.datetime) -> Started:
    """Open everything that a process works on; what a crash left half published is settled first, and said."""
    database = open_prepared(settings)
    recovered = recover(database, now)
    for one in recovered:
        _LOG.warning("%s release %s: %s", one.app, one.release, one.words["en"])
    password = None
    if settings.demo:
        with database.write() as connection:
            password = ensure_demo(connection, settings, now)
    releases = open_releases(database)
    for compiled in (*releases.current().values(), *(pilot.compiled for pilot in releases.pilots().values())):
        _complete_words(database, compiled, now)
    return Started(database, releases, recovered, password)


def _complete_words(database: Database, compiled: CompiledApp, now: dt.datetime) -> None:
    """Fill in the words of the search that an earlier version did not keep, or that a crash left out."""
    with database.read() as connection:
        fields = unfilled(connection, compiled)
    if fields:
        fill_words(database.write, compiled, fields)
        with database.write() as connection:
            note_words(connection, compiled, now)


def open_prepared(settings: Settings) -> Database:
    """The database of these settings, with its tables and functions in place."""
    settings.data_folder.mkdir(parents=True, exist_ok=True)
    use_ring(settings.key_ring)
    database = open_database(settings.database_url, SQLITE_SETUP)
    prepare_database(database)
    return database


def prepare_database(database: Database) -> None:
    """Bring the platform's tables to the newest migration and install the functions of expressions."""
    upgrade(database)
    if not database.is_sqlite:
        with database.write() as connection:
            alone(connection)
            for statement in (*install_statements(), INSTALL_DEMAND):
                connection.exec_driver_sql(statement.replace("%", "%%"))


def open_releases(database: Database) -> Releases:
    """The live releases of a database, with the built-in apps."""
    releases = Releases(database, {name: compile_app(app, 0) for name, app in BUILT_IN.items()})
    releases.refresh(database)
    return releases
