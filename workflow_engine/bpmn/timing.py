"""Lengths of time as ISO 8601, in which BPMN says them, and as our language says them."""

from __future__ import annotations

import re

from forms_dsl.durations import is_possible, parse_duration

_ISO = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?\Z")
_SIGNS = {"day": "P{}D", "hour": "PT{}H", "minute": "PT{}M", "second": "PT{}S"}
_UNITS = ("s", "m", "h", "d")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def iso_duration(text: str) -> str:
    """A length as ISO 8601; working time is told as plain time, for which BPMN has no word."""
    length = parse_duration(text)
    return _SIGNS[length.unit].format(length.amount) if length is not None else text


def own_duration(text: str) -> str | None:
    """An ISO 8601 length in our words, None for one with months or years, or that is none."""
    match = _ISO.match(text.strip())
    if match is None or text.strip() in ("P", "PT"):
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    total = ((weeks * 7 + days) * 24 + hours) * 3600 + minutes * 60 + seconds
    unit = max((unit for unit in _UNITS if total % _SECONDS[unit] == 0), key=_UNITS.index)
    said = f"{total // _SECONDS[unit]}{unit}"
    length = parse_duration(said)
    return said if length is not None and is_possible(length) else None
