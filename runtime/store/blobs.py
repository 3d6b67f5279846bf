"""Bytes of attached files under their hash, in the data folder and so never in reach of a URL."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

_HASH = re.compile(r"[0-9a-f]{64}\Z")


def keep_blob(folder: Path, content: bytes) -> str:
    """Keep bytes and return their sha256; they are whole on disk before this returns, and the same bytes are kept once."""
    name = hashlib.sha256(content).hexdigest()
    place = _place(folder, name)
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, waiting = tempfile.mkstemp(dir=place.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(waiting).replace(place)
        except BaseException:
            Path(waiting).unlink(missing_ok=True)
            raise
    return name


def read_blob(folder: Path, name: str) -> bytes:
    """The bytes of a hash; raises OSError when they are gone, ValueError when they are not the bytes of this hash."""
    content = _place(folder, name).read_bytes()
    if hashlib.sha256(content).hexdigest() != name:
        raise ValueError(f"the bytes of {name} were changed")
    return content


def _place(folder: Path, name: str) -> Path:
    if not _HASH.match(name):
        raise ValueError("this is no hash")
    return folder / "attachments" / name[:2] / name
