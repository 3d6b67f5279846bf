"""The migrations make exactly the tables that the code knows, on both databases."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.util import CommandError

from runtime import store
from runtime.identity.principal import resolve_principal
from runtime.start import prepare_database
from runtime.store.database import Database, open_database
from runtime.store.tables import METADATA, person_group
from runtime.store.upgrade import alembic_config, upgrade

VERSIONS = Path(store.__file__).parent / "migrations" / "versions"


def test_the_migrations_make_the_tables_of_the_code(database: Database) -> None:
    """Nothing is left for a next migration: columns, types, keys and indexes are as in `runtime.store.tables`."""
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, METADATA)
        nullable = {(table.name, column.name): column.nullable for table in METADATA.tables.values() for column in table.columns}
        inspector = sa.inspect(connection)
        there = {
            (table, column["name"]): column["nullable"] for table in METADATA.tables for column in inspector.get_columns(table)
        }

    assert [] == differences
    assert nullable == there


def test_partial_indexes_are_partial(database: Database) -> None:
    """The indexes that decide races are unique over the rows they mean, not over all."""
    expected = {"release_one_active", "release_one_applying", "wf_instance_one_running"}
    with database.read() as connection:
        inspector = sa.inspect(connection)
        found = {
            index["name"]
            for table in ("release", "wf_instance")
            for index in inspector.get_indexes(table)
            if index["unique"] and any(key.endswith("_where") for key in index.get("dialect_options", {}))
        }

    assert expected <= found


def test_a_second_upgrade_changes_nothing(database: Database) -> None:
    """Starting again on an upgraded database is harmless."""
    prepare_database(database)

    newest = max(path.name[:4] for path in VERSIONS.glob("0*.py"))
    with database.read() as connection:
        assert newest == connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one()


def test_a_database_that_is_up_to_date_is_only_asked(database: Database) -> None:
    """To start on it takes no lock and writes nothing, so a start waits for no other process."""
    said: list[str] = []
    sa.event.listen(database.engine, "before_cursor_execute", lambda _c, _k, statement, *_: said.append(statement))

    upgrade(database)

    assert said
    assert [] == [each for each in said if "lock" in each or each.split()[0] not in {"SELECT", "PRAGMA"}]


def test_a_database_of_a_newer_version_is_refused(database: Database) -> None:
    """A migration that this version does not know is not taken for the newest one."""
    with database.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(CommandError):
        upgrade(database)


def test_roles_by_days_become_grants_by_moments(tmp_path: Path) -> None:
    """What was held on days of the bank is held from the beginning of the first to the end of the last."""
    opened = open_database(f"sqlite:///{tmp_path / 'old.db'}")
    with opened.write() as connection:
        command.upgrade(alembic_config(connection), "0014")
        for statement in (
            "INSERT INTO org_person (id, f_username, f_name, created_at, changed_at) VALUES ('p', 'zhou', '周', '2026', '2026')",
            "INSERT INTO person_role VALUES ('p', 'loan', 'clerk', '2026-01-01', '2026-01-31')",
            "INSERT INTO person_role VALUES ('p', '', 'auditor', NULL, NULL)",
            "INSERT INTO person_group VALUES ('p', '贷审会', '2026-01-01', NULL)",
        ):
            connection.execute(sa.text(statement))
    prepare_database(opened)

    moments = [dt.datetime(2026, 1, 31, 16, tzinfo=dt.UTC) + dt.timedelta(seconds=n) for n in (-1, 0)]
    with opened.read() as connection:
        found = [resolve_principal(connection, "p", moment, demo=False) for moment in moments]
        group = connection.execute(sa.select(person_group.c.group, person_group.c.valid_from)).one()
    assert [{"clerk"}, set()] == [set(each.roles_in("loan")) for each in found if each]
    assert [{"auditor"}] * 2 == [set(each.platform_roles) for each in found if each]
    assert ("贷审会", dt.date(2026, 1, 1)) == tuple(group)


def test_paths_are_sorted_by_code_point(database: Database) -> None:
    """The column of paths compares bytes, so that a prefix is a range whatever the database's own collation is."""
    if not database.is_sqlite:
        with database.read() as connection:
            query = (
                "SELECT collation_name FROM information_schema.columns WHERE table_name = 'org_branch' AND column_name = 'f_path'"
            )
            assert "C" == connection.execute(sa.text(query)).scalar_one()
