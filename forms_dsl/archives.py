"""Zip archives in memory, opened with limits: nothing is unpacked to disk, and sizes are counted, not believed."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator

#: Unpacked bytes for each packed one; text packs to a tenth.
RATIO = 100
NAME_LIMIT = 255
#: So small archives may pack as well as they like.
_ALWAYS = 1 << 20
_PIECE = 1 << 16
_FAILURES = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    MemoryError,
)


class Damaged(ValueError):
    """The archive or an entry of it cannot be read: no zip, cut, encrypted, or packed in a way that is not known here."""


class TooMuch(ValueError):
    """More came out of an entry than may."""


def open_archive(data: bytes) -> zipfile.ZipFile:
    """The archive in these bytes; raises Damaged."""
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except _FAILURES as failure:
        raise Damaged(str(failure)) from None


def allowance(packed: int, most: int) -> int:
    """How many bytes so many packed ones may become, and never more than `most`."""
    return min(most, max(_ALWAYS, packed * RATIO))


def pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> Iterator[bytes]:
    """The bytes of an entry as they come out; raises TooMuch behind `most` of them, whatever the headers say, and Damaged."""
    left = most
    try:
        with archive.open(entry) as stream:
            while piece := stream.read(_PIECE):
                left -= len(piece)
                if left < 0:
                    raise TooMuch(entry.filename)
                yield piece
    except TooMuch:
        raise
    except _FAILURES as failure:
        raise Damaged(str(failure)) from None


def is_safe(path: str) -> bool:
    """Whether a path is plain and relative: no climbing, root, drive, backslash, control character or endless name."""
    if not path or "\\" in path or ":" in path or path.startswith("/") or any(ord(character) < 32 for character in path):
        return False
    parts = path.split("/")
    return all(part not in ("", ".", "..") and len(part.encode("utf-8", "surrogatepass")) <= NAME_LIMIT for part in parts)
