"""Signing in: one refusal for every cause, guessing slowed down, secrets kept as hashes only."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from runtime.commands.sign_in import SignedIn, SignInRequest, sign_in
from runtime.failures import NotSignedIn
from runtime.identity.organisation import add_person, set_active, set_password_hash
from runtime.identity.password import hash_password
from runtime.identity.principal import authenticate
from runtime.identity.sessions import LIFETIME, end_sessions_of
from runtime.identity.throttle import FREE_FAILURES, LONGEST_LOCK, lock_after
from runtime.identity.tokens import create_token, revoke_token, tokens_of
from runtime.settings import Settings
from runtime.store.database import Database
from runtime.store.tables import api_token, audit_event, credential, session

NOW = dt.datetime(2026, 11, 24, 2, 0, tzinfo=dt.UTC)
SETTINGS = Settings("", Path())
HASH = hash_password("right")


@pytest.fixture
def person(database: Database) -> str:
    """A person with the password `right`."""
    with database.write() as connection:
        person_id = add_person(connection, "zhou", "周敏", NOW)
        set_password_hash(connection, person_id, HASH, NOW)
    return person_id


def attempt(
    database: Database, password: str, now: dt.datetime = NOW, username: str = "zhou", earlier: str | None = None
) -> SignedIn:
    return sign_in(database, SETTINGS, SignInRequest(username, password, now, "request", earlier))


def opens(database: Database, secret: str, now: dt.datetime = NOW) -> bool:
    with database.read() as connection:
        return authenticate(connection, secret, now, demo=False) is not None


def test_a_session_opens_until_it_ends(database: Database, person: str) -> None:
    """The secret of a sign-in stands for the person for its lifetime; only its hash is stored."""
    done = attempt(database, "right")

    assert person == done.principal.id
    assert opens(database, done.secret)
    assert opens(database, done.secret, NOW + LIFETIME - dt.timedelta(seconds=1))
    assert not opens(database, done.secret, NOW + LIFETIME)
    with database.read() as connection:
        assert done.secret not in str(connection.execute(sa.select(session)).all())


def test_signing_in_changes_the_session(database: Database, person: str) -> None:
    """A new sign-in ends the session that the browser showed before (no fixation)."""
    first = attempt(database, "right")
    second = attempt(database, "right", earlier=first.secret)

    assert first.secret != second.secret
    assert not opens(database, first.secret)
    assert opens(database, second.secret)


def test_every_refusal_says_the_same(database: Database, person: str) -> None:
    """Unknown name, wrong password and a locked person get the same sentence and code."""
    said = []
    for username, password in (("nobody", "right"), ("zhou", "wrong")):
        with pytest.raises(NotSignedIn) as refused:
            attempt(database, password, username=username)
        said.append((refused.value.code, refused.value.message))
    with database.write() as connection:
        set_active(connection, person, NOW, active=False)
    with pytest.raises(NotSignedIn) as refused:
        attempt(database, "right")
    said.append((refused.value.code, refused.value.message))

    assert 1 == len({str(one) for one in said})


def test_failures_lock_for_longer_each_time(database: Database, person: str) -> None:
    """After the fifth failure even the right password is refused for a while; afterwards it counts anew."""
    for _ in range(FREE_FAILURES):
        with pytest.raises(NotSignedIn):
            attempt(database, "wrong")
    with pytest.raises(NotSignedIn):
        attempt(database, "right")

    assert attempt(database, "right", NOW + lock_after(FREE_FAILURES))
    with database.read() as connection:
        assert 0 == connection.scalar(sa.select(credential.c.failures))
    assert [0, 0, 30, 60, 120, LONGEST_LOCK.total_seconds()] == [lock_after(n).total_seconds() for n in (0, 4, 5, 6, 7, 99)]


def test_guesses_at_once_are_all_counted(database: Database, person: str) -> None:
    """Parallel guesses do not share one count."""

    def guess() -> None:
        with pytest.raises(NotSignedIn):
            attempt(database, "wrong")

    threads = [threading.Thread(target=guess) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.read() as connection:
        failures = connection.scalar(sa.select(credential.c.failures))
        refused = connection.scalar(sa.select(sa.func.count()).where(audit_event.c.kind == "sign_in_refused"))
    assert (FREE_FAILURES, 8) == (failures, refused)


def test_a_shut_out_person_is_out_at_once(database: Database, person: str) -> None:
    """A person who is shut out, or whose sessions are ended, has no open session any more."""
    first, second = attempt(database, "right"), attempt(database, "right")
    with database.write() as connection:
        set_active(connection, person, NOW, active=False)
    assert not opens(database, first.secret)
    with database.write() as connection:
        set_active(connection, person, NOW, active=True)
        assert 2 == end_sessions_of(connection, person)

    assert not opens(database, second.secret)


def test_a_token_opens_until_it_is_revoked(database: Database, person: str) -> None:
    """An API token stands for its maker until it is revoked or runs out; only its maker can revoke it."""
    with database.write() as connection:
        token, secret = create_token(connection, person, "核心对接", dt.timedelta(days=30), NOW)
    assert secret.startswith("qq_")
    assert opens(database, secret)
    assert not opens(database, secret, NOW + dt.timedelta(days=30))
    with database.read() as connection:
        assert secret not in str(connection.execute(sa.select(api_token)).all())
        assert [token] == tokens_of(connection, person)

    with database.write() as connection:
        assert not revoke_token(connection, "somebody else", token.id, NOW)
        assert revoke_token(connection, person, token.id, NOW)
    assert not opens(database, secret)
    with database.read() as connection:
        assert [] == tokens_of(connection, person)


@pytest.mark.parametrize("secret", ["", "qs_", "qq_", "qs_" + "A" * 43, "qq_" + "A" * 43, "xx", "qs_" + "A" * 100_000])
def test_a_made_up_secret_opens_nothing(database: Database, person: str, secret: str) -> None:
    """No secret but a stored one stands for anybody."""
    attempt(database, "right")

    assert not opens(database, secret)
