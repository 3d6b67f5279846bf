"""Signatures as pictures: a PNG of a modest size that is what it says, whole, and not empty."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from forms_dsl.model import Label

_START = b"\x89PNG\r\n\x1a\n"
#: Parts that a drawn picture has; others (texts, profiles, animations) have no use in a signature.
_KNOWN = frozenset({b"IHDR", b"PLTE", b"tRNS", b"sRGB", b"gAMA", b"pHYs", b"sBIT", b"IDAT", b"IEND"})
#: Bytes of a pixel by colour type, of 8 bits each.
_PIXEL = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_WIDEST, _HIGHEST = 1200, 600

_BROKEN: Label = {"zh": "签名图片已损坏，请重新签名。", "en": "The picture of the signature is broken; sign again."}
_EMPTY: Label = {"zh": "签名是空白的，请签名后再确认。", "en": "The signature is empty; sign before confirming."}
_SIZE: Label = {
    "zh": f"签名图片最大 {_WIDEST}×{_HIGHEST} 像素。",
    "en": f"A signature is a picture of at most {_WIDEST} × {_HIGHEST} pixels.",
}


class _Broken(Exception):
    pass


def fault_of_signature(content: bytes) -> Label | None:
    """Why a PNG is no signature, or None when it is one."""
    try:
        width, height, pixel, packed = _opened(content)
        if not (0 < width <= _WIDEST and 0 < height <= _HIGHEST):
            return _SIZE
        return None if _has_ink(_lines(packed, width * pixel, height), pixel) else _EMPTY
    except (_Broken, struct.error, zlib.error):
        return _BROKEN


def _opened(content: bytes) -> tuple[int, int, int, bytes]:
    """Width, height, bytes of a pixel, and the packed lines."""
    chunks = list(_chunks(content))
    names = [name for name, _ in chunks]
    if not names or names[0] != b"IHDR" or names[-1] != b"IEND" or not _KNOWN.issuperset(names) or names.count(b"IHDR") != 1:
        raise _Broken
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    if depth != 8 or colour not in _PIXEL or interlaced:
        raise _Broken
    return width, height, _PIXEL[colour], b"".join(data for name, data in chunks if name == b"IDAT")


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not content.startswith(_START):
        raise _Broken
    at = len(_START)
    while at < len(content):
        (length,) = struct.unpack_from(">I", content, at)
        name, data = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        (checksum,) = struct.unpack_from(">I", content, at + 8 + length)
        if zlib.crc32(name + data) != checksum:
            raise _Broken
        yield name, data
        at += 12 + length
        if name == b"IEND" and at != len(content):
            raise _Broken  # something hangs behind the picture


def _lines(packed: bytes, width: int, height: int) -> Iterator[tuple[int, bytes]]:
    """Each line as its filter and its bytes; never more is unpacked than the picture may have."""
    whole = (width + 1) * height
    unpacking = zlib.decompressobj()
    raw = unpacking.decompress(packed, whole + 1)
    if len(raw) != whole or not unpacking.eof:
        raise _Broken
    for at in range(0, whole, width + 1):
        if raw[at] > 4:
            raise _Broken
        yield raw[at], raw[at + 1 : at + 1 + width]


def _has_ink(lines: Iterator[tuple[int, bytes]], pixel: int) -> bool:
    """Whether two pixels differ; ends at the first line that shows it."""
    above, paper = b"", b""
    for filter, line in lines:
        above = _unfiltered(filter, line, above or bytes(len(line)), pixel)
        paper = paper or above[:pixel]
        if above != paper * (len(above) // pixel):
            return True
    return False


def _unfiltered(filter: int, line: bytes, above: bytes, pixel: int) -> bytes:
    if filter == 0:
        return line
    made = bytearray(line)
    for at in range(len(made)):
        left = made[at - pixel] if at >= pixel else 0
        up, corner = above[at], above[at - pixel] if at >= pixel else 0
        match filter:
            case 1:
                near = left
            case 2:
                near = up
            case 3:
                near = (left + up) // 2
            case _:
                near = _nearest(left, up, corner)
        made[at] = (made[at] + near) & 0xFF
    return bytes(made)


def _nearest(left: int, up: int, corner: int) -> int:
    """Of the three neighbours the one nearest to left + up - corner, as PNG's fourth filter wants it."""
    guess = left + up - corner
    by_left, by_up, by_corner = abs(guess - left), abs(guess - up), abs(guess - corner)
    return left if by_left <= by_up and by_left <= by_corner else up if by_up <= by_corner else corner
