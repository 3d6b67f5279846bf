"""A publisher that is killed at any statement leaves the old release or the new one, and the next start says which."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import signal
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from runtime.compile.sql_setup import SQLITE_SETUP
from runtime.publish.history import list_releases
from runtime.publish.recover import recover
from runtime.publish.state import read_state
from runtime.publish.steps import plan_steps
from runtime.releases import Releases
from runtime.store.database import Database, open_database
from tests.conftest import _execute
from tests.publish.desk import FILES, NOW, edited, insert_tickets, put_live, stored, with_field

SITE = """\
entity: site
label: {zh: 网点, en: Site}
fields:
  name: {type: text, max: 40, unique: true, label: {zh: 名称, en: Name}}
  ticket: {type: reference, to: ticket, label: {zh: 工单, en: Ticket}}
"""


def changed() -> dict[str, str]:
    """A change with a bit of everything: columns with and without a default, an index, a reference, a new table."""
    fee = with_field("fee: {type: integer, default: '7', label: {zh: 费, en: Fee}}")
    site = with_field("site: {type: reference, to: site, label: {zh: 网点, en: Site}}", fee)
    index = edited("entities/ticket.yaml", "title:", "index: [[level]]\ntitle:", site)
    return {**index, "entities/site.yaml": SITE}


@contextmanager
def copy_of(url: str, server: str, folder: Path) -> Iterator[str]:
    """A copy of a database that nobody is connected to."""
    if url.startswith("sqlite"):
        path = folder / "copy.db"
        for suffix in ("", "-wal", "-shm"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
        shutil.copyfile(url.removeprefix("sqlite:///"), path)
        yield f"sqlite:///{path}"
        return
    name = url.rsplit("/", 1)[1]
    _execute(server, f'CREATE DATABASE "{name}_copy" TEMPLATE "{name}"')
    yield f"{url}_copy"
    _execute(server, f'DROP DATABASE "{name}_copy" WITH (FORCE)')


def in_a_process(work: Callable[[], None]) -> bool:
    """Do something in a process of its own; true when it lived to the end, false when it was killed."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the publisher failed instead of being killed"
        return os.WIFEXITED(status)
    try:
        work()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def publish_and_die(url: str, files: Mapping[str, str], write: int) -> bool:
    """Publish in a process that kills itself before a write or commit; true when it lived to the end."""

    def work() -> None:
        database = open_database(url, SQLITE_SETUP)
        count = 0

        def before(connection: object, *arguments: object) -> None:
            nonlocal count
            if arguments and str(arguments[1]).split()[0] in {"SELECT", "PRAGMA", "BEGIN", "SET"}:
                return
            count += 1
            if count == write:
                die()

        sa.event.listen(database.engine, "before_cursor_execute", before)
        sa.event.listen(database.engine, "commit", before)
        put_live(database, Releases(database, {}), files)

    return in_a_process(work)


def check_whole(database: Database) -> int:
    """Exactly one release is active, none is under way, and the tables are those of the active one; returns its number."""
    with database.read() as connection:
        states = [release.state for release in list_releases(connection, "desk")]
    releases = Releases(database, {})
    releases.refresh(database)
    compiled = releases.current()["desk"]
    with database.read() as connection:
        state = read_state(connection, "desk", [table.name for table in compiled.metadata.tables.values()])
        tables = {name for name in sa.inspect(connection).get_table_names() if name.startswith("d_")}
    ticket = compiled.entities["ticket"].table

    assert 1 == states.count("active")
    assert 0 == states.count("applying")
    assert () == plan_steps(compiled, compiled, state)
    assert {table.name for table in compiled.metadata.tables.values()} == tables
    assert {column.name for column in ticket.columns} == state.tables[ticket.name].columns
    assert ["a", "b"] == [row["subject"] for row in stored(database, compiled)]
    assert compiled.release == 1 or [7, 7] == [row["fee"] for row in stored(database, compiled)]
    return compiled.release


def test_a_killed_publication_is_old_or_new(
    database: Database, database_url: str, postgres_server: str, releases: Releases, tmp_path: Path
) -> None:
    """kill -9 before each write and each commit of a publication; the next start finishes it or there is nothing to finish."""
    put_live(database, releases, FILES)
    insert_tickets(database, releases.current()["desk"], {"subject": "a", "level": "low"}, {"subject": "b"})
    if database.is_sqlite:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.engine.dispose()
    outcomes, ended = [], False
    while not ended:
        with copy_of(database_url, postgres_server, tmp_path) as url:
            ended = publish_and_die(url, changed(), len(outcomes) + 1)
            opened = open_database(url, SQLITE_SETUP)
            settled = recover(opened, NOW + dt.timedelta(hours=1))
            outcomes.append(check_whole(opened))
            assert all((one.outcome, one.release) == ("finished", 2) for one in settled)
            assert () == recover(opened, NOW)
            opened.engine.dispose()

    assert outcomes == sorted(outcomes)
    assert {1, 2} == set(outcomes)
    assert len(outcomes) > 12


def test_what_cannot_be_finished_is_taken_back(database: Database, database_url: str, releases: Releases) -> None:
    """A publication that was killed and has become impossible leaves the old release and no column behind."""
    if database.is_sqlite:
        pytest.skip("SQLite publishes in one transaction: a killed one has left nothing to finish")
    put_live(database, releases, FILES)
    compiled = releases.current()["desk"]
    insert_tickets(database, compiled, {"subject": "a", "phone": "1"})
    fee = with_field("fee: {type: integer, label: {zh: 费, en: Fee}}")
    files = edited("entities/ticket.yaml", "max: 20, class: C2,", "max: 20, unique: true, class: C2,", fee)
    database.engine.dispose()

    def die_before_the_second_step() -> None:
        opened = open_database(database_url)
        put_live(opened, Releases(opened, {}), files, progress=lambda event, position, _: die() if position == 1 else None)

    assert not in_a_process(die_before_the_second_step)
    insert_tickets(database, compiled, {"subject": "b", "phone": "1"})
    [settled] = recover(database, NOW)
    with database.read() as connection:
        states = {release.release: release.state for release in list_releases(connection, "desk")}
        columns = {column["name"] for column in sa.inspect(connection).get_columns(compiled.entities["ticket"].table.name)}

    assert ("taken_back", 2) == (settled.outcome, settled.release)
    assert {1: "active", 2: "failed"} == states
    assert "f_fee" not in columns
    assert "M431" not in settled.words["en"]
    assert "old release is live" in settled.words["en"]
