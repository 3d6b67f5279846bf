"""The demo people exist by one password and act only in demo mode."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from builder.commands.demo import _PLATFORM_ROLES
from runtime.commands.sign_in import SignInRequest, sign_in
from runtime.failures import Conflict, NotSignedIn
from runtime.identity.demo import PEOPLE, ensure_demo
from runtime.identity.organisation import add_person
from runtime.settings import Settings
from runtime.store.database import Database
from runtime.store.tables import org_person, role_grant

NOW = dt.datetime(2026, 11, 24, 2, 0, tzinfo=dt.UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Demo mode with a password that the environment gives."""
    return Settings("", tmp_path, demo=True, demo_password="first")


def test_demo_people_have_their_unit_and_roles(database: Database, settings: Settings) -> None:
    """The story's people sign in with their units, roles and the one password."""
    with database.write() as connection:
        ensure_demo(connection, settings, NOW)
    seen = {}
    for name in ("clerk", "credit", "analyst", "auditor", "checker2"):
        person = sign_in(database, settings, SignInRequest(name, "first", NOW, "r")).principal
        seen[name] = (person.name, person.unit_path, sorted(person.roles_in("bank_customer")), sorted(person.platform_roles))

    assert {
        "clerk": ("周敏", "/HO/HZ/CX/", ["clerk"], []),
        "credit": ("陈璐", "/HO/CR/", ["credit_officer"], []),
        "analyst": ("沈怡", "/HO/IT/", ["analyst"], ["designer"]),
        "auditor": ("孙悦", "/HO/AU/", ["auditor"], ["auditor"]),
        "checker2": ("高翔", "/HO/HZ/BJ/", ["checker"], []),
    } == seen


def test_a_second_start_changes_nothing_but_the_password(database: Database, settings: Settings) -> None:
    """Starting again makes nobody twice and takes a new password over."""
    counts = []
    for password in ("first", "first", "second"):
        with database.write() as connection:
            ensure_demo(connection, replace(settings, demo_password=password), NOW)
            counts.append([connection.scalar(sa.select(sa.func.count()).select_from(t)) for t in (org_person, role_grant)])

    assert [18, 23] == counts[0] == counts[1] == counts[2]
    assert sign_in(database, settings, SignInRequest("head", "second", NOW, "r"))
    with pytest.raises(NotSignedIn):
        sign_in(database, settings, SignInRequest("head", "first", NOW, "r"))


def test_outside_demo_mode_nobody_of_them_acts(database: Database, settings: Settings) -> None:
    """The same database without demo mode lets no demo person in."""
    with database.write() as connection:
        ensure_demo(connection, settings, NOW)

    with pytest.raises(NotSignedIn):
        sign_in(database, replace(settings, demo=False), SignInRequest("admin", "first", NOW, "r"))


def test_a_password_is_made_and_kept(database: Database, settings: Settings) -> None:
    """Without a given password one is made at random, the same at the next start, readable by this account only."""
    unset = replace(settings, demo_password=None)
    with database.write() as connection:
        first = ensure_demo(connection, unset, NOW)
        second = ensure_demo(connection, unset, NOW)

    assert first == second
    assert 0o600 == (settings.data_folder / "demo-password").stat().st_mode & 0o777


def test_a_command_without_a_password_leaves_the_given_one(database: Database, settings: Settings) -> None:
    """What was given to the server is kept beside its data: a command of another shell does not lock everybody out."""
    with database.write() as connection:
        ensure_demo(connection, settings, NOW)
        assert "first" == ensure_demo(connection, replace(settings, demo_password=None), NOW)

    assert sign_in(database, settings, SignInRequest("head", "first", NOW, "r"))
    assert 0o600 == (settings.data_folder / "demo-password").stat().st_mode & 0o777


def test_a_real_person_is_never_taken_over(database: Database, settings: Settings) -> None:
    """Demo mode refuses a database where a real person has a demo name."""
    with database.write() as connection:
        add_person(connection, "admin", "真人", NOW)

    with pytest.raises(Conflict), database.write() as connection:
        ensure_demo(connection, settings, NOW)


def test_each_platform_role_of_the_demo_is_said_in_words() -> None:
    """The table of logins that `qiqiao demo` prints has words for every platform role that its people hold."""
    held = {role for person in PEOPLE for role in person.platform_roles}

    assert set() == held - _PLATFORM_ROLES.keys()
