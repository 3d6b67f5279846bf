"""Moves that are killed, written beside or cannot end: the old state or the new one, never something between."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
import sqlalchemy as sa

from runtime.compile.sql_setup import SQLITE_SETUP
from runtime.failures import Conflict
from runtime.publish.history import active_release, list_releases
from runtime.publish.recover import recover
from runtime.publish.state import read_state
from runtime.releases import Releases
from runtime.store.database import Database, open_database
from runtime.store.tables import release
from tests.publish.desk import FILES, NOW, insert_tickets, put_live
from tests.publish.moved_desk import add_contact, folded, split, values, write
from tests.publish.test_crash import app_called, die_before, in_a_process, retire
from tests.publish.test_retype import at


def test_a_killed_move_is_old_or_new(database: Database, database_url: str, releases: Releases) -> None:
    """kill -9 before each write and each commit of a split: afterwards one release is live and every value is there once."""
    outcomes: list[int] = []
    ended = False
    while not ended:
        name = f"desk_{len(outcomes)}"
        put_live(database, releases, app_called(name), app=name)
        insert_tickets(database, releases.current()[name], {"subject": "a", "phone": "1", "cost": 1}, {"subject": "b"})
        before = values(database, at(database, 1, name))
        database.engine.dispose()

        def work(name: str = name, number: int = len(outcomes) + 1) -> None:
            opened = open_database(database_url, SQLITE_SETUP)
            die_before(opened, number)
            put_live(opened, Releases(opened, {}), app_called(name, split()), app=name)

        ended = in_a_process(work)
        settled = recover(database, NOW + dt.timedelta(hours=1))
        assert all((one.app, one.outcome, one.release) == (name, "finished", 2) for one in settled)
        with database.read() as connection:
            active, states = active_release(connection, name), [one.state for one in list_releases(connection, name)]
        assert active is not None
        assert ["active"] == [state for state in states if state in {"active", "applying"}]
        assert before == values(database, at(database, active.release, name)) == values(database, at(database, 1, name))
        outcomes.append(active.release)
        retire(database, name)
    assert outcomes == sorted(outcomes)
    assert {1, 2} == set(outcomes)
    assert len(outcomes) > 12


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_killed_fold_is_old_or_new(database: Database, database_url: str, releases: Releases) -> None:
    """The same for contacts that go back into their tickets; on SQLite it is one transaction as the split is."""
    outcomes: list[int] = []
    ended = False
    while not ended:
        name = f"desk_{len(outcomes)}"
        put_live(database, releases, app_called(name, split()), app=name)
        first = at(database, 1, name)
        [id, _] = insert_tickets(database, first, {"subject": "a"}, {"subject": "b"})
        add_contact(database, first, id, "1", Decimal("2.50"))
        database.engine.dispose()

        def work(name: str = name, number: int = len(outcomes) + 1) -> None:
            opened = open_database(database_url, SQLITE_SETUP)
            die_before(opened, number)
            put_live(opened, Releases(opened, {}), app_called(name, folded()), app=name)

        ended = in_a_process(work)
        recover(database, NOW + dt.timedelta(hours=1))
        with database.read() as connection:
            active = active_release(connection, name)
        assert active is not None
        expected = {id: ("1", Decimal("2.50"))}
        assert expected == values(database, at(database, active.release, name)) == values(database, at(database, 1, name))
        outcomes.append(active.release)
        retire(database, name)
    assert {1, 2} == set(outcomes)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_is_written_beside_the_steps_moves_too(database: Database, releases: Releases) -> None:
    """The old release writes before and after every step: each value is at both places at the end, and no write is refused."""
    put_live(database, releases, FILES)
    old = at(database, 1)
    tickets = insert_tickets(database, old, *({"subject": str(n), "phone": "0"} for n in range(3)))

    def write_beside(event: str, position: int, because: object) -> None:
        place = 2 * position + (event == "done")
        write(database, old, "ticket", tickets[place % 3], phone=str(place), cost=place)
        insert_tickets(database, old, {"subject": "later", "phone": str(place)})

    put_live(database, releases, split(), progress=write_beside)
    assert len(values(database, old)) > 15
    assert values(database, old) == values(database, at(database, 2))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_move_that_cannot_end_leaves_nothing(database: Database, releases: Releases) -> None:
    """A step that fails takes all of it back: no trigger, no table, the old release reads and writes as before."""
    put_live(database, releases, FILES)
    old = at(database, 1)
    [id] = insert_tickets(database, old, {"subject": "a", "phone": "1"})

    def lose_the_base(event: str, position: int, because: object) -> None:
        if event == "done":
            with database.write() as connection:
                connection.execute(sa.update(release).where(release.c.release == 1).values(state="superseded"))

    with pytest.raises(Conflict):
        put_live(database, releases, split(), progress=lose_the_base)
    write(database, old, "ticket", id, phone="2")
    with database.read() as connection:
        state = read_state(connection, "desk", [old.entities["ticket"].table.name])
        tables = [name for name in sa.inspect(connection).get_table_names() if name.endswith("_contact")]
    assert (frozenset(), []) == (state.moves, tables)
    assert {id: ("2", None)} == values(database, old)
