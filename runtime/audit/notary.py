"""Signs checkpoints of the audit trail with a key that stands outside the database, and remembers the last one.

Who can change every row can still not sign; who restores an older database is found out by the remembered checkpoint.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from runtime.store.signing import id_of_key, open_signing_key, public_bytes

_FOLDER, _KEY, _ANCHOR = "audit", "signing-key.pem", "last-checkpoint.json"


@dataclass(frozen=True, slots=True)
class Anchor:
    """The last checkpoint that this notary signed."""

    size: int
    root: str


@dataclass(frozen=True, slots=True)
class Notary:
    """The signing key and the folder where it and its public keys stand."""

    folder: Path
    key: Ed25519PrivateKey
    key_id: str

    def sign(self, text: str) -> str:
        """The signature of a checkpoint's text."""
        return base64.b64encode(self.key.sign(text.encode())).decode()

    def accepts(self, key_id: str, signature: str, text: str) -> bool:
        """Whether a key of this notary, of today or earlier, signed the text."""
        path = self.folder / f"{key_id}.pub"
        if not key_id.isalnum() or not path.is_file():
            return False
        try:
            public = Ed25519PublicKey.from_public_bytes(base64.b64decode(path.read_text()))
            public.verify(base64.b64decode(signature, validate=True), text.encode())
        except (InvalidSignature, ValueError):
            return False
        return True

    def remember(self, anchor: Anchor) -> None:
        """Keep the last checkpoint outside the database; the file is replaced whole."""
        path = self.folder / _ANCHOR
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps({"size": anchor.size, "root": anchor.root}))
        fresh.replace(path)

    def last(self) -> Anchor | None:
        """The remembered checkpoint, or None before the first."""
        path = self.folder / _ANCHOR
        return Anchor(**json.loads(path.read_text())) if path.is_file() else None


def open_notary(data_folder: Path) -> Notary:
    """The notary of a data folder; its key is made at the first use, readable by this account only."""
    folder = data_folder / _FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    key = open_signing_key(folder / _KEY)
    public = public_bytes(key)
    key_id = id_of_key(public)
    (folder / f"{key_id}.pub").write_text(base64.b64encode(public).decode())
    return Notary(folder, key, key_id)
