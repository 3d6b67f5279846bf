"""A publisher that is killed at any statement leaves the old release or the new one, and the next start says which."""

from __future__ import annotations

import datetime as dt
import os
import signal
import traceback
from collections.abc import Callable, Mapping

import pytest
import sqlalchemy as sa

from runtime.compile.sql_setup import SQLITE_SETUP
from runtime.failures import Conflict
from runtime.publish.apply import activate
from runtime.publish.history import active_release, list_releases
from runtime.publish.recover import recover
from runtime.publish.state import read_state
from runtime.publish.steps import plan_steps
from runtime.releases import Releases, compile_stored
from runtime.store.database import Database, open_database
from runtime.store.tables import release
from tests.publish.desk import FILES, NOW, context_of, edited, insert_tickets, principal, put_live, stored, with_field

SITE = """\
entity: site
label: {zh: 网点, en: Site}
fields:
  name: {type: text, max: 40, unique: true, label: {zh: 名称, en: Name}}
  ticket: {type: reference, to: ticket, label: {zh: 工单, en: Ticket}}
"""


def app_called(name: str, files: Mapping[str, str] = FILES) -> dict[str, str]:
    """The desk under another name, so that each trial has an app and tables of its own."""
    return edited("app.yaml", "app: desk", f"app: {name}", files)


def changed(name: str) -> dict[str, str]:
    """A change with a bit of everything: columns with and without a default, an index, a reference, a new table."""
    fee = with_field("fee: {type: integer, default: '7', label: {zh: 费, en: Fee}}")
    site = with_field("site: {type: reference, to: site, label: {zh: 网点, en: Site}}", fee)
    index = edited("entities/ticket.yaml", "title:", "index: [[level]]\ntitle:", site)
    return app_called(name, {**index, "entities/site.yaml": SITE})


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


def die_before(database: Database, write: int) -> None:
    """Let this process kill itself before the write or commit of this number."""
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


def publish_and_die(url: str, name: str, write: int) -> bool:
    """Publish in a process that kills itself before a write or commit; true when it lived to the end."""

    def work() -> None:
        database = open_database(url, SQLITE_SETUP)
        die_before(database, write)
        put_live(database, Releases(database, {}), changed(name), app=name)

    return in_a_process(work)


def retire(database: Database, name: str) -> None:
    """End the app of a trial that is over: the trials after it need not compile it each time."""
    live = sa.and_(release.c.app == name, release.c.state.in_(["active", "pilot"]))
    with database.write() as connection:
        connection.execute(sa.update(release).where(live).values(state="superseded"))


def record_tables(database: Database) -> set[str]:
    with database.read() as connection:
        return {name for name in sa.inspect(connection).get_table_names() if name.startswith("d_")}


def check_whole(database: Database, name: str, others: set[str]) -> int:
    """Exactly one release is active, none is under way, and the tables are those of the active one; returns its number."""
    with database.read() as connection:
        states = [release.state for release in list_releases(connection, name)]
        active = active_release(connection, name)
        assert active is not None
        compiled = compile_stored(connection, name, active.release)
        state = read_state(connection, name, [table.name for table in compiled.metadata.tables.values()])
    ticket = compiled.entities["ticket"].table

    assert 1 == states.count("active")
    assert 0 == states.count("applying")
    assert () == plan_steps(compiled, compiled, state)
    assert {table.name for table in compiled.metadata.tables.values()} == record_tables(database) - others
    assert {column.name for column in ticket.columns} == state.tables[ticket.name].columns
    assert ["a", "b"] == [row["subject"] for row in stored(database, compiled)]
    assert active.release == 1 or [7, 7] == [row["fee"] for row in stored(database, compiled)]
    return active.release


