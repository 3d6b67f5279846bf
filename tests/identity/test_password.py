"""Passwords are kept as hashes and checked alike for everybody."""

from __future__ import annotations

import time

from runtime.identity.password import hash_password, is_outdated, password_matches


def test_only_the_right_password_matches() -> None:
    """A password matches its own hash and no other; a person without a hash matches nothing."""
    kept = hash_password("七巧板-2026")

    assert password_matches(kept, "七巧板-2026")
    assert not password_matches(kept, "七巧板-2027")
    assert not password_matches(None, "七巧板-2026")
    assert not password_matches(kept, "七巧板-2026" + "x" * 600)
    assert not password_matches("not a hash", "七巧板-2026")


def test_two_hashes_of_one_password_differ() -> None:
    """Each hash has its own salt, and argon2id's settings of today are not outdated."""
    first, second = hash_password("same"), hash_password("same")

    assert first != second
    assert first.startswith("$argon2id$")
    assert not is_outdated(first)
    assert is_outdated("$argon2id$v=19$m=1024,t=1,p=1$c29tZXNhbHQ$3q2+78r+ur4AAAAAAAAAAA")


def test_nobody_takes_as_long_as_somebody() -> None:
    """Checking a password of an unknown person costs a hash too, so its time tells nothing."""
    kept = hash_password("x")
    password_matches(None, "warm up")

    def seconds(password_hash: str | None) -> float:
        began = time.perf_counter()
        password_matches(password_hash, "wrong")
        return time.perf_counter() - began

    known, unknown = (min(seconds(hash_) for _ in range(9)) for hash_ in (kept, None))
    assert 0.5 < unknown / known < 2
