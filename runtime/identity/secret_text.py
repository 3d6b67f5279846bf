"""Random secrets that people and programs show to be let in; only their hashes are kept."""

from __future__ import annotations

import hashlib
import secrets

#: The first letters tell a leaked secret's kind, to people and to scanners.
SESSION_PREFIX = "qs_"
TOKEN_PREFIX = "qq_"  # noqa: S105 - the prefix only
#: Longer texts are refused before they are hashed.
LONGEST = 128


def new_secret(prefix: str) -> str:
    """A fresh secret of 256 random bits."""
    return prefix + secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """What is stored of a secret; it is random, so a plain SHA-256 cannot be guessed back."""
    return hashlib.sha256(secret.encode()).hexdigest()
