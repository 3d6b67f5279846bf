"""Pictures of signatures: what is one, whatever its filters, and what only looks like one."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

import pytest

from runtime.records.pictures import fault_of_signature

START = b"\x89PNG\r\n\x1a\n"


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(head: bytes, lines: bytes, *more: bytes, end: bytes = b"") -> bytes:
    return START + chunk(b"IHDR", head) + b"".join(more) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"") + end


def head(width: int, height: int, colour: int = 0, *, depth: int = 8, interlaced: int = 0) -> bytes:
    return struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)


def picture(pixels: bytes, width: int, height: int, *, pixel: int = 1, filters: Sequence[int] = (0,)) -> bytes:
    """A PNG of these pixels, its lines filtered in turn by these filters, as the format says."""
    line, above, made = width * pixel, bytes(width * pixel), b""
    for row in range(height):
        plain = pixels[row * line : (row + 1) * line]
        filter = filters[row % len(filters)]
        made += bytes([filter])
        for at in range(line):
            left = plain[at - pixel] if at >= pixel else 0
            up, corner = above[at], above[at - pixel] if at >= pixel else 0
            near = sorted((left, up, corner), key=lambda one: abs(left + up - corner - one))  # stable: left, up, corner
            made += bytes([(plain[at] - (0, left, up, (left + up) // 2, near[0])[filter]) & 0xFF])
        above = plain
    return png(head(width, height, {1: 0, 3: 2, 4: 6}[pixel]), made)


@pytest.mark.parametrize("filters", [(0,), (1,), (2,), (3,), (4,), (0, 1, 2, 3, 4)])
@pytest.mark.parametrize("pixel", [1, 3, 4])
def test_ink_is_seen_through_every_filter(filters: tuple[int, ...], pixel: int) -> None:
    """One pixel that differs is ink; none is an empty sheet, whatever its colour."""
    sheet = bytes(range(30, 30 + pixel)) * 40
    signed = sheet[: 33 * pixel] + b"\x00" * pixel + sheet[34 * pixel :]

    assert fault_of_signature(picture(signed, 5, 8, pixel=pixel, filters=filters)) is None
    empty = fault_of_signature(picture(sheet, 5, 8, pixel=pixel, filters=filters))
    assert empty is not None and "empty" in empty["en"]


GOOD = b"\x00\xff\x00\x00\xff\xff"


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "broken"),
        (START, "broken"),
        (START + chunk(b"IDAT", zlib.compress(GOOD)) + chunk(b"IEND", b""), "broken"),
        (png(head(2, 2), GOOD)[:-4], "broken"),
        (png(head(2, 2), GOOD).replace(b"IEND", b"IENX"), "broken"),
        (png(head(2, 2), GOOD, end=b"<script>"), "broken"),
        (png(head(2, 2), GOOD, chunk(b"tEXt", b"Comment\0hidden")), "broken"),
        (png(head(2, 2), GOOD, chunk(b"IHDR", head(1, 1))), "broken"),
        (png(head(2, 2, depth=16), GOOD), "broken"),
        (png(head(2, 2, interlaced=1), GOOD), "broken"),
        (png(head(2, 2), b"\x09\xff\x00\x00\xff\xff"), "broken"),
        (png(head(2, 2), GOOD + b"\x00"), "broken"),
        (png(head(2, 3), GOOD), "broken"),
        (png(head(1100, 500), b"\x00" * 60_000_000), "broken"),
        (png(head(100_000, 100_000, 6), GOOD), "pixels"),
        (png(head(0, 0), b""), "pixels"),
    ],
)
def test_what_only_looks_like_a_signature_is_refused(content: bytes, word: str) -> None:
    """Broken, with something hidden in it or behind it, larger than it says, or larger than a signature is."""
    fault = fault_of_signature(content)
    assert fault is not None and word in fault["en"]
