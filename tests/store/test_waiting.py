"""Statements that wait for the next one: they take effect with it, fail with it, and never outlive their transaction."""

from __future__ import annotations

import time

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from runtime.failures import Unavailable
from runtime.store import database as door
from runtime.store.asking import Question, ask_now
from runtime.store.database import Database
from runtime.store.prepared import prepare
from runtime.store.tables import setting
from runtime.store.waiting import change_later, demand_later, demanding, send_waiting


def add(connection: Connection, name: str, value: int = 1) -> None:
    """Let a setting be written with the next statement."""
    row = {"name": sa.bindparam("name", type_=sa.String()), "value": sa.bindparam("value", type_=setting.c.value.type)}
    change_later(connection, prepare(sa.insert(setting).values(row), connection.dialect), {"name": name, "value": value})


def names(connection: Connection) -> list[str]:
    """The names of all settings, asked through the own door."""
    asked = prepare(sa.select(setting.c.name).order_by(setting.c.name), connection.dialect)
    return [str(row[0]) for row in ask_now(connection, Question(asked, {}))]


def test_what_waits_is_done_before_the_next_statement_and_before_the_commit(database: Database) -> None:
    """The own door, SQLAlchemy's statements and the commit each find what was to be written, values like % and ; included."""
    with database.write() as connection:
        add(connection, "a; 100%")
        add(connection, "b")
        assert ["a; 100%", "b"] == names(connection)
        add(connection, "c")
        assert 3 == connection.execute(sa.select(sa.func.count()).select_from(setting)).scalar_one()
        add(connection, "d")
    with database.read() as connection:
        assert ["a; 100%", "b", "c", "d"] == names(connection)


def test_an_abandoned_transaction_leaves_nothing_for_the_next_one(database: Database) -> None:
    """What waited vanishes with a rollback and with a savepoint that is undone; what came before the savepoint stays."""
    with pytest.raises(RuntimeError), database.write() as connection:
        add(connection, "lost")
        raise RuntimeError("abandoned")
    with database.write() as connection:
        add(connection, "kept")
        with pytest.raises(RuntimeError), connection.begin_nested():
            add(connection, "undone")
            raise RuntimeError("abandoned")
        assert ["kept"] == names(connection)
    with database.read() as connection:
        assert ["kept"] == names(connection)


def test_a_refusal_is_raised_when_it_is_sent_at_the_latest_by_the_commit(database: Database) -> None:
    """A collision stops the transaction: nothing of it is there, and the connection serves the next one."""
    with database.write() as connection:
        add(connection, "once")
    with pytest.raises(IntegrityError), database.write() as connection:
        add(connection, "other")
        add(connection, "once")
    with pytest.raises(IntegrityError), database.write() as connection:
        add(connection, "once")
        send_waiting(connection)
    with database.write() as connection:
        assert ["once"] == names(connection)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_connections_whose_server_went_are_replaced(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that was idle is asked before it is used: who comes after a restart of the server notices nothing."""
    monkeypatch.setattr(door, "_IDLE_SECONDS", 0.05)
    with database.read() as one, database.read() as two:
        victims = [each.exec_driver_sql("SELECT pg_backend_pid()").scalar_one() for each in (one, two)]
    killer = sa.create_engine(database.engine.url, poolclass=sa.NullPool)
    with killer.connect() as connection:
        for victim in victims:
            connection.exec_driver_sql(f"SELECT pg_terminate_backend({victim})")
    time.sleep(0.1)

    for _ in range(4):
        with database.read() as connection:
            assert [] == names(connection)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_connection_lost_at_work_is_said_so(database: Database) -> None:
    """A server that goes between two statements is Unavailable, and the next transaction is served by a fresh connection."""
    killer = sa.create_engine(database.engine.url, poolclass=sa.NullPool)
    with pytest.raises(Unavailable), database.write() as connection:
        victim = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        with killer.connect() as other:
            other.exec_driver_sql(f"SELECT pg_terminate_backend({victim})")
        add(connection, "lost")
        names(connection)
    with database.write() as connection:
        assert [] == names(connection)


def test_a_failure_on_a_connection_that_broke_is_raised_as_it_is(database: Database) -> None:
    """Rolling back what has no server any more raises nothing in its place, and the next transaction begins anew."""
    with pytest.raises(Unavailable), database.write() as connection:
        add(connection, "lost")
        connection.invalidate()
        raise Unavailable({"en": "gone"})
    with pytest.raises(Unavailable), database.write() as connection, connection.begin_nested():
        add(connection, "lost")
        connection.invalidate()
        raise Unavailable({"en": "gone"})
    with database.write() as connection:
        assert [] == names(connection)


class Refused(Exception):
    """What a writer raises in the place of what the database says."""


def demand(connection: Connection, name: str, refusal: Exception) -> None:
    """Demand, with the next statement, that there is a setting of this name."""
    there = sa.exists(sa.select(setting.c.name).where(setting.c.name == sa.bindparam("wanted", type_=sa.String())))
    demand_later(connection, prepare(demanding(there, connection.dialect), connection.dialect), {"wanted": name}, lambda: refusal)


def test_a_demand_that_holds_lets_everything_pass(database: Database) -> None:
    """It sees what was written before it in the transaction, waiting or not, and leaves no trace."""
    with database.write() as connection:
        add(connection, "a")
        demand(connection, "a", Refused("a"))
        add(connection, "b")
        demand(connection, "b", Refused("b"))
        assert ["a", "b"] == names(connection)


def test_a_demand_that_does_not_hold_undoes_the_transaction(database: Database) -> None:
    """The refusal of the very demand is raised, with the next statement at the latest, and nothing of the transaction is there."""
    mine = Refused("missing")
    with pytest.raises(Refused) as raised, database.write() as connection:
        add(connection, "a")
        demand(connection, "a", Refused("a"))
        demand(connection, "missing", mine)
        add(connection, "b")
    assert raised.value is mine
    with database.write() as connection:
        with pytest.raises(Refused), connection.begin_nested():
            add(connection, "undone")
            demand(connection, "missing", mine)
            send_waiting(connection)  # at the end of a savepoint it would be too late to undo only what is inside
        assert [] == names(connection)


def test_a_collision_is_said_as_its_writer_means_it(database: Database) -> None:
    """The meaning of the statement that collides is asked; one that means nothing by it leaves the database's own word."""
    row = {"name": sa.bindparam("name", type_=sa.String()), "value": sa.bindparam("value", type_=setting.c.value.type)}
    prepared = prepare(sa.insert(setting).values(row), database.engine.dialect)
    taken = Refused("taken")

    def write(connection: Connection, name: str, means: Exception | None) -> None:
        change_later(connection, prepared, {"name": name, "value": 1}, lambda _: means)

    with database.write() as connection:
        write(connection, "once", taken)
    with pytest.raises(Refused) as raised, database.write() as connection:
        write(connection, "other", None)
        write(connection, "once", taken)
    assert raised.value is taken
    with pytest.raises(IntegrityError), database.write() as connection:
        write(connection, "once", None)
