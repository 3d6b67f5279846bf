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
    unit_path: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """The bank's own values for one app; none of them is part of the definition."""

    rates: Rates | None = None
    #: By parameter, in the order of their release.
    parameters: Mapping[str, tuple[KeptValue, ...]] = field(default_factory=dict)
