"""Keys of records: UUID version 7 (RFC 9562), so that keys made later sort later."""

from __future__ import annotations

import itertools
import secrets
from datetime import datetime
from hashlib import blake2b

#: Behind the milliseconds stands a count of this process (RFC 9562, 6.2 method 1): keys of one `now` sort as they were made.
_COUNT_BITS = 30
_LOW = (1 << 62) - 1
_CHANCE_BITS, _CHANCE_BYTES = 74 - _COUNT_BITS, 6
_count = itertools.count(secrets.randbits(_COUNT_BITS - 1))


def new_id(now: datetime) -> str:
    """A new record key, ordered by `now` in milliseconds and then by its making."""
    return new_ids(now, 1)[0]


def new_ids(now: datetime, count: int) -> list[str]:
    """So many new record keys, in their order; chance is asked for once, each asking is a call of the system."""
    milliseconds = int(now.timestamp() * 1000)
    chance = secrets.token_bytes(_CHANCE_BYTES * count)
    return [
        _id(milliseconds, int.from_bytes(chance[at : at + _CHANCE_BYTES]) >> (8 * _CHANCE_BYTES - _CHANCE_BITS))
        for at in range(0, len(chance), _CHANCE_BYTES)
    ]


def _id(milliseconds: int, chance: int) -> str:
    tail = ((next(_count) % (1 << _COUNT_BITS)) << _CHANCE_BITS) | chance
    high, low = (0x7 << 12) | tail >> 62, (0b10 << 62) | (tail & _LOW)
    return f"{milliseconds >> 16:08x}-{milliseconds & 0xFFFF:04x}-{high:04x}-{low >> 48:04x}-{low & 0xFFFFFFFFFFFF:012x}"


def short_key(text: str, longest: int) -> str:
    """A key made of names, or its digest where it is longer than its column."""
    return text if len(text) <= longest else blake2b(text.encode(), digest_size=20).hexdigest()
