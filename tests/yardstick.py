"""How fast this machine is, busy as it is now: limits in seconds are those of one machine, and tests run on many."""

from __future__ import annotations

import time

#: CPU seconds of `_work` on the machine of docs/performance.md, alone on it.
REFERENCE_SECONDS = 0.06


def in_time(taken: float, limit: float) -> bool:
    """Whether `taken` CPU seconds are fewer than `limit` on the machine of docs/performance.md.

    What passes here as it is needs no yardstick. What does not is measured against the same work of the interpreter, made
    at once afterwards under the same load: a machine of half the speed takes twice as long for both.
    """
    return taken < limit or taken < limit * slowness()


def slowness() -> float:
    """How many times longer this machine takes now than the one of docs/performance.md; at least 1."""
    return max(1.0, min(_seconds() for _ in range(3)) / REFERENCE_SECONDS)


def _seconds() -> float:
    started = time.process_time()
    _work()
    return time.process_time() - started


def _work() -> int:
    """What reading a definition is made of: small tuples, maps of texts, calls, and searches."""
    kept: dict[tuple[str, int], tuple[str, ...]] = {}
    for number in range(60_000):
        key = (f"field_{number % 977}", number)
        kept[key] = _parts(f"entities/{number}.yaml/{key[0]}")
    return sum(len(parts) for parts in kept.values() if "entities" in parts)


def _parts(path: str) -> tuple[str, ...]:
    return tuple(part for part in path.split("/") if part)
