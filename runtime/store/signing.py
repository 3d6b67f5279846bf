"""Signing keys that stand in files outside the database: made at the first use, read by this account only."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat, load_pem_private_key


def open_signing_key(path: Path) -> Ed25519PrivateKey:
    """The key of a file, which is made when it is not there; raises TypeError for a file that holds another kind of key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _write_key(path)
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{path} holds no Ed25519 key")
    return key


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """The public half of a key."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def id_of_key(public: bytes) -> str:
    """The name of a key: short enough to be read out."""
    return hashlib.sha256(public).hexdigest()[:32]


def _write_key(path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    # Written aside and linked in: a process that starts at the same moment reads a whole key or makes none.
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
    try:
        os.link(fresh, path)
    except FileExistsError:
        return
    finally:
        fresh.unlink()