def test_a_killed_publication_is_old_or_new(database: Database, database_url: str, releases: Releases) -> None:
    """kill -9 before each write and each commit of a publication; the next start finishes it or there is nothing to finish."""
    outcomes, ended = [], False
    while not ended:
        name, others = f"desk_{len(outcomes)}", record_tables(database)
        put_live(database, releases, app_called(name), app=name)
        insert_tickets(database, releases.current()[name], {"subject": "a", "level": "low"}, {"subject": "b"})
        # The pool's connections do not cross a fork.
        database.engine.dispose()
        ended = publish_and_die(database_url, name, len(outcomes) + 1)
        settled = recover(database, NOW + dt.timedelta(hours=1))
        outcomes.append(check_whole(database, name, others))
        assert all((one.app, one.outcome, one.release) == (name, "finished", 2) for one in settled)
        assert () == recover(database, NOW)
        retire(database, name)

    assert outcomes == sorted(outcomes)
    assert {1, 2} == set(outcomes)
    assert len(outcomes) > 12


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_cannot_be_finished_is_taken_back(database: Database, database_url: str, releases: Releases) -> None:
    """A publication that was killed and has become impossible leaves the old release and no column behind.

    On SQLite a publication is one transaction, so a killed one has left nothing to finish.
    """
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


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_does_not_compile_any_more_is_taken_back(database: Database, database_url: str, releases: Releases) -> None:
    """A process starts also when the interrupted release is one that this version of the product refuses."""
    put_live(database, releases, FILES)
    database.engine.dispose()

    def die_before_the_second_step() -> None:
        opened = open_database(database_url)
        put_live(
            opened, Releases(opened, {}), changed("desk"), progress=lambda event, position, _: die() if position == 1 else None
        )

    assert not in_a_process(die_before_the_second_step)
    with database.write() as connection:
        broken = {**FILES, "app.yaml": "app: desk\n"}
        connection.execute(sa.update(release).where(release.c.release == 2).values(files=broken))
    [settled] = recover(database, NOW)
    with database.read() as connection:
        states = [one.state for one in list_releases(connection, "desk")]

    assert "taken_back" == settled.outcome
    assert "app.yaml:1" in settled.words["en"]
    assert ["failed", "active"] == states


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_cannot_be_made_active_is_taken_back(database: Database, database_url: str, releases: Releases) -> None:
    """Another release became active while the steps ran: nothing half published stays, and the next publication is free.

    On SQLite a publication is one transaction, so nothing can come between its steps and its end.
    """
    put_live(database, releases, FILES)
    table = releases.current()["desk"].entities["ticket"].table.name

    def lose_the_base(event: str, position: int, because: object) -> None:
        if event == "done":
            with database.write() as connection:
                connection.execute(sa.update(release).where(release.c.release == 1).values(state="superseded"))

    with pytest.raises(Conflict):
        put_live(database, releases, with_field("fee: {type: integer, label: {zh: 费, en: Fee}}"), progress=lose_the_base)
    with database.read() as connection:
        states = {found.release: found.state for found in list_releases(connection, "desk")}
        columns = {column["name"] for column in sa.inspect(connection).get_columns(table)}
    assert {1: "superseded", 2: "failed"} == states
    assert "f_fee" not in columns


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_way_back_that_fails_takes_back_nothing_that_is_in_use(database: Database, releases: Releases) -> None:
    """Going back fails on its way: what was made when that release was first published stays, and so does all data."""
    indexed = edited("entities/ticket.yaml", "title:", "index: [[level]]\ntitle:")
    put_live(database, releases, indexed)
    insert_tickets(database, releases.current()["desk"], {"subject": "a"})
    put_live(database, releases, FILES)

    def lose_the_base(event: str, position: int, because: object) -> None:
        if event == "done":
            with database.write() as connection:
                connection.execute(sa.update(release).where(release.c.release == 2).values(state="superseded"))

    with pytest.raises(Conflict):
        context = context_of(principal("approver", "publisher"), releases)
        activate(database, releases, "desk", 1, context, progress=lose_the_base)
    with database.read() as connection:
        assert {1: "superseded", 2: "superseded"} == {found.release: found.state for found in list_releases(connection, "desk")}
    assert ["a"] == [row["subject"] for row in stored(database, releases.current()["desk"])]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_publication_leaves_no_setting_on_a_connection(database: Database, database_url: str, releases: Releases) -> None:
    """Connections go back to the pool: the next request waits for locks as long as any other."""
    put_live(database, releases, FILES)
    indexed = edited("entities/ticket.yaml", "max: 20, class: C2,", "max: 20, unique: true, class: C2,")
    put_live(database, releases, indexed)

    opened = [database.engine.connect() for _ in range(database.engine.pool.checkedin())]  # type: ignore[attr-defined]
    try:
        assert {"0"} == {connection.exec_driver_sql("SHOW lock_timeout").scalar() for connection in opened}
    finally:
        for connection in opened:
            connection.close()
