"""What a bank keeps beside a release and changes at run time: it comes to a compiled app from outside and is swapped with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from forms_dsl.expr.calendars import Rates


@dataclass(frozen=True, slots=True)
class KeptValue:
    """A value of a parameter that a second person released: from a day on, for a unit and those below it, or for all."""

    value: object
    valid_from: dt.date
    #: The code of the unit.
    unit: str | None = None


def value_at(values: tuple[KeptValue, ...], day: dt.date, unit_path: str | None) -> KeptValue | None:
    """The value that holds on a day for a unit: of the nearest unit above it that has one, of these the latest, of these the last released."""
    path = unit_path or ""
    # A path is `/HO/CX/`: the further a unit's code stands in it, the nearer the unit.
    ranked = [
        (-1 if each.unit is None else path.find(f"/{each.unit}/"), each.valid_from, position, each)
        for position, each in enumerate(values)
        if each.valid_from <= day and (each.unit is None or f"/{each.unit}/" in path)
    ]
    return max(ranked, key=lambda one: one[:3])[3] if ranked else None


@dataclass(frozen=True, slots=True)
class Kept:
    """The bank's own values for one app; none of them is part of the definition."""

    rates: Rates | None = None
    #: By parameter, in the order of their release.
    parameters: Mapping[str, tuple[KeptValue, ...]] = field(default_factory=dict)
