"""What bytes really are: told by their beginnings and never by the name or by what the sender says; read piece by piece."""

from __future__ import annotations

import codecs
import struct
import zipfile
from collections.abc import Sequence
from typing import BinaryIO

_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
)
_OFFICE = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_UNKNOWN = "application/octet-stream"
_PIECE = 64 * 1024
#: A list of contents of an archive is read whole; a larger one is none that people make.
_LONGEST_LISTING = 4 * 1024 * 1024
#: The end of an archive with the size of its list of contents, behind it at most a comment of this many bytes.
_END, _LONGEST_COMMENT = struct.Struct("<4s8xI6x"), 65_535


def kind_of(file: BinaryIO) -> str:
    """The kind of a file as a MIME type; `application/octet-stream` where nothing is known of it."""
    file.seek(0)
    head = file.read(16)
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[:4] == b"PK\x03\x04":
        return _archive(file)
    return "text/plain" if _is_text(file) else _UNKNOWN


def is_accepted(kind: str, accept: Sequence[str]) -> bool:
    """Whether a field that takes these kinds takes this one; a table of text is text."""
    kinds = {kind, f"{kind.partition('/')[0]}/*"} | ({"text/csv"} if kind == "text/plain" else set())
    return not kinds.isdisjoint(accept)


def _archive(file: BinaryIO) -> str:
    size = file.seek(0, 2)
    file.seek(max(0, size - _END.size - _LONGEST_COMMENT))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size or _END.unpack_from(tail, at)[1] > _LONGEST_LISTING:
        return _UNKNOWN
    try:
        names = zipfile.ZipFile(file).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return _UNKNOWN
    if "[Content_Types].xml" in names:
        return next((kind for start, kind in _OFFICE.items() if any(name.startswith(start) for name in names)), "application/zip")
    return "application/zip"


def _is_text(file: BinaryIO) -> bool:
    """Text without marks of its own: whatever begins like a page or a drawing could run something."""
    decoders = {name: codecs.getincrementaldecoder(name)() for name in ("utf-8", "gb18030")}
    file.seek(0)
    begun = False
    while piece := file.read(_PIECE):
        told = piece if begun else piece.lstrip(b"\xef\xbb\xbf \t\r\n")
        if b"\0" in piece or (not begun and told[:1] == b"<"):
            return False
        begun = begun or told != b""
        _decode(decoders, piece, final=False)
    _decode(decoders, b"", final=True)
    return bool(decoders)


def _decode(decoders: dict[str, codecs.IncrementalDecoder], piece: bytes, *, final: bool) -> None:
    """Take out the encodings that the piece does not fit."""
    for name in list(decoders):
        try:
            decoders[name].decode(piece, final)
        except UnicodeDecodeError:
            del decoders[name]
