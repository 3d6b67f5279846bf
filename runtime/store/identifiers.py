"""Keys of records: UUID version 7 (RFC 9562), so that keys made later sort later."""

from __future__ import annotations

import itertools
import secrets
import uuid
from datetime import datetime
from hashlib import blake2b

#: Behind the milliseconds stands a count of this process (RFC 9562, 6.2 method 1): keys of one `now` sort as they were made.
_COUNT_BITS = 30
_count = itertools.count(secrets.randbits(_COUNT_BITS - 1))


def new_id(now: datetime) -> str:
    """A new record key, ordered by `now` in milliseconds and then by its making."""
    milliseconds = int(now.timestamp() * 1000)
    tail = ((next(_count) % (1 << _COUNT_BITS)) << (74 - _COUNT_BITS)) | secrets.randbits(74 - _COUNT_BITS)
    high, low = tail >> 62, tail & ((1 << 62) - 1)
    return str(uuid.UUID(int=(milliseconds << 80) | (0x7 << 76) | (high << 64) | (0b10 << 62) | low))


def short_key(text: str, longest: int) -> str:
    """A key made of names, or its digest where it is longer than its column."""
    return text if len(text) <= longest else blake2b(text.encode(), digest_size=20).hexdigest()
