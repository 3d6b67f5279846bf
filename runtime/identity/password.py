"""Passwords: argon2id hashes, checked in the same time whether or not the person exists."""

from __future__ import annotations

import functools
import secrets
import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()
#: Each check takes 64 MiB and a core: more at once would let anybody stop the server by guessing.
_AT_ONCE = threading.BoundedSemaphore(4)
#: Longer texts are no passwords, only work for us.
LONGEST = 512


def hash_password(password: str) -> str:
    """The argon2id hash to keep in place of a password."""
    return _HASHER.hash(password)


def password_matches(password_hash: str | None, password: str) -> bool:
    """Whether the password belongs to the hash; without a hash it takes as long and is false."""
    with _AT_ONCE:
        try:
            _HASHER.verify(password_hash or _hash_of_nobody(), password[:LONGEST])
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None and len(password) <= LONGEST


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with weaker settings than today's."""
    return _HASHER.check_needs_rehash(password_hash)


@functools.cache
def _hash_of_nobody() -> str:
    return _HASHER.hash(secrets.token_urlsafe(32))
