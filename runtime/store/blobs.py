"""Bytes of attached files under their hash, in the data folder and so never in reach of a URL; never whole in memory."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import sqlalchemy as sa
from sqlalchemy.engine import Connection

_HASH = re.compile(r"[0-9a-f]{64}\Z")
#: Bytes that are read or hashed at a time.
PIECE = 256 * 1024
#: Any fixed number: whoever keeps bytes shares it, whoever sweeps holds it alone.
_ADVISORY_LOCK = 7_148_002


class Arriving:
    """Bytes that arrive piece by piece in a file of their own; gone when the block ends, unless they were kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        waiting = arriving_folder(folder)
        waiting.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=waiting)
        self.path = Path(name)
        self.file: BinaryIO = os.fdopen(handle, "w+b")
        self.size = 0
        self._hash = hashlib.sha256()

    def __enter__(self) -> Arriving:
        """The file that takes the pieces."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close the file, and take it away where it was not kept."""
        self.file.close()
        self.path.unlink(missing_ok=True)

    def write(self, piece: bytes) -> None:
        """Take the next piece."""
        self.file.write(piece)
        self._hash.update(piece)
        self.size += len(piece)

    def settle(self) -> str:
        """Bring everything to the disk; returns the hash of all pieces."""
        self.file.flush()
        os.fsync(self.file.fileno())
        return self._hash.hexdigest()

    def keep(self) -> None:
        """Put what has settled in its place, over the same bytes where they are there already: their age begins anew."""
        place = _place(self._folder, self._hash.hexdigest())
        place.parent.mkdir(parents=True, exist_ok=True)
        self.path.replace(place)


@contextmanager
def open_blob(folder: Path, name: str) -> Iterator[BinaryIO]:
    """The bytes of a hash; raises OSError when they are gone, ValueError when they are not the bytes of this hash."""
    with _place(folder, name).open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != name:
            raise ValueError(f"the bytes of {name} were changed")
        file.seek(0)
        yield file


def arriving_folder(folder: Path) -> Path:
    """Where bytes wait until they are whole."""
    return folder / "attachments" / "arriving"


def blob_folders(folder: Path) -> Iterator[Path]:
    """The folders of kept bytes, each named by the first two digits of its hashes."""
    kept = folder / "attachments"
    for place in sorted(kept.iterdir()) if kept.is_dir() else ():
        if re.fullmatch(r"[0-9a-f]{2}", place.name):
            yield place


def guard_blobs(connection: Connection, *, alone: bool = False) -> None:
    """Until the transaction ends nobody sweeps while bytes are kept, nor the other way; on SQLite writers are alone anyway."""
    if connection.dialect.name == "postgresql":
        lock = sa.func.pg_advisory_xact_lock if alone else sa.func.pg_advisory_xact_lock_shared
        connection.execute(sa.select(lock(_ADVISORY_LOCK)))


def _place(folder: Path, name: str) -> Path:
    if not _HASH.match(name):
        raise ValueError("this is no hash")
    return folder / "attachments" / name[:2] / name
