"""What keeps one slow or failing counterpart from taking the platform with it: bulkhead, circuit breaker, rate limit.

They hold for one process; each is bounded in what it remembers.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction

from connectors.definition import Bulkhead, CircuitBreaker, ConnectorDefinition, RateLimit
from connectors.protocol import Clock, Outcome


class Refused(Exception):
    """A guard lets no call through now; nothing was sent. `wait` says after how many seconds it may."""

    def __init__(self, guard: str, wait: float | None = None) -> None:
        super().__init__(guard)
        self.guard = guard
        self.wait = wait


class Slots:
    """The bulkhead: so many calls at once, so many waiting, so long."""

    def __init__(self, policy: Bulkhead) -> None:
        self._policy = policy
        self._free = threading.Semaphore(policy.max_concurrent)
        self._lock = threading.Lock()
        self._waiting = 0

    @contextmanager
    def taken(self, longest: float) -> Iterator[None]:
        """One slot for the time of a call; raises `Refused` when there is none in time."""
        if not self._free.acquire(blocking=False):
            self._wait(longest)
        try:
            yield
        finally:
            self._free.release()

    def _wait(self, longest: float) -> None:
        with self._lock:
            if self._waiting >= self._policy.queue:
                raise Refused("bulkhead")
            self._waiting += 1
        try:
            if not self._free.acquire(timeout=max(0.0, min(self._policy.queue_timeout, longest))):
                raise Refused("bulkhead")
        finally:
            with self._lock:
                self._waiting -= 1


@dataclass(frozen=True, slots=True)
class _Seen:
    at: float
    failed: bool
    slow: bool


class Breaker:
    """Opens when too many of the last calls failed or were slow; then lets a few through to see whether it is over."""

    LONGEST_MEMORY = 1000

    def __init__(self, policy: CircuitBreaker, clock: Clock) -> None:
        self._policy = policy
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: deque[_Seen] = deque(maxlen=self.LONGEST_MEMORY)
        self._opened_at: float | None = None
        self._trying = 0
        self._tried_well = 0

    @property
    def state(self) -> str:
        """`closed`, `open` or `half_open`."""
        with self._lock:
            return self._state(self._clock.monotonic())

    def enter(self) -> None:
        """Ask for one call; raises `Refused` while open. Every entered call must be reported with `leave`."""
        now = self._clock.monotonic()
        with self._lock:
            state = self._state(now)
            if state == "open" or (state == "half_open" and self._trying >= self._policy.half_open_calls):
                opened = self._opened_at or now
                raise Refused("circuit", max(0.0, opened + self._policy.open_for - now))
            if state == "half_open":
                self._trying += 1

    def leave(self, outcome: Outcome | None, elapsed: float) -> None:
        """Report how an entered call ended; None when it was not made after all."""
        now = self._clock.monotonic()
        failed, slow = outcome in self._policy.counts, elapsed >= self._policy.slow_call
        with self._lock:
            if self._opened_at is not None:
                self._judge_trial(outcome, failed, now)
                return
            if outcome is None:
                return
            self._seen.append(_Seen(now, failed, slow))
            while self._seen and self._seen[0].at < now - self._policy.window:
                self._seen.popleft()
            count = len(self._seen)
            if count >= self._policy.min_calls and (
                Fraction(sum(one.failed for one in self._seen), count) >= self._policy.failure_rate
                or Fraction(sum(one.slow for one in self._seen), count) >= self._policy.slow_rate
            ):
                self._opened_at = now
                self._tried_well = 0

    def _judge_trial(self, outcome: Outcome | None, failed: bool, now: float) -> None:
        self._trying = max(0, self._trying - 1)
        if outcome is None:
            return
        if failed:
            self._opened_at, self._tried_well = now, 0
            return
        self._tried_well += 1
        if self._tried_well >= self._policy.half_open_calls:
            self._opened_at, self._trying = None, 0
            self._seen.clear()

    def _state(self, now: float) -> str:
        if self._opened_at is None:
            return "closed"
        return "half_open" if now >= self._opened_at + self._policy.open_for else "open"


class Limiter:
    """A moving window of calls for each policy."""

    def __init__(self, policies: tuple[RateLimit, ...], clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._windows = [(policy, deque[float](maxlen=policy.calls)) for policy in policies]

    def take(self) -> None:
        """Count one call; raises `Refused` with the wait when a window is full."""
        now = self._clock.monotonic()
        with self._lock:
            for policy, window in self._windows:
                if len(window) == policy.calls and window[0] > now - policy.per:
                    raise Refused("rate", window[0] + policy.per - now)
            for _, window in self._windows:
                window.append(now)


@dataclass(frozen=True, slots=True)
class Guards:
    """The guards of one connection in this process."""

    slots: Slots
    breaker: Breaker
    limiter: Limiter


def guards_for(definition: ConnectorDefinition, clock: Clock) -> Guards:
    """Fresh guards after a definition's policies."""
    return Guards(Slots(definition.bulkhead), Breaker(definition.breaker, clock), Limiter(definition.rate_limits, clock))
