"""What may be written down of a call: never a secret, never a whole personal value, never more than a line."""

from __future__ import annotations

import re
from collections.abc import Iterable

_LONG_NUMBER = re.compile(r"(?<![0-9A-Za-z])[0-9]{8,}[0-9Xx]?(?![0-9A-Za-z])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
LONGEST = 300


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """One printable line of `text` without the given secrets and with long numbers reduced to their last four."""
    for secret in secrets:
        if len(secret) >= 4:
            text = text.replace(secret, "***")
    text = _CONTROL.sub(" ", text)
    text = _LONG_NUMBER.sub(lambda found: "*" * (len(found[0]) - 4) + found[0][-4:], text)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
