"""What releases left behind: listed, kept for a time, needed or not, and dropped for good by two people, all of it or nothing."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping

import pytest
import sqlalchemy as sa

from runtime.compile.sql_setup import SQLITE_SETUP
from runtime.context import Context
from runtime.failures import Conflict, NotAllowed, NotFound, Unavailable
from runtime.publish.execute import Patience
from runtime.publish.plan import plan_publish
from runtime.publish.purge import approve_purge, ask_purge, purges_of, withdraw_purge
from runtime.publish.state import read_state
from runtime.publish.tombstones import Tombstone, tombstones
from runtime.releases import Releases
from runtime.store.database import Database, open_database
from runtime.store.identifiers import new_id
from runtime.store.tables import audit_event, review
from tests.publish.desk import FILES, NOW, context_of, edited, insert_tickets, principal, put_live, stored
from tests.publish.test_crash import SITE, app_called, die_before, in_a_process
from tests.publish.test_retype import at, go_back, kept, retyped

LATER = NOW + dt.timedelta(days=100)
HELD = dt.timedelta(days=90)
_COST = "  cost: {type: decimal, scale: 2, label: {zh: 费用, en: Cost}}\n"


def without_cost(files: Mapping[str, str] = FILES) -> dict[str, str]:
    """The desk without the field cost."""
    return edited("lists/tickets.yaml", ", cost", "", edited("entities/ticket.yaml", _COST, "", files))


def person(name: str, releases: Releases, now: dt.datetime = LATER, *roles: str) -> Context:
    return context_of(principal(name, *(roles or ("purger",))), releases, now)


def listed(database: Database, app: str = "desk") -> tuple[Tombstone, ...]:
    with database.read() as connection:
        return tombstones(connection, app)


def ask(database: Database, context: Context, *things: str, app: str = "desk") -> str:
    with database.write() as connection:
        return ask_purge(connection, context, app, things, "not needed", HELD)


def columns(database: Database, table: str) -> set[str]:
    with database.read() as connection:
        return {column["name"] for column in sa.inspect(connection).get_columns(table)}


def test_a_dropped_field_is_listed_kept_and_purged_by_two(database: Database, releases: Releases) -> None:
    """Not before its time, not by one person alone, not without the right; then the column is gone and the trail says so."""
    put_live(database, releases, FILES)
    insert_tickets(database, releases.current()["desk"], {"subject": "a", "cost": "1.50"}, {"subject": "b"})
    put_live(database, releases, without_cost())
    [found] = listed(database)
    asking, other = person("wang", releases), person("zhao", releases)

    assert ("ticket.cost", 1, 1, NOW) == (found.thing, found.release, found.rows, found.since)
    assert found.bytes > 0
    with pytest.raises(Conflict) as early:
        ask(database, person("wang", releases, NOW + dt.timedelta(days=89)), found.id)
    with pytest.raises(NotAllowed):
        ask(database, person("wang", releases, LATER, "publisher"), found.id)
    with pytest.raises(NotFound):
        ask(database, asking, "d_x.f_y")
    assert "M480" == early.value.code
    id = ask(database, asking, found.id)
    with pytest.raises(NotAllowed):
        approve_purge(database, asking, "desk", id, HELD)
    assert "f_cost" in columns(database, found.table)
    approve_purge(database, other, "desk", id, HELD)
    assert "f_cost" not in columns(database, found.table)
    assert () == listed(database)
    with pytest.raises(NotFound):
        approve_purge(database, other, "desk", id, HELD)
    with database.read() as connection:
        told = connection.execute(sa.select(audit_event.c.body).where(audit_event.c.kind == "purged")).scalar_one()
    assert [("ticket.cost", "1")] == [(one["thing"], one["rows"]) for one in json.loads(told)["things"]]
    put_live(database, releases, FILES)
    assert [None, None] == [row["cost"] for row in stored(database, releases.current()["desk"])]


def test_a_dropped_entity_goes_as_a_table(database: Database, releases: Releases) -> None:
    """All of its columns at once; what refers to it goes with it or before."""
    put_live(database, releases, {**FILES, "entities/site.yaml": SITE})
    put_live(database, releases, FILES)
    [found] = listed(database)
    id = ask(database, person("wang", releases), found.id)
    approve_purge(database, person("zhao", releases), "desk", id, HELD)

    assert ("site", None) == (found.thing, found.column)
    with database.read() as connection:
        assert found.table not in sa.inspect(connection).get_table_names()


def test_what_is_needed_is_not_purged(database: Database, releases: Releases) -> None:
    """A review that waits, a release that is live again: each is named and nothing is dropped."""
    put_live(database, releases, FILES)
    put_live(database, releases, without_cost())
    [found] = listed(database)
    id = ask(database, person("wang", releases), found.id)
    row = {"id": new_id(NOW), "app": "desk", "base_release": 2, "checksum": "x", "files": dict(FILES), "plan_checksum": "x"}
    with database.write() as connection:
        more = {"author": "a", "editors": [], "created_at": NOW, "state": "scheduled"}
        connection.execute(sa.insert(review), {**row, **more})
    with pytest.raises(Conflict) as waiting:
        approve_purge(database, person("zhao", releases), "desk", id, HELD)
    with database.write() as connection:
        connection.execute(sa.update(review).values(state="withdrawn"))
    go_back(database, releases, 1)
    with pytest.raises(NotFound):
        approve_purge(database, person("zhao", releases), "desk", id, HELD)
    assert "M481" == waiting.value.code
    assert "f_cost" in columns(database, found.table)
    with database.write() as connection:
        withdraw_purge(connection, person("wang", releases), "desk", id)
    with database.read() as connection:
        assert ["withdrawn"] == [one.state for one in purges_of(connection, "desk")]


def test_the_column_of_an_earlier_type_is_purged_and_the_newer_one_goes_on(database: Database, releases: Releases) -> None:
    """Writing needs no link any more; going back then converts anew instead of showing what was once."""
    put_live(database, releases, FILES)
    ids = insert_tickets(database, releases.current()["desk"], {"subject": "a", "phone": "007"})
    put_live(database, releases, retyped("phone: {type: integer, class: C2,"))
    [found] = listed(database)
    approve_purge(database, person("zhao", releases), "desk", ask(database, person("wang", releases), found.id), HELD)
    new = at(database, 2)
    entity = new.entities["ticket"]
    with database.write() as connection:
        connection.execute(sa.update(entity.table).where(entity.table.c.id == ids[0]).values(f2_phone=8))
    with database.read() as connection:
        state = read_state(connection, "desk", [entity.table.name])

    assert found.is_retyped
    assert ("f_phone" in state.tables[entity.table.name].columns, state.links) == (False, frozenset())
    go_back(database, releases, 1)
    assert ["8"] == kept(database, releases.current()["desk"], "phone")


def test_a_column_that_others_hang_on_is_not_purged_alone(database: Database, releases: Releases) -> None:
    """Three types one after the other: the middle column keeps the first one up to date, so it does not go before it."""
    put_live(database, releases, FILES)
    insert_tickets(database, releases.current()["desk"], {"subject": "a", "phone": "7"})
    put_live(database, releases, retyped("phone: {type: integer, class: C2,"))
    put_live(database, releases, retyped("phone: {type: decimal, scale: 1, class: C2,"))
    first, second = sorted(listed(database), key=lambda one: one.id, reverse=True)
    with pytest.raises(Conflict) as between:
        ask(database, person("wang", releases), second.id)
    id = ask(database, person("wang", releases), first.id, second.id)
    approve_purge(database, person("zhao", releases), "desk", id, HELD)

    assert ("f_phone", "f2_phone", "M481") == (first.column, second.column, between.value.code)
    assert {"f3_phone"} == {name for name in columns(database, first.table) if name.endswith("_phone")}


def test_a_killed_purge_has_done_all_or_nothing(database: Database, database_url: str, releases: Releases) -> None:
    """kill -9 before each write and commit: the column, its memory and the trail go together or stay together."""
    outcomes: list[bool] = []
    ended = False
    while not ended:
        name = f"desk_{len(outcomes)}"
        put_live(database, releases, app_called(name), app=name)
        insert_tickets(database, releases.current()[name], {"subject": "a", "phone": "1", "cost": "1.50"})
        both = retyped("phone: {type: integer, class: C2,", files=without_cost())
        put_live(database, releases, app_called(name, both), app=name)
        things = listed(database, name)
        id = ask(database, person("wang", releases), *(one.id for one in things), app=name)
        database.engine.dispose()

        def work(name: str = name, id: str = id, number: int = len(outcomes) + 1) -> None:
            opened = open_database(database_url, SQLITE_SETUP)
            die_before(opened, number)
            approve_purge(opened, person("zhao", Releases(opened, {})), name, id, HELD)

        ended = in_a_process(work)
        with database.read() as connection:
            [state] = [one.state for one in purges_of(connection, name)]
            told = connection.execute(
                sa.select(sa.func.count()).where(audit_event.c.kind == "purged", audit_event.c.app == name)
            ).scalar_one()
        here = {"f_cost", "f_phone"} & columns(database, things[0].table)
        assert (state == "done", told) in {(True, 1), (False, 0)}
        assert (set() if state == "done" else {"f_cost", "f_phone"}) == here
        assert (0 if state == "done" else 2) == len(listed(database, name))
        outcomes.append(state == "done")
    assert outcomes == sorted(outcomes)
    assert {True, False} == set(outcomes)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_long_report_makes_nobody_wait_for_a_purge(database: Database, releases: Releases) -> None:
    """The purge tries again until the reader is done, and gives up with words when he is not."""
    put_live(database, releases, FILES)
    put_live(database, releases, without_cost())
    [found] = listed(database)
    id = ask(database, person("wang", releases), found.id)
    short = Patience(dt.timedelta(milliseconds=50), dt.timedelta(milliseconds=300))
    with database.read() as reading:
        reading.exec_driver_sql(f"SELECT count(*) FROM {found.table}").scalar()
        with pytest.raises(Unavailable):
            approve_purge(database, person("zhao", releases), "desk", id, HELD, patience=short)
    assert "f_cost" in columns(database, found.table)
    approve_purge(database, person("zhao", releases), "desk", id, HELD)
    assert "f_cost" not in columns(database, found.table)


def test_tables_that_were_changed_behind_the_platform_are_said(database: Database, releases: Releases) -> None:
    """A column by hand and a missing one are named; tombstones and columns of earlier types are what publishing left."""
    put_live(database, releases, FILES)
    put_live(database, releases, retyped("phone: {type: integer, class: C2,", files=without_cost()))
    table = listed(database)[0].table

    def drift() -> list[str]:
        with database.read() as connection:
            found = plan_publish(connection, "desk", without_cost(), NOW).plan.diagnostics
        return [one.message for one in found if one.code == "M425"]

    before = drift()
    with database.write() as connection:
        connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN f_own text")
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP COLUMN f_cost")
    assert [] == before
    assert [f"The column f_cost of {table} is missing.", f"No release made the column f_own of {table}."] == drift()


def test_a_column_that_the_database_does_not_let_go_stays_whole(database: Database, releases: Releases) -> None:
    """SQLite keeps a reference that its table was made with: refused, nothing dropped; PostgreSQL drops it."""
    put_live(database, releases, {**FILES, "entities/site.yaml": SITE})
    line = "  ticket: {type: reference, to: ticket, label: {zh: 工单, en: Ticket}}\n"
    put_live(database, releases, {**FILES, "entities/site.yaml": SITE.replace(line, "")})
    [found] = listed(database)
    id = ask(database, person("wang", releases), found.id)
    if database.is_sqlite:
        with pytest.raises(Conflict) as refused:
            approve_purge(database, person("zhao", releases), "desk", id, HELD)
        assert "M482" == refused.value.code
    else:
        approve_purge(database, person("zhao", releases), "desk", id, HELD)
    assert database.is_sqlite is ("f_ticket" in columns(database, found.table))
    assert database.is_sqlite is (len(listed(database)) == 1)
