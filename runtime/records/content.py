"""What bytes really are: told by their beginnings and never by the name or by what the sender says."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

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


def kind_of(content: bytes) -> str:
    """The kind of a file as a MIME type; `application/octet-stream` where nothing is known of it."""
    for start, kind in _STARTS:
        if content.startswith(start):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[:4] == b"PK\x03\x04":
        return _archive(content)
    return "text/plain" if _is_text(content) else "application/octet-stream"


def is_accepted(kind: str, accept: Sequence[str]) -> bool:
    """Whether a field that takes these kinds takes this one; a table of text is text."""
    kinds = {kind, f"{kind.partition('/')[0]}/*"} | ({"text/csv"} if kind == "text/plain" else set())
    return not kinds.isdisjoint(accept)


def _archive(content: bytes) -> str:
    try:
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return "application/octet-stream"
    if "[Content_Types].xml" in names:
        return next((kind for start, kind in _OFFICE.items() if any(name.startswith(start) for name in names)), "application/zip")
    return "application/zip"


def _is_text(content: bytes) -> bool:
    """Text without marks of its own: whatever begins like a page or a drawing could run something."""
    if b"\0" in content or content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False
