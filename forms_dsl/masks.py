"""Masks: the shortened display of a personal value, applied to text in Python; the runtime has the same in SQL."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PATTERN = re.compile(r"([0-9]{1,2})(\*{1,12})([0-9]{1,2})\Z")
DEFAULT_MASK = "hidden"
HIDDEN = "****"


@dataclass(frozen=True, slots=True)
class Mask:
    """How many characters stay at the head and the tail, and the stars between; a text that is not longer is all stars."""

    head: int
    stars: str
    tail: int


def is_mask(text: str) -> bool:
    """Whether `text` is `3****4`-like, `last4` or `hidden`."""
    return text in ("last4", "hidden") or bool(_PATTERN.match(text))


def parse_mask(text: str | None) -> Mask:
    """The mask that `text` writes; nothing written means hidden."""
    if text == "last4":
        return Mask(0, HIDDEN, 4)
    match = _PATTERN.match(text or "")
    return Mask(int(match[1]), match[2], int(match[3])) if match else Mask(0, HIDDEN, 0)


def masked(value: str | None, mask: str | None) -> str | None:
    """What a reader sees of `value`; a missing value stays missing, a short one shows nothing."""
    if value is None:
        return None
    parts = parse_mask(mask)
    if len(value) <= parts.head + parts.tail:
        return parts.stars
    tail = value[len(value) - parts.tail :] if parts.tail else ""
    return f"{value[: parts.head]}{parts.stars}{tail}"
