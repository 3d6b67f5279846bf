"""The faults that a test may order of the stand-in for its next calls."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Literal, get_args

#: late: work now, answer after `seconds`; late_work: wait, then work and answer; twice: work twice and answer twice;
#: drop_after: work, then hang up; drop_before: hang up without working; error: a 500 after the work; busy: a 503 before it;
#: garbage: work, then answer something that is no JSON; other: work, then answer for another request; trickle: work, then
#: one byte a second; endless: work, then never stop sending.
FaultKind = Literal[
    "late", "late_work", "twice", "drop_after", "drop_before", "error", "busy", "garbage", "other", "trickle", "endless"
]


@dataclass(frozen=True, slots=True)
class Ordered:
    """One fault for one coming call whose `METHOD /path` begins with `on`."""

    on: str
    kind: FaultKind
    seconds: float = 0.0


class Faults:
    """The faults still to come, in order."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ordered: list[Ordered] = []

    def order(self, body: object) -> int:
        """Take `{"faults": [{"on", "kind", "seconds"}], "forget"?}`; returns how many are waiting; raises ValueError or TypeError."""
        wanted = body.get("faults") if isinstance(body, dict) else None
        if not isinstance(body, dict) or not isinstance(wanted, list):
            raise TypeError("faults is a list")
        made = [Ordered(str(one["on"]), one["kind"], one.get("seconds", 0)) for one in wanted]
        unknown = [one.kind for one in made if one.kind not in get_args(FaultKind)]
        if unknown:
            raise ValueError(f"there is no fault {unknown[0]}")
        with self._lock:
            self._ordered = made if body.get("forget") is True else self._ordered + made
            return len(self._ordered)

    def next_for(self, call: str) -> Ordered | None:
        """The first waiting fault for `METHOD /path`, taken off the list."""
        with self._lock:
            for position, fault in enumerate(self._ordered):
                if call.startswith(fault.on):
                    return self._ordered.pop(position)
        return None
